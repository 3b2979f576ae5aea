"""Make docs/before-after.png: a crop of the example, bicubic beside the best network, 3x."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import srcnn
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture

ROOT = Path(__file__).parents[1]
TOP, LEFT, SIDE = 82, 92, 132


def main() -> None:
    """Write the picture."""
    low = open_picture(ROOT / "examples" / "dog.png").read()
    scale = 3
    box = (slice(TOP * scale, (TOP + SIDE) * scale), slice(LEFT * scale, (LEFT + SIDE) * scale))
    halves = [srcnn.upscale(low, scale, model)[box] for model in ("bicubic", None)]
    gap = np.full((halves[0].shape[0], 8, 3), 255, np.uint8)
    side_by_side = np.concatenate([halves[0], gap, halves[1]], axis=1)
    (ROOT / "docs" / "before-after.png").write_bytes(encode(side_by_side, FORMATS["png"]))


if __name__ == "__main__":
    main()
