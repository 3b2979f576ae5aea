"""Metrics that compare an image with its reference: one metric, one file, one row of a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srcnn.metrics.haarpsi import SMALLEST as _HAARPSI
from srcnn.metrics.haarpsi import haarpsi
from srcnn.metrics.ifc import SMALLEST as _IFC
from srcnn.metrics.ifc import ifc
from srcnn.metrics.msssim import SMALLEST as _MSSSIM
from srcnn.metrics.msssim import msssim
from srcnn.metrics.nqm import nqm
from srcnn.metrics.psnr import psnr
from srcnn.metrics.ssim import WINDOW as _SSIM
from srcnn.metrics.ssim import ssim
from srcnn.metrics.wpsnr import wpsnr

Measure = Callable[[NDArray[np.generic], NDArray[np.generic]], float]
"""A function of (image, reference), arrays of the same shape and dtype."""


@dataclass(frozen=True)
class Metric:
    """A metric and what it requires of images.

    Attributes:
        name: Name in reports and on the command line.
        measure: Function of (image, reference), both uint8.
        of_one_channel: Whether it accepts only (H, W), not (H, W, 3).
        smallest: Smallest height and width of an image, in pixels.
        places: Decimal places in tables, as in the paper.
    """

    name: str
    measure: Measure
    of_one_channel: bool = False
    smallest: int = 1
    places: int = 2


METRICS = {
    metric.name: metric
    for metric in (
        Metric("psnr", psnr),
        Metric("ssim", ssim, smallest=_SSIM, places=4),
        Metric("ifc", ifc, of_one_channel=True, smallest=_IFC),
        Metric("nqm", nqm, of_one_channel=True),
        Metric("wpsnr", wpsnr, of_one_channel=True),
        Metric("msssim", msssim, of_one_channel=True, smallest=_MSSSIM, places=4),
        Metric("haarpsi", haarpsi, smallest=_HAARPSI, places=4),
    )
}
"""The metrics by name: those of the paper's Tables 2 to 4 in its order, then a perceptual one."""

__all__ = [
    "METRICS",
    "Measure",
    "Metric",
    "haarpsi",
    "ifc",
    "msssim",
    "nqm",
    "psnr",
    "ssim",
    "wpsnr",
]
