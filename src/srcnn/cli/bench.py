"""``srcnn bench``: the speed of this machine, and the quality that its time buys."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from srcnn._optional import need
from srcnn.cli.console import write_json
from srcnn.cli.options import data_root_option, pass_quiet, scales_option
from srcnn.errors import UsageError
from srcnn.terminal import say, show

if TYPE_CHECKING:
    from srcnn.bench.documents import BenchDocument, QualityDocument
    from srcnn.bench.quality import QualityRequest


@click.command(
    epilog="\b\nExample:  srcnn bench --quality -s 3 --json frontier.json --plot frontier.png",
)
@click.option(
    "--json", metavar="PATH", show_default="none", help="Write the report as JSON; - means stdout."
)
@click.option(
    "--plot",
    type=Path,
    metavar="F.png",
    show_default="none",
    help="Write a plot of time against PSNR.",
)
@click.option(
    "--quality",
    is_flag=True,
    help="Measure PSNR on Set5 and Set14 and the time of the whole pipeline, for every shipped model on "
    "every engine and for other installed packages; this takes about 5 minutes per scale.",
)
@scales_option("With --quality: one scale, or several such as 2,3,4; repeatable.", "3")
@data_root_option
@click.option(
    "--quick",
    is_flag=True,
    help="Measure less: few rounds at the smallest size, or with --quality only Set5.",
)
@click.option("--threads", type=int, show_default="one per core", help="Number of threads.")
@click.option(
    *("-m", "--model", "models"),
    multiple=True,
    show_default="none",
    metavar="NAME|FILE",
    help="Also measure this model: sparse-coding or a+, or with --quality an .onnx file; repeatable. "
    "The first two train on T91 at first use, which takes minutes.",
)
@click.option(
    *("--pipeline", "pipelines"),
    multiple=True,
    show_default="none",
    metavar="NAME|FILE",
    help="Only time this model, from RGB input to RGB output, beside srcnn-955; repeatable.",
)
@pass_quiet
def bench(
    json: str | None,
    plot: Path | None,
    quality: bool,
    scales: tuple[int, ...],
    data_root: Path | None,
    quick: bool,
    threads: int | None,
    models: tuple[str, ...],
    pipelines: tuple[str, ...],
    quiet: bool,
) -> None:
    """Measure the speed of this machine. Torch and OpenCV run the same networks for comparison."""
    need("train", "srcnn bench")
    if pipelines:
        others = {"--plot": plot, "--quality": quality, "--model": models}
        for option in (option for option, given in others.items() if given):
            raise UsageError("--pipeline", f"cannot be combined with {option}")
        _time_pipelines(pipelines, json, quick, threads)
        return
    if plot is not None and plot.suffix.lower() != ".png":
        raise UsageError(f"--plot {plot}", "is not a .png file")
    if quality:
        from srcnn.bench.quality import QualityRequest

        request = QualityRequest(scales or (3,), models, threads, quick, data_root)
        _quality(request, json, plot, quiet)
        return
    for option, value in (("--scale", scales), ("--data-root", data_root)):
        if value:
            raise UsageError(option, "works only with --quality", "add --quality")
    _speed(models, threads, quick, json, plot, quiet)


def _speed(
    models: tuple[str, ...],
    threads: int | None,
    quick: bool,
    json: str | None,
    plot: Path | None,
    quiet: bool,
) -> None:
    """Measure time alone, and write the report."""
    from srcnn.bench.contenders import SCALE
    from srcnn.bench.report import measure, to_table
    from srcnn.engine.example_based import open_example_based
    from srcnn.terminal import duration

    names = dict.fromkeys(models)
    trained = [
        open_example_based(name, SCALE, say=lambda text: show(text, quiet)) for name in names
    ]
    started = time.monotonic()

    def progress(part: float) -> None:
        left = (time.monotonic() - started) * (1 - part) / part
        show(f"measuring  {part:4.0%}  {duration(left)} left", quiet)

    report = measure(quick, threads, progress, trained)
    _write(report, to_table(report), json, quiet)
    if plot is not None:
        from srcnn.figures.speed import draw_speed
        from srcnn.images.files import write_atomically

        write_atomically(plot, draw_speed(report))


def _quality(request: QualityRequest, json: str | None, plot: Path | None, quiet: bool) -> None:
    """Measure quality and time, and write the report."""
    from srcnn.bench.quality import measure_quality, to_table

    report = measure_quality(request, lambda text: show(text, quiet))
    _write(report, to_table(report), json, quiet)
    if plot is not None:
        from srcnn.figures.frontier import draw_frontier
        from srcnn.images.files import write_atomically

        write_atomically(plot, draw_frontier(report))


def _write(
    report: BenchDocument | QualityDocument, table: str, json: str | None, quiet: bool
) -> None:
    """List what was left out, and write the report as a table, as JSON, or as both."""
    show("", quiet)
    for line in report["left_out"]:
        say(f"left out: {line}", quiet)
    if json != "-":
        print(table)
    if json is not None:
        write_json(report, json)


def _time_pipelines(
    models: tuple[str, ...], json: str | None, quick: bool, threads: int | None
) -> None:
    """Time whole pipelines, and write the report."""
    from srcnn.bench.pipelines import measure_pipelines, to_table

    report = measure_pipelines(models, quick, threads)
    if json != "-":
        print(to_table(report))
    if json is not None:
        write_json(report, json)
