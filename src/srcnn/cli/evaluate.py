"""``srcnn evaluate``: the judge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from srcnn._optional import need
from srcnn.cli.console import report_error, say, show, write_json
from srcnn.errors import UsageError

EPILOG = "Example:  srcnn evaluate set5 set14 -m srcnn-915 -m x3.mat -s 3 --data-root data"


def evaluate(
    datasets: Annotated[
        list[str],
        typer.Argument(
            metavar="DATASET...",
            help="set5, set14, bsd100, bsd200, urban100, or a folder of HR pictures.",
        ),
    ],
    models: Annotated[
        list[str] | None,
        typer.Option(
            "-m",
            "--model",
            metavar="NAME|FILE",
            help="A shipped network, bicubic, or a .onnx, .safetensors, .mat or .pth file; repeatable.",
        ),
    ] = None,
    scales: Annotated[
        list[int] | None, typer.Option("-s", "--scale", help="Scale [3]; repeatable.")
    ] = None,
    protocol: Annotated[
        str,
        typer.Option(
            help="paper (Y of rgb2ycbcr) or paper-gray (rgb2gray, as the paper's BSD200)."
        ),
    ] = "paper",
    metrics: Annotated[str, typer.Option(help="Metrics, by comma.")] = "psnr,ssim",
    data_root: Annotated[
        Path | None, typer.Option(help="Where named data sets lie [$SRCNN_DATA, else the cache].")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the judged pictures there.")
    ] = None,
    json: Annotated[
        str | None, typer.Option("--json", metavar="PATH", help="Report as JSON; - is stdout.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Results only.")] = False,
) -> None:
    """PSNR and SSIM of models on pictures, by the paper's protocol, bicubic always beside them."""
    need("train", "srcnn evaluate")
    from srcnn.evaluation.report import check_line, finite, make_report, to_table

    for model in models or []:
        if scales is None and Path(model).suffix in (".mat", ".pth", ".safetensors"):
            raise UsageError(f"model {model}", "does not say its scale", "give it with -s")
    report = make_report(
        datasets,
        models,
        scales or [3],
        protocol,
        [name.strip() for name in metrics.split(",") if name.strip()],
        data_root,
        save,
        lambda name: show(f"judging {name}", quiet),
    )
    for check in report["checks"]:
        say(check_line(check), quiet)
    if json != "-":
        show("", quiet)
        print(to_table(report))
    if json is not None:
        write_json(finite(report), json)
    for failure in report["failures"]:
        report_error(failure)
    if report["failures"]:
        raise typer.Exit(1)
