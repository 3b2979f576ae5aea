"""Super-resolution with the convolutional network of Dong, Loy, He and Tang (TPAMI 2016).

``srcnn.upscale("photo.png", scale=3)`` needs only the core install; what needs torch (`SRCNN`,
`BinarySRCNN`, `evaluate`) is loaded when it is first used.
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

# Read by libraries when they are loaded. ONNX Runtime's wheel reports to its maker, and keeps a file in the
# temporary folder for it; libvips warns on stderr of what our errors say.
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


if not TYPE_CHECKING:  # or every name that is mistyped would be one of type Any

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'srcnn' has no attribute '{name}'")
        if name in ("BinarySRCNN", "SRCNN"):
            from srcnn._optional import need

            need("train", f"srcnn.{name}", "torch")
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
