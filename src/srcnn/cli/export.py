"""``srcnn export``: a network to a file for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from srcnn._optional import need
from srcnn.cli.options import pass_quiet
from srcnn.terminal import say


@click.command(
    epilog="\b\nExample:  srcnn export -m srcnn-915 -s 3 -o srcnn-915-x3-rgb.onnx --standalone"
)
@click.option(
    *("-m", "--model"),
    required=True,
    metavar="NAME|FILE",
    help="A shipped network, or a .onnx, .safetensors, .mat or .pth file.",
)
@click.option("-s", "--scale", required=True, type=int, help="Scale of the network.")
@click.option(
    *("-o", "--output"),
    required=True,
    type=Path,
    metavar="F.onnx|F.safetensors",
    help="File to write.",
)
@click.option(
    "--standalone",
    is_flag=True,
    help="ONNX from small RGB to large RGB: colour and resize inside.",
)
@click.option("--overwrite", is_flag=True, help="Replace what is at the destination.")
@pass_quiet
def export(
    model: str, scale: int, output: Path, standalone: bool, overwrite: bool, quiet: bool
) -> None:
    """Write a network as ONNX or safetensors; first the file is compared with torch."""
    need("train", "srcnn export")
    from srcnn.export import export as write

    difference = write(model, scale, output, standalone, overwrite)
    size = output.stat().st_size
    say(f"{output}: {size} bytes, at most {difference:.1e} from torch", quiet)
