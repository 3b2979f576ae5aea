"""A pair of pictures to learn from."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.baselines.samples import Pair
from srcnn.images.crop import modcrop
from srcnn.images.degrade import enlarge, low_resolution

SCALE = 3


@pytest.fixture
def pairs(photo: NDArray[np.uint8]) -> list[Pair]:
    """Two, of different widths, at x3."""
    made = []
    for part in (photo[:110, :90, 1], photo[120:220, 100:220, 1]):
        truth = modcrop(part / 255, SCALE)
        bicubic = enlarge(low_resolution(truth, SCALE), SCALE)
        made.append((truth.astype(np.float32), bicubic.astype(np.float32)))
    return made
