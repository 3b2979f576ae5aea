"""``srcnn export``: write a network for other programs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from srcnn._optional import need
from srcnn.cli.options import pass_quiet
from srcnn.terminal import say

LAYOUTS = ("compact",)
"""Layouts of `srcnn.export`, repeated here because importing that module is slow."""


class _Size(click.ParamType):  # type: ignore[type-arg]  # not generic in click 8.1
    name = "HxW"

    def convert(
        self, value: Any, option: click.Parameter | None, context: click.Context | None
    ) -> tuple[int, int]:
        match = re.fullmatch(r"(\d{1,6})x(\d{1,6})", str(value))
        if match is None:
            self.fail(f"{value} is not HxW, such as 240x320", option, context)
        return int(match[1]), int(match[2])


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
    help="ONNX from small RGB to large RGB: color and resize inside.",
)
@click.option(
    "--layout",
    type=click.Choice(LAYOUTS),
    show_default="srcnn's own",
    help="Published layout of a .safetensors: compact is RGB to RGB, for chaiNNer and ComfyUI.",
)
@click.option(
    "--size",
    type=_Size(),
    metavar="HxW",
    show_default="any",
    help="ONNX for images of H x W pixels only, for runtimes without dynamic shapes.",
)
@click.option("--overwrite", is_flag=True, help="Replace what is at the destination.")
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
    """Write a network as ONNX or safetensors; first the file is compared with torch.

    \b
    What an ONNX file takes (r: receptive radius of the network)
      bare          luma, padded by r on each side; H and W of --size are without it
      --standalone  the small RGB picture, which --size is of
    """
    need("train", "srcnn export", "onnx", "safetensors", "torch")
    from srcnn.export import export as write

    difference = write(model, scale, output, standalone, overwrite, layout, size)
    count = output.stat().st_size
    say(f"{output}: {count} bytes, at most {difference:.1e} from torch", quiet)
