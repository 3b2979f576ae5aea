"""``srcnn upscale``: pictures in, larger pictures out."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, Any

import click
from click.exceptions import Exit

from srcnn.cli.console import read_stdin, report_error, say, show, write_json
from srcnn.errors import LimitError, OutputError, SrcnnError, UsageError

if TYPE_CHECKING:
    from srcnn.cli.jobs import Job, Wanted

_ROWS = 64
"""Of the source, decoded at a time."""
_AT_ONCE = 2
"""Pictures: 24 of 256 x 256 take 6 % less time than one after the other. Three are no faster."""


@click.command(epilog="\b\nExample:  srcnn upscale examples/dog.png -s 3 -o large.png")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    *("-o", "--output"),
    metavar="<str>",
    help="File for one source, folder for several; - is stdout.",
)
@click.option("-s", "--scale", type=float, metavar="<float>", help="Enlargement, above 1 [3].")
@click.option("--width", type=int, metavar="<int>", help="Width of the result, in pixels.")
@click.option(
    "--height", type=int, metavar="<int>", help="Its height; with --width: fit inside both."
)
@click.option("--max-edge", type=int, metavar="<int>", help="The longer side of the result.")
@click.option("-m", "--model", metavar="NAME|FILE", help="Network [the best for the scale].")
@click.option(
    "--engine", default="auto", metavar="<str>", help="auto, onnxruntime, openvino or torch."
)
@click.option("--precision", default="auto", metavar="<str>", help="auto, fp32 or bf16.")
@click.option(
    "--tile", default="auto", metavar="<str>", help="auto, or the side of a tile in pixels."
)
@click.option("--threads", type=int, metavar="<int>", help="Threads of the network [all cores].")
@click.option("--format", metavar="EXT", help="Format of the result.")
@click.option(
    "--quality",
    type=click.IntRange(1, 100),
    metavar="<int range>",
    help="Of JPEG [95], WebP and AVIF.",
)
@click.option("--suffix", metavar="TEXT", help="Added to the file's name [_x3].")
@click.option("-r", "--recursive", is_flag=True, help="Folders with their tree.")
@click.option("--overwrite", is_flag=True, help="Replace what is at a destination.")
@click.option("--skip-existing", is_flag=True, help="Leave out what is done already.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing.")
@click.option(
    "--max-pixels",
    type=click.IntRange(min=1),
    default=2**28,
    metavar="<int range>",
    help="Limit for an input and for an output.",
)
@click.option(
    "--max-bytes", type=click.IntRange(min=1), default=2**30, metavar="<int>", help="Of an input."
)
@click.option("--json", metavar="PATH", help="Results as JSON; - is stdout.")
@click.option("--quiet", is_flag=True, help="Errors only.")
def upscale(
    sources: tuple[str, ...],
    output: str | None,
    scale: float | None,
    width: int | None,
    height: int | None,
    max_edge: int | None,
    model: str | None,
    engine: str,
    precision: str,
    tile: str,
    threads: int | None,
    format: str | None,
    quality: int | None,
    suffix: str | None,
    recursive: bool,
    overwrite: bool,
    skip_existing: bool,
    dry_run: bool,
    max_pixels: int,
    max_bytes: int,
    json: str | None,
    quiet: bool,
) -> None:
    """Enlarge pictures with a network trained for it. Depth, channels and metadata are kept.

    \b
    Arguments:
      SOURCE...  Pictures or folders; - is stdin.
    """
    from srcnn.cli.jobs import Wanted, is_folder, plan_jobs
    from srcnn.images.files import remove_parts

    wanted = Wanted(scale, width, height, max_edge)
    jobs = plan_jobs(sources, output, wanted, format, suffix, recursive, overwrite, skip_existing)
    if json == "-" and any(job.destination is None for job in jobs):
        raise UsageError("the picture and --json -", "both want stdout")
    if json is not None and json != "-":
        pictures = {job.source for job in jobs} | {str(job.destination) for job in jobs}
        if Path(json).resolve() in {Path(picture).resolve() for picture in pictures}:
            raise UsageError(f"--json {json}", "is one of the pictures")
    options = {
        "engine": engine,
        "precision": precision,
        "tile": tile if tile == "auto" else _whole(tile),
        "threads": threads,
    }
    if not dry_run:
        for folder in {job.destination.parent for job in jobs if job.destination is not None}:
            remove_parts(folder)
    run = _Run(wanted, model, options, quality, max_pixels, max_bytes, quiet)
    results: list[dict[str, Any]] = []
    try:
        with closing(run.all(jobs, dry_run)) as done:
            for result in done:
                results.append(result)
                if dry_run and json != "-" and result["ok"]:
                    print("{source} -> {destination}: {width} x {height}".format(**result))
    finally:  # an interrupted command still says what it has done
        if json is not None:
            write_json({"schema": 1, "results": results}, json)
    failed = [result for result in results if not result["ok"]]
    if run.last_error is not None and len(sources) == 1 and not is_folder(sources[0]):
        raise Exit(run.last_error.exit_code)
    if failed:
        say(f"{len(failed)} of {len(jobs)} failed")
        raise Exit(1)


def _whole(tile: str) -> int:
    if not tile.isdecimal():
        raise UsageError(f"tile {tile}", "is neither auto nor a number of pixels")
    return int(tile)


class _Stopped(BaseException):
    """Another thread was interrupted; this picture is given up."""


class _Run:
    """The jobs of one command: networks stay open from one picture to the next."""

    def __init__(
        self,
        wanted: Wanted,
        model: str | None,
        options: dict[str, Any],
        quality: int | None,
        max_pixels: int,
        max_bytes: int,
        quiet: bool,
    ) -> None:
        from srcnn.engine.upscaler import check_options, load, nearest_scale

        self._wanted, self._model, self._options = wanted, model, options
        self._quality, self._quiet = quality, quiet
        self._max_pixels, self._max_bytes = max_pixels, max_bytes
        self._load, self._nearest = load, nearest_scale
        self._open: dict[int, Any] = {}
        self._opening = Lock()
        self._stopped = False
        self.last_error: SrcnnError | None = None
        check_options(**options)
        if wanted.scale is not None:
            self._upscaler(wanted.scale)

    def _upscaler(self, scale: float) -> Any:
        trained = self._nearest(scale)
        with self._opening:
            if trained not in self._open:
                self._open[trained] = self._load(self._model, scale, **self._options)
            return self._open[trained]

    def all(self, jobs: Sequence[Job], dry_run: bool) -> Generator[dict[str, Any], None, None]:
        """Do the jobs, in order, the next one read while the last one is written."""
        with ThreadPoolExecutor(_AT_ONCE) as pictures:
            try:
                yield from pictures.map(lambda job: self._one(job, dry_run), jobs)
            finally:
                self._stopped = True  # nothing is left to do, or nothing shall be done any more

    def _one(self, job: Job, dry_run: bool) -> dict[str, Any]:
        """Do one job; a failure is reported and returned, not raised."""
        result: dict[str, Any] = {
            "source": job.source,
            "destination": "-" if job.destination is None else str(job.destination),
            "ok": False,
            "error": None,
            "width": None,
            "height": None,
            "scale": None,
            "model": None,
            "engine": None,
            "precision": None,
            "seconds": None,
        }
        started = time.perf_counter()
        try:
            self._do(job, dry_run, result)
            result["ok"] = True
        except BrokenPipeError:
            raise
        except Exception as error:  # whatever it is, the other pictures are done
            self.last_error = _as_ours(error, job.source)
            result["error"] = str(self.last_error)
            report_error(self.last_error)
        result["seconds"] = round(time.perf_counter() - started, 4)
        if result["ok"] and not dry_run:
            size = f"{result['width']} x {result['height']}"
            name = job.destination or "stdout"
            say(f"{name}: {size}, {result['seconds']:.2f} s", self._quiet)
        return result

    def _do(self, job: Job, dry_run: bool, result: dict[str, Any]) -> None:
        from srcnn.engine.upscaler import check_size
        from srcnn.images.encode import losses, write_picture
        from srcnn.images.formats import FORMATS
        from srcnn.images.io import open_picture

        data = read_stdin(self._max_bytes) if job.source == "-" else Path(job.source)
        name = "stdin" if job.source == "-" else job.source
        picture = open_picture(data, self._max_pixels, name, self._max_bytes)
        header = picture.header
        size, scale = self._wanted.size_of(header.height, header.width, name)
        check_size(size, self._max_pixels, name)
        upscaler = self._upscaler(scale)
        result |= {
            "height": size[0],
            "width": size[1],
            "scale": scale,
            "model": upscaler.model.name,
            "engine": upscaler.engine,
            "precision": upscaler.precision,
        }
        if dry_run:
            return
        fmt = job.format or (header.format if header.format.name != "gif" else FORMATS["png"])
        if header.pages > 1:
            say(f"{name}: only the first of {header.pages} pages is taken", self._quiet)
        for loss in losses(header, fmt):
            say(f"{name}: {fmt.name.upper()} cannot hold it: {loss}", self._quiet)
        strips = upscaler.strips(
            picture.strips(_ROWS),
            (header.height, header.width),
            size,
            lambda part: self._progress(name, part),
        )
        with closing(strips), _destination(job.destination) as file:
            try:
                write_picture(file, strips, size, fmt, header.metadata_for(size), self._quality)
            except OutputError as error:
                raise OutputError(job.destination or "stdout", error.why, error.fix) from None

    def _progress(self, name: str, part: float) -> None:
        if self._stopped:
            raise _Stopped
        show(f"{name}  {part:4.0%}", self._quiet)


@contextmanager
def _destination(path: Path | None) -> Iterator[IO[bytes]]:
    """Where a picture is written; stdout (``None``) gets it when it is whole."""
    from srcnn.images.files import atomic_file

    if path is not None:
        with atomic_file(path) as file:
            yield file
    else:
        from shutil import copyfileobj
        from tempfile import TemporaryFile

        with TemporaryFile() as file:
            yield file
            file.seek(0)
            copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()


def _as_ours(error: Exception, source: str) -> SrcnnError:
    if isinstance(error, SrcnnError):
        return error
    if isinstance(error, MemoryError):
        return LimitError(source, "does not fit into memory", "use a smaller --tile or scale")
    return SrcnnError(source, f"{type(error).__name__}: {error}")
