"""``srcnn export``: a network to a file for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from srcnn._optional import need
from srcnn.cli.console import say

EPILOG = "Example:  srcnn export -m srcnn-915 -s 3 -o srcnn-915-x3-rgb.onnx --standalone"


def export(
    model: Annotated[
        str,
        typer.Option(
            "-m",
            "--model",
            metavar="NAME|FILE",
            help="A shipped network, or a .onnx, .safetensors, .mat or .pth file.",
        ),
    ],
    scale: Annotated[int, typer.Option("-s", "--scale", help="Scale of the network.")],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="F.onnx|F.safetensors", help="File to write."),
    ],
    standalone: Annotated[
        bool,
        typer.Option(
            "--standalone", help="ONNX from small RGB to large RGB: colour and resize inside."
        ),
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what is at the destination.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Errors only.")] = False,
) -> None:
    """Write a network as ONNX or safetensors; first the file is compared with torch."""
    need("train", "srcnn export")
    from srcnn.export import export as write

    difference = write(model, scale, output, standalone, overwrite)
    size = output.stat().st_size
    say(f"{output}: {size} bytes, at most {difference:.1e} from torch", quiet)
