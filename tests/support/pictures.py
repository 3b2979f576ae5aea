"""Picture files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def write_png(path: Path, pixels: NDArray[Any]) -> None:
    """Write H x W or H x W x C pixels."""
    from srcnn.images.encode import encode
    from srcnn.images.formats import FORMATS

    path.write_bytes(encode(np.ascontiguousarray(pixels), FORMATS["png"]))
