"""How near a picture is to the truth: one metric, one file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from srcnn.metrics.ifc import SMALLEST as _IFC
from srcnn.metrics.ifc import ifc
from srcnn.metrics.msssim import SMALLEST as _MSSSIM
from srcnn.metrics.msssim import msssim
from srcnn.metrics.nqm import nqm
from srcnn.metrics.psnr import psnr
from srcnn.metrics.ssim import WINDOW as _SSIM
from srcnn.metrics.ssim import ssim
from srcnn.metrics.wpsnr import wpsnr

Metric = Callable[[NDArray[Any], NDArray[Any]], float]

METRICS: dict[str, Metric] = {
    "psnr": psnr,
    "ssim": ssim,
    "ifc": ifc,
    "nqm": nqm,
    "wpsnr": wpsnr,
    "msssim": msssim,
}
"""By name: functions of (picture, truth), both uint8. In the order of the paper's Tables 2 to 4."""

OF_ONE_CHANNEL = ("ifc", "nqm", "wpsnr", "msssim")
"""Those that take H x W alone."""

SMALLEST = {"ssim": _SSIM, "ifc": _IFC, "msssim": _MSSSIM}
"""By name: the pixels that a metric needs each way, where it needs more than one."""

__all__ = [
    "METRICS",
    "OF_ONE_CHANNEL",
    "SMALLEST",
    "Metric",
    "ifc",
    "msssim",
    "nqm",
    "psnr",
    "ssim",
    "wpsnr",
]
