"""Make docs/before-after.png: details of held-out pictures, bicubic beside the default network, 3x.

The argument is the data root that holds gb82 and photos.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import srcnn
from srcnn.data.held_out import held_out
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture

ROOT = Path(__file__).parents[1]
SCALE, HEIGHT, WIDTH, GAP = 3, 92, 138, 8
"""Enlargement; size of a detail in pixels of the source; white pixels between two pictures."""


@dataclass(frozen=True)
class Detail:
    """Where a detail is: data set, name of the picture, first row and column."""

    dataset: str
    stem: str
    top: int
    left: int


DETAILS = (Detail("gb82", "girl-lossless", 138, 330), Detail("photos", "photo_170", 164, 90))


def main(data: Path) -> None:
    """Write the picture."""
    kept_out = {(one.dataset, Path(one.file).stem) for one in held_out()}
    rows = []
    for detail in DETAILS:
        assert (detail.dataset, detail.stem) in kept_out
        (path,) = (data / detail.dataset).glob(f"{detail.stem}.*")
        low = open_picture(path).read()[..., :3]
        halves = [_of(srcnn.upscale(low, SCALE, model), detail) for model in ("bicubic", None)]
        rows.append(_joined(halves, axis=1))
    (ROOT / "docs" / "before-after.png").write_bytes(encode(_joined(rows, axis=0), FORMATS["png"]))


def _of(large: NDArray[np.uint8], detail: Detail) -> NDArray[np.uint8]:
    top, left = SCALE * detail.top, SCALE * detail.left
    return large[top : top + SCALE * HEIGHT, left : left + SCALE * WIDTH]


def _joined(parts: list[NDArray[np.uint8]], axis: int) -> NDArray[np.uint8]:
    """Return two pictures beside or below each other, with a white gap."""
    first, second = parts
    shape = (first.shape[0], GAP, 3) if axis == 1 else (GAP, first.shape[1], 3)
    return np.concatenate([first, np.full(shape, 255, np.uint8), second], axis=axis)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
