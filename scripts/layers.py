"""Draw docs/filters.png and docs/features.png: what the shipped networks have learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from srcnn.figures.curves import draw
from srcnn.figures.layers import features_figure, filters_figure
from srcnn.images.color import rgb_to_ycbcr
from srcnn.images.degrade import enlarge
from srcnn.images.files import write_atomically
from srcnn.images.io import open_picture
from srcnn.images.quantize import to_float
from srcnn.models.srcnn import SRCNN

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Write both pictures."""
    networks = {f"x{scale}": SRCNN.from_pretrained("srcnn-915", scale) for scale in (2, 3, 4)}
    _write("filters", filters_figure(networks))
    low = to_float(open_picture(ROOT / "examples" / "dog.png").read(), np.float64)[90:190, 90:190]
    y = enlarge(rgb_to_ycbcr(low)[..., 0], 3)
    _write("features", features_figure(networks["x3"], y))


def _write(name: str, figure: Figure) -> None:
    write_atomically(ROOT / "docs" / f"{name}.png", draw(figure, dpi=100))


if __name__ == "__main__":
    main()
