"""``srcnn evaluate``: the judge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from srcnn.cli.console import report_error, write_json
from srcnn.cli.options import data_root_option, engine_options, pass_quiet
from srcnn.errors import UsageError
from srcnn.terminal import say, show

if TYPE_CHECKING:
    from srcnn.engine.options import Engine

_SCALE = 3
"""That of a shipped network, if nobody says another."""


@click.command(epilog="\b\nExample:  srcnn evaluate set5 set14 -m srcnn-915 -m srcnn-955 -s 3")
@click.argument("datasets", nargs=-1, required=True, metavar="DATASET...")
@click.option(
    *("-m", "--model", "models"),
    multiple=True,
    metavar="NAME|FILE",
    show_default="fast",
    help="A shipped network, bicubic, sparse-coding, a+, or a .onnx, .safetensors, .mat or .pth file; "
    "repeatable. The two before the files learn from T91 at first use: minutes, once.",
)
@click.option(
    *("-s", "--scale", "scales"),
    multiple=True,
    type=int,
    show_default="that of a weights file's card, else 3",
    help="Scale; repeatable.",
)
@click.option(
    "--protocol",
    default="paper",
    help="paper (Y of rgb2ycbcr); paper-gray (full-range gray, as the paper's BSD200); paper-colour (Y, "
    "Cb, Cr, the three together, and RGB, as its Table 5); 8bit (paper, but the low-res picture rounded); "
    "border (paper, but nothing shaved); opencv (8bit, but resized by OpenCV's INTER_CUBIC, without "
    "anti-aliasing); full-range (gray of 0 to 255, low-res rounded, as ports that take "
    "Y from OpenCV or Pillow); rgb (R, G, B together, low-res rounded, as mmagic).",
)
@click.option(
    "--metrics",
    default="psnr,ssim",
    help="By comma: psnr, ssim, ifc, nqm, wpsnr, msssim (the last four of one channel).",
)
@data_root_option
@engine_options(tiles=False)
@click.option(
    "--save", type=Path, metavar="DIR", show_default="none", help="Write the scored pictures there."
)
@click.option("--json", metavar="PATH", show_default="none", help="Report as JSON; - is stdout.")
@pass_quiet
def evaluate(
    datasets: tuple[str, ...],
    models: tuple[str, ...],
    scales: tuple[int, ...],
    protocol: str,
    metrics: str,
    data_root: Path | None,
    how: Engine,
    save: Path | None,
    json: str | None,
    quiet: bool,
) -> None:
    """PSNR and SSIM of models on pictures, by the paper's protocol, bicubic always beside them.

    \b
    Arguments:
      DATASET...  set5, set14, bsd100, bsd200, urban100, or a folder of HR
                  pictures.
    """
    from srcnn.cli.jobs import check_json_file
    from srcnn.data.catalog import locate
    from srcnn.data.folder import pictures_in
    from srcnn.evaluation.report import Request, make_report, to_table

    if json not in (None, "-"):
        pictures = [path for name in datasets for path in pictures_in(locate(name, data_root))]
        check_json_file(json, [*pictures, *map(Path, models)])

    request = Request(
        datasets=datasets,
        models=models or None,
        scales=scales or _scales_of(models) or (_SCALE,),
        protocol=protocol,
        metrics=[name.strip() for name in metrics.split(",") if name.strip()],
        engine=how,
    )
    report = make_report(request, data_root, save, lambda text: show(text, quiet))
    for check in report.checks:
        say(str(check), quiet)
    show("", quiet)
    if json != "-" and report.results:
        print(to_table(report))
    if json is not None:
        write_json(report.to_document(), json)
    for failure in report.failures:
        report_error(failure)
    if report.failures:
        raise Exit(1)


def _scales_of(models: tuple[str, ...]) -> list[int]:
    """The scales that weights files tell of; `UsageError` for a file that tells none."""
    from srcnn.evaluation.models import scale_of_file
    from srcnn.weights.store import is_file_name

    found = set()
    for model in models:
        if is_file_name(model):
            scale = scale_of_file(model)
            if scale == 0:
                raise UsageError(f"model {model}", "does not say its scale", "give it with -s")
            found.add(scale)
    return sorted(found)
