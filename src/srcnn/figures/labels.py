"""Labels beside points, placed so that they cover neither each other nor the points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from matplotlib.axes import Axes

_SIZE = 8.0
"""Font size, in points."""
_WIDTH, _HEIGHT = 0.56 * _SIZE, 1.25 * _SIZE
"""Width of a letter and height of a line, in points."""
_CLEAR = 5.0
"""Distance around a marker that is kept free, in points."""
_STEP = 4.0
"""Distance between the places at which a line is kept free, in points."""
_DISTANCES = (0, 6, 12, 18, 26, 36, 48, 62, 80)
"""Vertical offsets, in points, that are tried until a label fits."""


@dataclass(frozen=True)
class Label:
    """A label for points at the same height, in data coordinates.

    Attributes:
        text: The label.
        left: x of the leftmost point, to whose left the label may be placed.
        right: x of the rightmost point, to whose right the label may be placed.
        y: y of all points.
        color: Color of the text.
    """

    text: str
    left: float
    right: float
    y: float
    color: str


_Point = tuple[float, float]
_Box = tuple[float, float, float, float]


def place_labels(
    axes: Axes,
    labels: Sequence[Label],
    points: Sequence[_Point],
    line: Sequence[_Point] = (),
) -> None:
    """Draw labels beside their points, with a thin line to labels that had to move away.

    The limits, scales and size of the axes must be final.

    Args:
        axes: Where to draw.
        labels: The labels; earlier ones are placed first.
        points: Markers, in data coordinates.
        line: Corners of a line that labels avoid as well.
    """
    figure = axes.figure
    unit = 72 / figure.dpi

    def to_points(x: float, y: float) -> _Point:
        across, up = axes.transData.transform((x, y))
        return across * unit, up * unit

    frame = axes.get_window_extent()
    inside = (frame.x0 * unit, frame.y0 * unit, frame.x1 * unit, frame.y1 * unit)
    taken: list[_Box] = []
    for point in points:
        x, y = to_points(*point)
        taken.append((x - _CLEAR, y - _CLEAR, x + _CLEAR, y + _CLEAR))
    corners = [to_points(*corner) for corner in line]
    for (x0, y0), (x1, y1) in pairwise(corners):
        steps = 1 + int(max(abs(x1 - x0), abs(y1 - y0)) / _STEP)
        for part in (k / steps for k in range(steps)):
            x, y = x0 + part * (x1 - x0), y0 + part * (y1 - y0)
            taken.append((x - 1, y - 1, x + 1, y + 1))
    for label in labels:
        ends = (to_points(label.left, label.y), to_points(label.right, label.y))
        dx, dy, box = _place(label.text, ends, taken, inside)
        taken.append(box)
        axes.annotate(
            label.text,
            (label.right if dx > 0 else label.left, label.y),
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
    text: str, ends: tuple[_Point, _Point], taken: Sequence[_Box], inside: _Box
) -> tuple[float, float, _Box]:
    """Return the offset of a label from the end beside which it stands, and its box, in points."""
    width = len(text) * _WIDTH
    tried = []
    for distance, side, up in product(_DISTANCES, (1, -1), (1, -1)):
        x, y = ends[side > 0]
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
