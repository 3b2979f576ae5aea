"""What every metric of one channel asks of its two pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.errors import UsageError
from srcnn.metrics import METRICS

OF_ONE_CHANNEL = ["ifc", "nqm", "wpsnr", "msssim"]


@pytest.mark.parametrize("metric", OF_ONE_CHANNEL)
@pytest.mark.parametrize(
    ("a", "b", "why"),
    [
        (np.zeros((300, 300), np.uint8), np.zeros((300, 301), np.uint8), "images differ"),
        (np.zeros((300, 300), np.uint8), np.zeros((300, 300), np.uint16), "images differ"),
        (np.zeros((300, 300, 3), np.uint8), np.zeros((300, 300, 3), np.uint8), "one channel"),
        (np.zeros((0, 300), np.uint8), np.zeros((0, 300), np.uint8), "needs at least"),
    ],
    ids=["width", "depth", "colour", "empty"],
)
def test_pictures_that_cannot_be_compared(
    metric: str, a: NDArray[Any], b: NDArray[Any], why: str
) -> None:
    with pytest.raises(UsageError, match=f"^{metric}.*{why}"):
        METRICS[metric].measure(a, b)


@pytest.mark.parametrize("metric", OF_ONE_CHANNEL)
def test_the_peak_is_the_dtype_s(metric: str, photo: NDArray[np.uint8]) -> None:
    """The same picture in 8 bits, 16 bits and floats."""
    truth = photo[..., 1]
    picture = truth // 2 + 60
    wanted = METRICS[metric].measure(picture, truth)
    assert np.isfinite(wanted)
    for dtype, unit in ((np.uint16, 257), (np.float64, 1 / 255)):
        pair = [(image * float(unit)).astype(dtype) for image in (picture, truth)]
        assert METRICS[metric].measure(*pair) == pytest.approx(wanted, rel=1e-6)
