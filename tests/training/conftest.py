"""Pictures to train on."""

from __future__ import annotations

from pathlib import Path

import pytest

from srcnn.images.io import open_picture

from ..conftest import EXAMPLE
from ..support.pictures import write_png


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine crops of the example photograph, 96 x 96."""
    folder = tmp_path_factory.mktemp("photos")
    pixels = open_picture(EXAMPLE).read()
    for i in range(9):
        top, left = 96 * (i // 3), 96 * (i % 3)
        write_png(folder / f"{i}.png", pixels[top : top + 96, left : left + 96])
    return folder
