"""``srcnn evaluate``: scores of models on data sets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from srcnn.cli.console import report_error, write_json
from srcnn.cli.options import (
    check_lr,
    data_root_option,
    engine_options,
    lr_option,
    pass_quiet,
    scales_option,
)
from srcnn.errors import UsageError
from srcnn.terminal import say, show

if TYPE_CHECKING:
    from srcnn.engine.options import Engine
    from srcnn.evaluation.documents import Report
    from srcnn.evaluation.request import GivenFolders, Request

_SCALE = 3
"""Default scale of shipped networks."""


@click.command(epilog="\b\nExample:  srcnn evaluate set5 set14 -m srcnn-915 -m srcnn-955 -s 3")
@click.argument("datasets", nargs=-1, metavar="DATASET...")
@click.option(
    *("-m", "--model", "models"),
    multiple=True,
    metavar="NAME|FILE",
    show_default="fast",
    help="A shipped network, auto, bicubic, sparse-coding, a+, or an .onnx, .safetensors, .mat or .pth "
    "file; repeatable. sparse-coding and a+ train on T91 at first use, which takes minutes.",
)
@scales_option("One scale, or several such as 2,3,4; repeatable.", "that of a weights file, else 3")
@click.option(
    "--protocol",
    multiple=True,
    default=["paper"],
    help="How to score; repeatable, each adds a column. paper: Y of MATLAB's rgb2ycbcr, borders shaved. "
    "paper-gray: full-range gray, as for BSD200 in the paper. paper-colour: Y, Cb, Cr, all three, and "
    "RGB, as in Table 5. 8bit: as paper, with the low-resolution image rounded. border: as paper, with "
    "nothing shaved. opencv: as 8bit, but resized with OpenCV's INTER_CUBIC, without anti-aliasing. "
    "full-range: gray of 0 to 255, low-resolution image rounded, as in ports that take Y from OpenCV or "
    "Pillow. rgb: R, G and B together, low-resolution image rounded, as in mmagic. photo: Y and RGB, "
    "low-resolution image blurred, noisy or compressed in 16 ways, one of which is photo/jpeg-50.",
)
@click.option(
    "--pictures",
    multiple=True,
    type=Path,
    metavar="DIR",
    show_default="none",
    help="Folder of upscaled images, such as baby_x3.png, to score instead of a model; repeatable.",
)
@click.option(
    "--hr", type=Path, metavar="DIR", show_default="none", help="Folder of high-resolution images."
)
@lr_option
@click.option(
    "--metrics",
    show_default="psnr,ssim; for photo haarpsi, too",
    help="Any of psnr, ssim, haarpsi, ifc, nqm, wpsnr and msssim, separated by commas; the last four "
    "need a protocol with one channel.",
)
@data_root_option
@engine_options(tiles=False)
@click.option(
    "--save", type=Path, metavar="DIR", show_default="none", help="Folder for the scored images."
)
@click.option(
    "--json", metavar="PATH", show_default="none", help="Write the report as JSON; - means stdout."
)
@pass_quiet
def evaluate(
    datasets: tuple[str, ...],
    models: tuple[str, ...],
    scales: tuple[int, ...],
    protocol: tuple[str, ...],
    pictures: tuple[Path, ...],
    hr: Path | None,
    lr: Path | None,
    metrics: str | None,
    data_root: Path | None,
    how: Engine,
    save: Path | None,
    json: str | None,
    quiet: bool,
) -> None:
    """Score models by PSNR and SSIM. The protocol is the paper's, and bicubic is always included.

    \b
    Arguments:
      DATASET...  set5, set14, bsd100, bsd200, urban100, or a folder of
                  high-resolution images. Low-resolution files beside them are
                  used (Set5/HR with Set5/LR_bicubic/X3, *_HR.png with *_LR.png).
    """
    from srcnn.evaluation.report import make_report
    from srcnn.evaluation.request import Request

    given = _given(hr, lr)
    if not datasets and given is None:
        raise UsageError("srcnn evaluate", "DATASET... is missing", "see srcnn evaluate --help")
    request = Request(
        datasets=datasets,
        models=models or None,
        scales=scales or _scales_in(models) or (_SCALE,),
        protocol=protocol,
        metrics=None
        if metrics is None
        else [name.strip() for name in metrics.split(",") if name.strip()],
        engine=how,
        pictures=pictures,
        given=given,
    )
    if json not in (None, "-"):
        _check_json(json, request, data_root)
    report = make_report(request, data_root, save, lambda text: show(text, quiet))
    _print(report, json, quiet)


def _given(hr: Path | None, lr: Path | None) -> GivenFolders | None:
    from srcnn.evaluation.request import GivenFolders

    check_lr(hr, lr)
    return None if hr is None else GivenFolders(hr, lr)


def _check_json(json: str, request: Request, data_root: Path | None) -> None:
    """Check that a report would not replace a file that is read.

    Raises:
        UsageError: If it would.
    """
    from srcnn.cli.jobs import check_json_file
    from srcnn.data.folder import pictures_in
    from srcnn.evaluation.sources import files_of

    read = files_of(request.datasets, request.scales, data_root, request.given)
    read += [file for folder in request.pictures for file in pictures_in(folder, recursive=True)]
    check_json_file(json, [*read, *map(Path, request.named)])


def _print(report: Report, json: str | None, quiet: bool) -> None:
    """Print a report; exit with code 1 if an image could not be scored."""
    from srcnn.evaluation.table import to_table

    for line in dict.fromkeys(str(taken.files) for taken in report.taken):
        say(line, quiet)
    for check in report.checks:
        say(str(check), quiet)
    for warning in report.warnings:
        say(f"WARNING: {warning}", quiet)
    show("", quiet)
    if json != "-" and report.results:
        print(to_table(report))
    if json is not None:
        write_json(report.to_document(), json)
    for failure in report.failures:
        report_error(failure)
    if report.failures:
        raise Exit(1)


def _scales_in(models: tuple[str, ...]) -> list[int]:
    """Return the scales of weights files.

    Raises:
        UsageError: If a file does not contain its scale.
    """
    from srcnn.evaluation.models import scale_of_file
    from srcnn.weights.store import is_file_name

    found = set()
    for model in models:
        if is_file_name(model):
            scale = scale_of_file(model)
            if scale == 0:
                raise UsageError(f"model {model}", "does not contain its scale", "give it with -s")
            found.add(scale)
    return sorted(found)
