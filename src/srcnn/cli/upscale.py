"""``srcnn upscale``: pictures in, larger pictures out."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import Exit

from srcnn.cli.console import as_ours, picture_file, read_stdin, report_error, write_json
from srcnn.errors import OutputError, SrcnnError, UsageError
from srcnn.terminal import say

if TYPE_CHECKING:
    from srcnn.cli.jobs import Job, Wanted
    from srcnn.engine.options import Engine

_COUNT = click.IntRange(min=1)


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
@click.option("--device", default="auto", metavar="<str>", help="auto (the CPU), cpu or cuda.")
@click.option(
    "--tta", is_flag=True, help="Average over 8 flips and turns: better, 8 times as slow."
)
@click.option(
    "--tile", default="auto", metavar="<str>", help="auto, or the side of a tile in pixels."
)
@click.option("--threads", type=int, metavar="<int>", help="Threads of the network [all cores].")
@click.option("--format", metavar="EXT", help="Format of the result.")
@click.option(
    "--quality",
    type=click.IntRange(1, 100),
    metavar="<int range>",
    help="Of JPEG [source's, 95 at least], WebP [lossless], AVIF [90].",
)
@click.option("--suffix", metavar="TEXT", help="Added to the file's name [_x3].")
@click.option("-r", "--recursive", is_flag=True, help="Folders with their tree.")
@click.option("--overwrite", is_flag=True, help="Replace what is at a destination.")
@click.option("--skip-existing", is_flag=True, help="Leave out what is done already.")
@click.option("--dry-run", is_flag=True, help="Show sizes, memory, time; write nothing.")
@click.option(
    "--max-pixels", type=_COUNT, default=2**28, metavar="<int>", help="Limit for input and output."
)
@click.option("--max-bytes", type=_COUNT, default=2**30, metavar="<int>", help="Limit for input.")
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
    device: str,
    tta: bool,
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
      SOURCE...  Pictures, folders or patterns ('*.png'); - is stdin.
    """
    from srcnn.cli.jobs import Wanted, check_json, plan_jobs
    from srcnn.cli.report import Summary, plan_line, plan_total, say_summary
    from srcnn.engine.options import engine_of
    from srcnn.images.files import remove_parts

    wanted = Wanted(scale, width, height, max_edge)
    jobs = plan_jobs(sources, output, wanted, format, suffix, recursive, overwrite, skip_existing)
    check_json(json, jobs)
    side = tile if tile == "auto" else _whole(tile)
    options = engine_of(engine, precision, device, side, threads, tta)
    if not dry_run:
        for folder in {job.destination.parent for job in jobs if job.destination is not None}:
            remove_parts(folder)
    run = _Run(jobs, wanted, model, options, quality, (max_pixels, max_bytes), quiet, dry_run)
    summary = Summary(len(jobs))
    in_words = dry_run and json != "-"
    try:
        for result in run.all():
            if in_words and result["ok"]:
                print(plan_line(result))
    finally:  # an interrupted command still says what it has done
        document = summary.document(run.leave(), run.estimate())
        if json is not None:
            write_json(document, json)
    if not dry_run:
        say_summary(document["summary"], quiet)
    elif in_words and len(jobs) > 1:
        print(plan_total(document["summary"]))
    if run.last_error is not None and sources == (jobs[0].source,):
        raise Exit(run.last_error.exit_code)
    if document["summary"]["failed"]:
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
        jobs: Sequence[Job],
        wanted: Wanted,
        model: str | None,
        options: Engine,
        quality: int | None,
        limits: tuple[int, int],
        quiet: bool,
        dry_run: bool,
    ) -> None:
        from srcnn.cli.progress import Progress
        from srcnn.cli.runner import Together
        from srcnn.engine.cost import Costs
        from srcnn.engine.upscaler import load, nearest_scale

        self._jobs, self._wanted, self._model, self._options = jobs, wanted, model, options
        self._quality, self._quiet = quality, quiet
        self._max_pixels, self._max_bytes = limits
        self._line = Progress(len(jobs), quiet or dry_run)
        self._costs = Costs() if dry_run else None
        self._together = Together(self._one, jobs)
        self._load, self._nearest = load, nearest_scale
        self._open: dict[int, Any] = {}
        self._opening = Lock()
        self._stopped = False
        self.last_error: SrcnnError | None = None
        options.resolved()
        if wanted.scale is not None:
            self._upscaler(wanted.scale)

    def _upscaler(self, scale: float) -> Any:
        trained = self._nearest(scale)
        with self._opening:
            if trained not in self._open:
                self._open[trained] = self._load(self._model, scale, self._options)
            return self._open[trained]

    def all(self) -> Iterator[dict[str, Any]]:
        """Do the jobs; their results, in order, as soon as there are any."""
        from srcnn.cli.jobs import expected

        self._together.start()
        if self._line.shown:
            for job in self._jobs:
                self._line.expect(job.name, *expected(job, self._wanted, self._max_pixels))
                self._line.draw()
        self._line.known = True
        yield from self._together.results(self._line.draw)

    def leave(self) -> list[dict[str, Any]]:
        """Nothing is left to do, or nothing shall be done any more; the results that there are."""
        self._stopped = True
        results = self._together.leave()
        self._line.clear()
        return results

    def estimate(self) -> tuple[float, float] | None:
        """(seconds, bytes) that the jobs would take, after a dry run."""
        return None if self._costs is None else self._costs.total()

    def _one(self, job: Job) -> dict[str, Any]:
        """Do one job; a failure is reported and returned, not raised."""
        from srcnn.cli.report import result_of

        result = result_of(job)
        started = time.perf_counter()
        self._line.begin(job.name)
        try:
            if not job.skip:
                self._do(job, result)
            result["ok"] = True
        except BrokenPipeError:
            raise
        except Exception as error:  # whatever it is, the other pictures are done
            if self._stopped:  # its file may have been taken away
                raise _Stopped from None
            # The other thread may have one, too.
            self.last_error = ours = as_ours(error, job.source)
            result["error"] = str(ours)
            report_error(ours)
        result["seconds"] = round(time.perf_counter() - started, 4)
        self._line.end(job.name, result["ok"])
        in_line = self._line.shown and len(self._jobs) > 1
        if result["ok"] and not (self._costs or job.skip or in_line):
            size = f"{result['width']} x {result['height']}"
            name = job.destination or "stdout"
            say(f"{name}: {size}, {result['seconds']:.2f} s", self._quiet)
        return result

    def _do(self, job: Job, result: dict[str, Any]) -> None:
        from srcnn.cli.report import estimated
        from srcnn.engine.pipeline import ROWS
        from srcnn.engine.threads import one_core_per_product
        from srcnn.engine.upscaler import check_size
        from srcnn.images.encode import Page, losses, write_picture
        from srcnn.images.io import open_picture
        from srcnn.images.picture import check_pixels

        data = read_stdin(self._max_bytes) if job.source == "-" else Path(job.source)
        name = job.name
        picture = open_picture(data, self._max_pixels, name, self._max_bytes)
        fmt = job.format or picture.header.format
        headers = picture.headers() if fmt.pages else [picture.header]
        check_pixels(headers, self._max_pixels, name)
        sizes = [self._wanted.size_of(header.height, header.width, name) for header in headers]
        check_size([size for size, _ in sizes], self._max_pixels, name)
        size, scale = sizes[0]
        upscaler = self._upscaler(scale)
        result |= {
            "height": size[0],
            "width": size[1],
            "scale": scale,
            "model": upscaler.model.name,
            "engine": upscaler.engine,
            "precision": upscaler.precision,
        }
        if self._costs is not None:
            cost = self._costs.of(picture, upscaler, size, fmt, self._quality, len(sizes))
            result |= estimated((cost.seconds, cost.peak))
            return
        for loss in losses(picture.header, fmt):
            say(f"{name}: {fmt.name.upper()} cannot hold it: {loss}", self._quiet)
        if picture.header.cmyk:
            say(f"{name}: its inks (CMYK) become sRGB", self._quiet)
        opened = picture.pages()

        def strips(done: int) -> Generator[Any, None, None]:
            page, (size, scale) = next(opened), sizes[done]
            yield from self._upscaler(scale).strips(
                page.strips(ROWS),
                (page.header.height, page.header.width),
                size,
                lambda part: self._progress(name, (done + part) / len(sizes)),
            )

        self._progress(name, 0.0)
        with ExitStack() as stack:
            stack.enter_context(one_core_per_product())  # for each of 10,000 frames it takes long
            pages = [
                Page(size, stack.enter_context(closing(strips(k))), headers[k].metadata_for(size))
                for k, (size, _) in enumerate(sizes)
            ]
            file = stack.enter_context(picture_file(job.destination))
            try:
                write_picture(file, pages, fmt, self._quality)
            except OutputError as error:
                raise OutputError(job.destination or "stdout", error.why, error.fix) from None

    def _progress(self, name: str, part: float) -> None:
        if self._stopped:
            raise _Stopped
        self._line.advance(name, part)
