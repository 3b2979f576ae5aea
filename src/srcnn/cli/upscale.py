"""``srcnn upscale``: enlarge images."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from srcnn.cli.options import Voice, engine_options
from srcnn.errors import UsageError

if TYPE_CHECKING:
    from srcnn.engine.options import Engine

_COUNT = click.IntRange(min=1)


@click.command(epilog="\b\nExample:  srcnn upscale examples/dog.png -s 3 -o large.png")
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@click.option(
    "--list",
    "listed",
    metavar="FILE",
    show_default="none",
    help="File that lists more sources, one per line; - means stdin.",
)
@click.option(
    *("-o", "--output"),
    metavar="PATH",
    show_default="beside the source",
    help="File for one source, folder for several; - means stdout.",
)
@click.option(
    "-s",
    "--scale",
    type=float,
    show_default="3",
    help="Factor by which width and height grow; above 1.",
)
@click.option(
    "--width", type=int, show_default="by the scale", help="Width of the result in pixels."
)
@click.option(
    "--height",
    type=int,
    show_default="by the scale",
    help="Height of the result in pixels; with --width, fit inside both.",
)
@click.option(
    "--max-edge", type=int, show_default="by the scale", help="Longer side of the result in pixels."
)
@click.option(
    "--if-larger",
    type=click.Choice(["error", "skip", "reduce"]),
    default="error",
    help="What to do with an image that is as large as --width, --height or --max-edge already.",
)
@click.option(
    "-m",
    "--model",
    metavar="NAME|FILE",
    show_default="auto",
    help="Name of a shipped network, a weights file, or auto: fast, or fast@photo for an image with "
    "noise or compression.",
)
@engine_options(tiles=True)
@click.option(
    "--format",
    metavar="EXT",
    show_default="by --output, else the source's",
    help="File format of the result, such as png.",
)
@click.option(
    "--quality",
    type=click.IntRange(1, 100),
    show_default="JPEG: the source's, 95 at least; WebP: lossless; AVIF: 90",
    help="Quality of JPEG, WebP and AVIF, 1 to 100.",
)
@click.option(
    "--suffix", show_default="by the size, such as _x3", help="Text added to the file's name."
)
@click.option(
    "-r", "--recursive", is_flag=True, help="Search folders recursively and keep their structure."
)
@click.option("--overwrite", is_flag=True, help="Replace existing files.")
@click.option("--skip-existing", is_flag=True, help="Skip sources whose result exists.")
@click.option("--in-place", is_flag=True, help="Replace each source with its result.")
@click.option(
    "--on",
    metavar="local|ray|ADDRESS",
    show_default="this machine, without a manifest",
    help="Where to run large batches; s3:// and gs:// URLs are allowed then.",
)
@click.option("--no-mark", is_flag=True, help="Do not record in the results that srcnn made them.")
@click.option("--dry-run", is_flag=True, help="Print sizes and time; write nothing.")
@click.option(
    "--max-pixels",
    type=_COUNT,
    default=2**28,
    help="Largest number of pixels, of a source or of a result.",
)
@click.option("--max-bytes", type=_COUNT, default=2**30, help="Largest size of a source in bytes.")
@click.option(
    "--compare",
    metavar="PAGE.html",
    show_default="none",
    help="Also write a page that shows one image before and after, with a slider.",
)
@click.option(
    "--json", metavar="PATH", show_default="none", help="Write the results as JSON; - means stdout."
)
@click.option(
    "--json-lines",
    metavar="PATH",
    show_default="none",
    help="Write each result as a line of JSON as soon as it is done; - means stdout.",
)
def upscale(
    sources: tuple[str, ...],
    listed: str | None,
    output: str | None,
    scale: float | None,
    width: int | None,
    height: int | None,
    max_edge: int | None,
    if_larger: str,
    model: str | None,
    how: Engine,
    format: str | None,
    quality: int | None,
    suffix: str | None,
    recursive: bool,
    overwrite: bool,
    skip_existing: bool,
    in_place: bool,
    on: str | None,
    no_mark: bool,
    dry_run: bool,
    max_pixels: int,
    max_bytes: int,
    compare: str | None,
    json: str | None,
    json_lines: str | None,
) -> None:
    """Enlarge images with a neural network. Bit depth, channels and metadata are kept.

    \b
    Arguments:
      SOURCE...  Images, folders or patterns ('*.png'); - means stdin.
    """
    from srcnn.cli.bulk import Where, check_options, upscale_on
    from srcnn.cli.jobs import STDIO, Request
    from srcnn.cli.names import check_names, iter_jobs
    from srcnn.cli.page import check_page, write_page
    from srcnn.cli.progress import Progress
    from srcnn.cli.results import open_results
    from srcnn.cli.run import Run
    from srcnn.cli.work import Worker
    from srcnn.conversion.conversion import Conversion, Limits
    from srcnn.conversion.pool import UpscalerPool
    from srcnn.conversion.size import IfLarger, TargetSize
    from srcnn.engine.upscaler import load
    from srcnn.images.formats import format_of_name

    if not sources and listed is None:
        raise UsageError("srcnn upscale", "SOURCE... is missing", "see srcnn upscale --help")
    if listed == STDIO and STDIO in sources:
        raise UsageError("stdin", "cannot be both a source and --list")
    others = {"--in-place": in_place, "--dry-run": dry_run, "--compare": compare}
    others |= {"--json": json, "--json-lines": json_lines}
    check_options(on, (*sources, output), others)
    size = TargetSize(scale, width, height, max_edge)
    with ExitStack() as stack:
        names = Request(
            sources if on is None else (),
            _spooled(stack) if listed == "-" else listed,
            output if on is None else None,
            ("" if in_place else size.suffix) if suffix is None else suffix,
            format,
            recursive,
            overwrite,
            skip_existing,
            in_place,
        )
        conversion = Conversion(
            size,
            None if format is None else format_of_name(format),
            quality,
            Limits(max_pixels, max_bytes),
            IfLarger(if_larger),
            skip_marked=in_place and names.several,
            in_place=in_place,
            mark=not no_mark,
        )
        if on is not None and output is not None:
            raise Exit(upscale_on(Where(on, sources, output), names, model, how, conversion))
        if compare is not None:
            check_page(compare, names)
        reports = {"--json": json, "--json-lines": json_lines, "--compare": compare}
        checked = check_names(names, reports)
        how.resolved()
        pool = UpscalerPool(lambda at: load(model, at, how))
        if size.scale is not None:
            pool.get(size.scale)
        line = Progress(checked.pictures, checked.weight, Voice.current().quiet or dry_run)
        worker = Worker(pool, conversion, line, Voice.current(), dry_run)
        run = Run(worker, iter_jobs(names, checked), checked)
        in_words = dry_run and STDIO not in (json, json_lines)
        run.do(open_results(json, json_lines, stack), in_words)
    run.say_end(in_words)
    if compare is not None and run.last is not None and not dry_run:
        write_page(compare, run.last)
    if run.error is not None:
        raise Exit(1 if names.several else run.error.exit_code)


def _spooled(stack: ExitStack) -> str:
    """Copy stdin to a temporary file, because it is read more than once, and return its path."""
    from shutil import copyfileobj
    from tempfile import NamedTemporaryFile

    file = stack.enter_context(NamedTemporaryFile(prefix="srcnn-"))  # noqa: SIM115 - the stack closes it
    copyfileobj(sys.stdin.buffer, file)
    file.flush()
    return file.name
