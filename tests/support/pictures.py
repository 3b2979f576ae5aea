"""Picture files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..conftest import EXAMPLE


def write_png(path: Path, pixels: NDArray[Any]) -> None:
    """Write H x W or H x W x C pixels."""
    from srcnn.images.encode import encode
    from srcnn.images.formats import FORMATS

    path.write_bytes(encode(np.ascontiguousarray(pixels), FORMATS["png"]))


def save_small(folder: Path, modes: dict[str, str]) -> Path:
    """Write 73 x 71 pixels of the example in a mode for each name, and return the folder.

    x2 and x3 have to cut both sides.
    """
    folder.mkdir()
    with Image.open(EXAMPLE) as whole:
        photo = whole.crop((40, 60, 113, 131))
    for name, mode in modes.items():
        photo.convert(mode).save(folder / name)
    return folder
