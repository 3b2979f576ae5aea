"""Pictures to train on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture

from ..conftest import EXAMPLE


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine crops of the example photograph, 96 x 96."""
    folder = tmp_path_factory.mktemp("photos")
    pixels = open_picture(EXAMPLE).read()
    for i in range(9):
        top, left = 96 * (i // 3), 96 * (i % 3)
        crop = np.ascontiguousarray(pixels[top : top + 96, left : left + 96])
        (folder / f"{i}.png").write_bytes(encode(crop, FORMATS["png"]))
    return folder
