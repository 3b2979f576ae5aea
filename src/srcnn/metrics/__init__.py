"""How near a picture is to the truth: one metric, one file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from srcnn.metrics.psnr import psnr
from srcnn.metrics.ssim import ssim

Metric = Callable[[NDArray[Any], NDArray[Any]], float]

METRICS: dict[str, Metric] = {"psnr": psnr, "ssim": ssim}
"""By name: functions of (picture, truth), both uint8."""

__all__ = ["METRICS", "Metric", "psnr", "ssim"]
