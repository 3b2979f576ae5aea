"""The process that reads damaged pictures: see `tests.mutants`."""

from __future__ import annotations

from srcnn.engine.upscaler import load
from srcnn.errors import InputError, LimitError
from srcnn.images.io import open_picture

from ..mutants import check_line, try_all
from .specimens import NAMES, specimen


def attempt(data: bytes, name: str) -> None:
    """Pixels of the size that the header told of, enlarged; or one line with exit 3 or 4."""
    try:
        header = open_picture(data, max_pixels=2**20).header
        pixels = load("bicubic", 2).upscale(data, max_pixels=2**20)
    except (InputError, LimitError) as error:
        check_line(error, 3, 4)
        return
    channels = () if header.channels == 1 else (header.channels,)
    assert pixels.shape == (2 * header.height, 2 * header.width, *channels)
    assert pixels.dtype == header.dtype


if __name__ == "__main__":
    try_all(attempt, {name: specimen(name) for name in NAMES})
