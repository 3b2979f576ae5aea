"""Draw docs/degradation.png: one picture by a dozen draws of the degradation pipeline, at x3."""

from __future__ import annotations

from itertools import count, islice
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from srcnn.data.catalog import locate
from srcnn.data.folder import pictures_in
from srcnn.figures.curves import draw
from srcnn.images.degradations.compression import to_pixels
from srcnn.images.degradations.pipeline import Pipeline, apply
from srcnn.images.degradations.resizing import Resize
from srcnn.images.degradations.step import Step
from srcnn.images.files import write_atomically
from srcnn.images.io import open_picture
from srcnn.images.quantize import to_float

ROOT = Path(__file__).parents[1]
PICTURE = "girl-lossless"
"""An image of gb82 (CC0), which is held out of all training."""
SCALE, ROWS, COLUMNS = 3, 3, 4
TOP, LEFT, SIDE = 38, 92, 88
"""Part of the image that is shown, in low-resolution pixels."""


def main() -> None:
    """Write the picture."""
    (file,) = (path for path in pictures_in(locate("gb82", None)) if path.stem == PICTURE)
    planes = to_float(np.moveaxis(open_picture(file).read(), 2, 0))
    size = (planes.shape[1], planes.shape[2])
    clean: list[Step] = [Resize((size[0] // SCALE, size[1] // SCALE))]
    draws = (Pipeline().draw(np.random.default_rng(seed), size, SCALE) for seed in count())
    figure = Figure((11, 10.2), layout="constrained")
    axes = figure.subplots(ROWS, COLUMNS)
    for ax, steps in zip(axes.flat, [clean, *islice(draws, ROWS * COLUMNS - 1)], strict=True):
        ax.imshow(_part(to_pixels(apply(steps, planes, np.random.default_rng(0)))))
        ax.set_xlabel("\n".join(map(str, steps)), fontsize=9, loc="left")
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    write_atomically(ROOT / "docs" / "degradation.png", draw(figure, dpi=100))


def _part(low: NDArray[np.uint8]) -> NDArray[np.uint8]:
    part = low[TOP : TOP + SIDE, LEFT : LEFT + SIDE]
    return part.repeat(SCALE, 0).repeat(SCALE, 1)


if __name__ == "__main__":
    main()
