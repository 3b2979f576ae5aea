"""``srcnn compare``: one image by several models, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from srcnn.cli.console import write_json
from srcnn.cli.options import pass_quiet
from srcnn.errors import UsageError
from srcnn.terminal import say, show

if TYPE_CHECKING:
    from srcnn.evaluation.compare import Comparison
    from srcnn.evaluation.documents import ComparisonDocument
    from srcnn.figures.detail import Box

_COUNT = click.IntRange(min=1)
_KINDS = (".png", ".html")


@click.command(
    epilog="\b\nExample:  srcnn compare examples/dog.png -s 3 -m srcnn-915 -m srcnn-955 -o dog.html"
)
@click.argument("image", metavar="IMAGE")
@click.option(
    *("-o", "--output"),
    required=True,
    type=Path,
    metavar="F.png|F.html",
    help="Image to write (.png), or a page with a slider (.html).",
)
@click.option(
    "-s", "--scale", default=3, type=int, help="Factor by which IMAGE is shrunk and enlarged again."
)
@click.option(
    *("-m", "--model", "models"),
    multiple=True,
    metavar="NAME|FILE",
    help="A shipped network, auto, sparse-coding, a+, or an .onnx, .safetensors, .mat or .pth file; repeatable. "
    "sparse-coding and a+ train on T91 at first use, which takes minutes.",
    show_default="fast",
)
@click.option(
    "--crop",
    metavar="X,Y,WIDTH,HEIGHT",
    show_default="where the models differ most",
    help="Detail to show, in pixels of IMAGE.",
)
@click.option("--overwrite", is_flag=True, help="Replace an existing output file.")
@click.option("--max-pixels", type=_COUNT, default=2**25, help="Largest number of pixels in IMAGE.")
@click.option("--max-bytes", type=_COUNT, default=2**30, help="Largest size of IMAGE in bytes.")
@click.option(
    "--json", metavar="PATH", show_default="none", help="Write the scores as JSON; - means stdout."
)
@pass_quiet
def compare(
    image: str,
    output: Path,
    scale: int,
    models: tuple[str, ...],
    crop: str | None,
    overwrite: bool,
    max_pixels: int,
    max_bytes: int,
    json: str | None,
    quiet: bool,
) -> None:
    """Compare models on one image. It is shrunk, and enlarged by bicubic and by each model.

    \b
    Arguments:
      IMAGE  The high-resolution reference.
    """
    from srcnn.cli.jobs import check_json_file
    from srcnn.images.files import remove_parts, write_atomically

    _check_places(image, output, overwrite, json)
    check_json_file(json, map(Path, models))
    from srcnn.evaluation.compare import compare as make
    from srcnn.figures.detail import check_inside, choose_box, parse_box

    box = None if crop is None else parse_box(crop)
    comparison = make(
        image, scale, models or None, max_pixels, max_bytes, lambda text: show(text, quiet)
    )
    if box is not None:
        check_inside(box, comparison)
    box = box or choose_box(comparison)
    data = _drawn(comparison, box, output.suffix.lower())
    remove_parts(output.parent)
    write_atomically(output, data)
    show("", quiet)
    if json != "-":
        _print_scores(comparison)
    if json is not None:
        write_json(_document(comparison, box, image, output), json)
    say(f"{output}: {len(data)} bytes", quiet)


def _drawn(comparison: Comparison, box: Box, suffix: str) -> bytes:
    """Return the bytes of a panel (``.png``) or of a page."""
    if suffix == ".png":
        from srcnn.figures.panel import draw_panel

        return draw_panel(comparison, box)
    from srcnn.figures.page import make_page

    return make_page(comparison, box)


def _print_scores(comparison: Comparison) -> None:
    """Print a line for each model."""
    width = max(len("model"), *(len(shown.label) for shown in comparison.models))
    print(f"{'model':{width}}     psnr     ssim")
    for shown in comparison.models:
        psnr, ssim = shown.scores["psnr"], shown.scores["ssim"]
        print(f"{shown.label:{width}}{psnr:9.2f}{ssim:9.4f}")


def _document(comparison: Comparison, box: Box, image: str, output: Path) -> ComparisonDocument:
    """Return the comparison as JSON."""
    from srcnn.evaluation.documents import finite

    height, width = comparison.truth.shape[:2]
    return {
        "schema": 1,
        "source": image,
        "destination": str(output),
        "scale": comparison.scale,
        "width": width,
        "height": height,
        "crop": list(box),
        "protocol": comparison.protocol.to_document(),
        "results": [
            {
                "model": shown.model,
                "psnr": finite(shown.scores["psnr"]),
                "ssim": finite(shown.scores["ssim"]),
            }
            for shown in comparison.models
        ],
    }


def _check_places(image: str, output: Path, overwrite: bool, json: str | None) -> None:
    """Check the destination before any work.

    Raises:
        UsageError: If its type is unknown, it is a folder, or it would replace an input.
        DestinationExists: If it exists and ``overwrite`` is false.
    """
    from srcnn.cli.jobs import resolved
    from srcnn.images.files import check_free

    if output.suffix.lower() not in _KINDS:
        raise UsageError(output, "has an unsupported suffix", f"use {' or '.join(_KINDS)}")
    check_free(output, overwrite)
    places = {"IMAGE": image, "--output": str(output)}
    if json not in (None, "-"):
        places["--json"] = json
    names: dict[Path, str] = {}
    for name, place in places.items():
        other = names.setdefault(resolved(Path(place)), name)
        if other != name:
            raise UsageError(place, f"is used for both {other} and {name}")
