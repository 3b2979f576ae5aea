"""``srcnn export``: write a network for other programs."""

from __future__ import annotations

import re
from pathlib import Path

import click

from srcnn._optional import need
from srcnn.cli.options import pass_quiet
from srcnn.terminal import say

LAYOUTS = ("compact",)
"""Layouts of `srcnn.export`, repeated here because importing that module is slow."""


class _Size(click.ParamType):  # type: ignore[type-arg]  # not generic in click 8.1
    name = "HxW"

    def convert(
        self, value: object, option: click.Parameter | None, context: click.Context | None
    ) -> tuple[int, int]:
        match = re.fullmatch(r"(\d{1,6})x(\d{1,6})", str(value))
        if match is None:
            self.fail(f"{value} is not of the form HxW, such as 240x320", option, context)
        return int(match[1]), int(match[2])


@click.command(
    epilog="\b\nExample:  srcnn export -m srcnn-915 -s 3 -o srcnn-915-x3-rgb.onnx --standalone"
)
@click.option(
    *("-m", "--model"),
    required=True,
    metavar="NAME|FILE",
    help="A shipped network, or an .onnx, .safetensors, .mat or .pth file.",
)
@click.option("-s", "--scale", required=True, type=int, help="Scale of the network.")
@click.option(
    *("-o", "--output"),
    required=True,
    type=Path,
    metavar="F.onnx|F.safetensors",
    help="File to write, .onnx or .safetensors.",
)
@click.option(
    "--standalone",
    is_flag=True,
    help="Write an ONNX graph from low-resolution RGB to upscaled RGB, color conversion included.",
)
@click.option(
    "--layout",
    type=click.Choice(LAYOUTS),
    show_default="srcnn's own",
    help="Layout of a .safetensors file: compact is RGB to RGB, as chaiNNer and ComfyUI read it.",
)
@click.option(
    "--size",
    type=_Size(),
    metavar="HxW",
    show_default="any",
    help="Fix the size of images in the ONNX graph, for runtimes without dynamic shapes.",
)
@click.option("--overwrite", is_flag=True, help="Replace an existing output file.")
@pass_quiet
def export(
    model: str,
    scale: int,
    output: Path,
    standalone: bool,
    layout: str | None,
    size: tuple[int, int] | None,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Write a network as ONNX or safetensors. Its output is first compared with torch's.

    \b
    Input of an ONNX file (r is the receptive radius of the network):
      default       luma, padded by r on each side; --size excludes the padding
      --standalone  the low-resolution RGB image, whose size is --size
    """
    need("train", "srcnn export", "onnx", "safetensors", "torch")
    from srcnn.export import export as write

    difference = write(model, scale, output, standalone, overwrite, layout, size)
    count = output.stat().st_size
    say(f"{output}: {count} bytes, differs from torch by at most {difference:.1e}", quiet)
