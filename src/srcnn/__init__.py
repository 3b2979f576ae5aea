"""Image super-resolution with SRCNN (Dong, Loy, He and Tang, IEEE TPAMI 38(2), 2016).

``srcnn.upscale("photo.png", scale=3)`` needs only the core install. Names that need torch
(`SRCNN`, `BinarySRCNN`, `evaluate`) are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from os import environ as _environ
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from srcnn.api import evaluate, load, upscale, upscale_file
    from srcnn.conversion.conversion import Converted
    from srcnn.engine.options import Engine
    from srcnn.engine.upscaler import Upscaler
    from srcnn.errors import SrcnnError
    from srcnn.images.resize import imresize
    from srcnn.metrics import psnr, ssim
    from srcnn.models.binary import BinarySRCNN
    from srcnn.models.srcnn import SRCNN

__version__ = "0.2.0"

# Libraries read these variables when they are loaded. Without the first, ONNX Runtime sends
# telemetry and keeps a file for it in the temporary folder; without the second, libvips prints
# warnings on stderr that srcnn's own errors already cover.
_environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
_environ.setdefault("VIPS_WARNING", "0")

_HOMES = {
    "BinarySRCNN": "srcnn.models.binary",
    "Converted": "srcnn.conversion.conversion",
    "Engine": "srcnn.engine.options",
    "SRCNN": "srcnn.models.srcnn",
    "SrcnnError": "srcnn.errors",
    "Upscaler": "srcnn.engine.upscaler",
    "evaluate": "srcnn.api",
    "imresize": "srcnn.images.resize",
    "load": "srcnn.api",
    "psnr": "srcnn.metrics",
    "ssim": "srcnn.metrics",
    "upscale": "srcnn.api",
    "upscale_file": "srcnn.api",
}

__all__ = [
    "SRCNN",
    "BinarySRCNN",
    "Converted",
    "Engine",
    "SrcnnError",
    "Upscaler",
    "__version__",
    "evaluate",
    "imresize",
    "load",
    "psnr",
    "ssim",
    "upscale",
    "upscale_file",
]


if not TYPE_CHECKING:  # otherwise a type checker would accept every misspelled name as Any

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'srcnn' has no attribute '{name}'")
        if name in ("BinarySRCNN", "SRCNN"):
            from srcnn._optional import need

            need("train", f"srcnn.{name}", "torch")
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
