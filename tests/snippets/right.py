"""What a user writes: every public name, under ``mypy --strict`` without a complaint."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any, BinaryIO, assert_type

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

import srcnn


def enlarge(
    path: Path, image: Image.Image, pixels: NDArray[np.uint8], tensor: torch.Tensor, file: BinaryIO
) -> None:
    for source in (path, str(path), path.read_bytes()):
        assert_type(srcnn.upscale(source), NDArray[Any])
    assert_type(srcnn.upscale(file, scale=2.5, model="fast", max_pixels=10**6), NDArray[Any])
    assert_type(srcnn.upscale(image, 3), Image.Image)
    assert_type(srcnn.upscale(pixels, tile=128, threads=1), NDArray[np.uint8])
    assert_type(srcnn.upscale(tensor, 2, tta=True), torch.Tensor)


def keep_open(image: Image.Image, pixels: NDArray[np.uint8], path: Path) -> None:
    engine = srcnn.Engine("onnxruntime", precision="fp32", tile=256, threads=2, ensemble=True)
    upscaler = srcnn.load("best", 3, engine)
    assert_type(upscaler, srcnn.Upscaler)
    assert_type(srcnn.load(path, threads=1, device="cpu"), srcnn.Upscaler)
    assert_type(upscaler.upscale(image), Image.Image)
    assert_type(upscaler(pixels, size=(300, 400), progress=print), NDArray[np.uint8])
    assert_type(upscaler(path), NDArray[Any])
    assert_type(upscaler.at(2.5).passes, tuple[int, ...])
    assert_type(upscaler.name, str)


def convert(path: Path, file: BinaryIO, image: Image.Image) -> list[str]:
    done = srcnn.upscale_file(path, file, 3, format="webp", quality=90, stop=Event())
    assert_type(done, srcnn.Converted)
    srcnn.upscale_file(image, path, max_edge=4000, if_larger="skip", overwrite=True)
    size: tuple[int | None, int | None] = (done.width, done.height)
    return [*done.warnings, str(size)]


def score(path: Path, pixels: NDArray[np.uint8]) -> float | None:
    report = srcnn.evaluate(["set5", path], ["bicubic", "fast"], [2, 3], metrics=("psnr", "ssim"))
    for failure in report["errors"]:
        print(failure["source"], failure["kind"], failure["code"])
    first = report["results"][0]
    assert_type(first["images"][0]["name"], str)
    print(first["dataset"], first["scale"], first["model"], first["label"])
    small = srcnn.imresize(pixels, 1 / 3)
    large = srcnn.imresize(small, border="replicate", size=(30, 40))
    assert_type(srcnn.psnr(large, pixels), float)
    assert_type(srcnn.ssim(large, pixels), float)
    return first["mean"]["psnr"]


def train_on(pixels: torch.Tensor) -> torch.Tensor:
    network = srcnn.SRCNN.from_pretrained("srcnn-955", scale=3)
    assert_type(network, srcnn.SRCNN)
    binary: torch.nn.Module = srcnn.BinarySRCNN()
    assert_type(network(pixels), Any)
    made: torch.Tensor = binary(network(pixels))
    return made


def careful(path: Path) -> str:
    try:
        srcnn.upscale(path)
    except srcnn.SrcnnError as error:
        assert_type(error.exit_code, int)
        return f"{error.what}: {error.why}; {error.fix} {error.option}"
    return srcnn.__version__
