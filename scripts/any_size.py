"""Measure sizes that no network was trained for; write results/any-size.json.

Usage: python scripts/any_size.py DATA

DATA holds the folders set5 and set14. Each image is cut so that its sides are whole after division by
the scale, made small, and enlarged again by the default network and by bicubic interpolation. The
score is the PSNR of luma, without a border of ``max(4, scale)`` pixels.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import srcnn
from srcnn.images.color import rgb_to_ycbcr
from srcnn.terminal import say

SCALES = (1.1, 1.2, 1.3, 1.5, 1.7, 2.2, 2.5, 2.75, 3.3, 3.5, 5, 6, 8)
Pixels = NDArray[np.uint8]
Shrink = Callable[[Pixels, tuple[int, int]], Pixels]


def _by_pillow(kernel: Image.Resampling) -> Shrink:
    def shrink(image: Pixels, size: tuple[int, int]) -> Pixels:
        return np.asarray(Image.fromarray(image).resize(size[::-1], kernel))

    return shrink


KERNELS: dict[str, Shrink] = {
    "bicubic": lambda image, size: srcnn.imresize(image, size=size),
    "box": _by_pillow(Image.Resampling.BOX),
    "lanczos": _by_pillow(Image.Resampling.LANCZOS),
}
"""How the small image is made: by MATLAB's bicubic, or by Pillow."""


def measure(folder: Path, scale: float, kernel: str) -> dict[str, float]:
    """Return the mean PSNR of a folder's images, in dB, by bicubic and by ``fast``."""
    upscaler = srcnn.load("fast", scale)
    scores: dict[str, list[float]] = {"bicubic": [], "srcnn": []}
    for file in sorted(folder.iterdir()):
        with Image.open(file) as opened:
            truth = np.asarray(opened.convert("RGB"))
        unit = Fraction(str(scale)).numerator
        height, width = (side // unit * unit for side in truth.shape[:2])
        truth = truth[:height, :width]
        small = KERNELS[kernel](truth, (round(height / scale), round(width / scale)))
        made = {
            "bicubic": srcnn.imresize(small, size=(height, width)),
            "srcnn": upscaler.upscale(small, size=(height, width)),
        }
        for name, image in made.items():
            scores[name].append(_psnr(image, truth, max(4, int(scale))))
    return {name: mean(values) for name, values in scores.items()}


def _psnr(image: Pixels, truth: Pixels, border: int) -> float:
    error = _luma(image) - _luma(truth)
    inner = slice(border, -border)
    return float(-10 * np.log10(np.mean(np.square(error[inner, inner]))))


def _luma(image: Pixels) -> NDArray[np.float64]:
    luma: NDArray[np.float64] = rgb_to_ycbcr(image / 255.0)[..., 0]
    return luma


def rows(data: Path) -> Iterator[dict[str, Any]]:
    """Yield every combination of data set, kernel and scale with its scores."""
    for dataset in ("set5", "set14"):
        for kernel in KERNELS:
            for scale in SCALES:
                say(f"{dataset} x{scale:g} {kernel}")
                scores = measure(data / dataset, scale, kernel)
                rounded = {name: round(value, 3) for name, value in scores.items()}
                passes = list(srcnn.load(None, scale).passes)
                yield {
                    "dataset": dataset,
                    "kernel": kernel,
                    "scale": scale,
                    "passes": passes,
                    **rounded,
                }


def main() -> None:
    model = srcnn.load(None, 3).name
    document = {"schema": 1, "model": model, "rows": list(rows(Path(sys.argv[1])))}
    target = Path(__file__).parents[1] / "results" / "any-size.json"
    target.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
