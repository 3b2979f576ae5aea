"""``srcnn bench``: how fast this machine is."""

from __future__ import annotations

import time
from pathlib import Path

import click

from srcnn._optional import need
from srcnn.cli.console import write_json
from srcnn.cli.options import pass_quiet
from srcnn.errors import UsageError
from srcnn.terminal import say, show


@click.command(epilog="\b\nExample:  srcnn bench --json speed.json --plot speed.png")
@click.option("--json", metavar="PATH", show_default="none", help="Report as JSON; - is stdout.")
@click.option(
    "--plot", type=Path, metavar="F.png", show_default="none", help="Draw time against PSNR there."
)
@click.option(
    "--quick", is_flag=True, help="Two rounds of the smallest size: seconds, not minutes."
)
@click.option("--threads", type=int, show_default="one for each core", help="Threads.")
@click.option(
    *("-m", "--model", "examples"),
    multiple=True,
    show_default="none",
    metavar="NAME",
    help="Also sparse-coding or a+, which learn from T91 at first use: minutes, once; repeatable.",
)
@pass_quiet
def bench(
    json: str | None,
    plot: Path | None,
    quick: bool,
    threads: int | None,
    examples: tuple[str, ...],
    quiet: bool,
) -> None:
    """Time every engine and network on this processor, beside torch, OpenCV and plain resizing."""
    need("train", "srcnn bench")
    if plot is not None and plot.suffix.lower() != ".png":
        raise UsageError(f"--plot {plot}", "is no .png")
    from srcnn.bench.contenders import SCALE
    from srcnn.bench.report import measure, to_table
    from srcnn.engine.example_based import open_example_based
    from srcnn.images.files import write_atomically
    from srcnn.terminal import duration

    names = dict.fromkeys(examples)
    trained = [
        open_example_based(name, SCALE, say=lambda text: show(text, quiet)) for name in names
    ]
    started = time.monotonic()

    def progress(part: float) -> None:
        left = (time.monotonic() - started) * (1 - part) / part
        show(f"measuring  {part:4.0%}  {duration(left)} left", quiet)

    report = measure(quick, threads, progress, trained)
    show("", quiet)
    for line in report["left_out"]:
        say(f"left out: {line}", quiet)
    if json != "-":
        print(to_table(report))
    if json is not None:
        write_json(report, json)
    if plot is not None:
        from srcnn.figures.speed import draw_speed

        write_atomically(plot, draw_speed(report))
