"""Names beside points, placed so that they cover neither each other nor the points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from matplotlib.axes import Axes

_SIZE = 8.0
"""Size of the letters, in points."""
_WIDTH, _HEIGHT = 0.56 * _SIZE, 1.25 * _SIZE
"""Room for a letter and a line, in points."""
_CLEAR = 5.0
"""Points around a marker that stay free."""
_DISTANCES = (0, 10, 20, 32, 46, 62, 80)
"""Points by which a name moves away, up or down, until it finds room."""


@dataclass(frozen=True)
class Label:
    """A name for the point (x, y), in data coordinates."""

    text: str
    x: float
    y: float
    color: str


_Box = tuple[float, float, float, float]


def place_labels(axes: Axes, labels: Sequence[Label], points: Sequence[tuple[float, float]]) -> None:
    """Draw the labels beside their points, with a thin line to those that had to move away.

    The limits, scales and size of the axes have to be final.

    Args:
        axes: Where to draw.
        labels: Names; the first ones choose their places first.
        points: Everything that is drawn, in data coordinates.
    """
    figure = axes.figure
    unit = 72 / figure.dpi

    def to_points(x: float, y: float) -> tuple[float, float]:
        across, up = axes.transData.transform((x, y))
        return across * unit, up * unit

    frame = axes.get_window_extent()
    inside = (frame.x0 * unit, frame.y0 * unit, frame.x1 * unit, frame.y1 * unit)
    taken: list[_Box] = []
    for point in points:
        x, y = to_points(*point)
        taken.append((x - _CLEAR, y - _CLEAR, x + _CLEAR, y + _CLEAR))
    for label in labels:
        x, y = to_points(label.x, label.y)
        dx, dy, box = _place(label.text, x, y, taken, inside)
        taken.append(box)
        axes.annotate(
            label.text,
            (label.x, label.y),
            (dx, dy),
            textcoords="offset points",
            fontsize=_SIZE,
            color=label.color,
            horizontalalignment="left" if dx > 0 else "right",
            verticalalignment="center",
            arrowprops={"arrowstyle": "-", "color": "0.6", "linewidth": 0.6, "shrinkB": 3}
            if dy
            else None,
        )


def _place(
    text: str, x: float, y: float, taken: Sequence[_Box], inside: _Box
) -> tuple[float, float, _Box]:
    """Return the offset of a label from its point at (x, y), and its box; all in points."""
    width = len(text) * _WIDTH
    tried = []
    for distance, side, up in product(_DISTANCES, (1, -1), (1, -1)):
        dx, dy = side * (8.0 + distance / 4), up * float(distance)
        left = x + dx if side > 0 else x + dx - width
        box = (left, y + dy - _HEIGHT / 2, left + width, y + dy + _HEIGHT / 2)
        covered = sum(_overlap(box, other) for other in taken)
        outside = width * _HEIGHT - _overlap(box, inside)
        if covered + outside < 1e-6:
            return dx, dy, box
        tried.append((covered + 10 * outside, dx, dy, box))
    _, dx, dy, box = min(tried)
    return dx, dy, box


def _overlap(a: _Box, b: _Box) -> float:
    """Return the area that two boxes (left, bottom, right, top) share."""
    across = min(a[2], b[2]) - max(a[0], b[0])
    up = min(a[3], b[3]) - max(a[1], b[1])
    return max(across, 0.0) * max(up, 0.0)
