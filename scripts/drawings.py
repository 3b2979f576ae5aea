"""Make the drawings of docs/learn.md and docs/pipeline.md: ``drawings.py [FOLDER]``, by default docs."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import srcnn
from srcnn.images.io import open_picture

ROOT = Path(__file__).parents[1]
INK, FAINT, FILL, MARK = "#1f2430", "#8a90a0", "#dfe6f7", "#3f51b5"
TOP, LEFT, SIDE = 96, 102, 96  # the dog's eye
ZOOM = 2

Picture = NDArray[np.uint8]


def svg(width: int, height: int, parts: Iterable[str]) -> str:
    """Return a drawing on a white ground, so that it can be read in a dark page too."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="sans-serif" font-size="14" fill="{INK}">\n'
        f'<rect width="{width}" height="{height}" fill="white"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def text(x: float, y: float, words: str, size: int = 14, color: str = INK) -> str:
    """Return text, centered at x."""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" fill="{color}" text-anchor="middle">'
        f"{words}</text>"
    )


def box(x: float, y: float, width: float, height: float, fill: str = FILL) -> str:
    """Return a rectangle."""
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" fill="{fill}" '
        f'stroke="{MARK}"/>'
    )


def line(*points: tuple[float, float], head: bool = True) -> str:
    """Return a line through points, with an arrow's head at its end."""
    path = " ".join(f"{x},{y}" for x, y in points)
    drawn = f'<polyline points="{path}" fill="none" stroke="{INK}" stroke-width="1.5"/>'
    (x0, y0), (x, y) = points[-2:]
    if not head:
        return drawn
    dx, dy = np.sign(x - x0), np.sign(y - y0)
    a, b = (x - 8 * dx - 4 * dy, y - 8 * dy - 4 * dx), (x - 8 * dx + 4 * dy, y - 8 * dy + 4 * dx)
    return drawn + f'<polygon points="{x},{y} {a[0]},{a[1]} {b[0]},{b[1]}" fill="{INK}"/>'


def network() -> str:
    """Return the network: stacks of maps, and between them what a filter sees."""
    stacks = [(70, 1, "Y", "1 channel"), (270, 6, "F₁(Y)", "n₁ = 64 maps")]
    stacks += [(470, 4, "F₂(Y)", "n₂ = 32 maps"), (670, 1, "F(Y)", "1 channel")]
    filters = [(9, "f₁ = 9", "patch extraction"), (1, "f₂ = 1", "non-linear mapping")]
    filters += [(5, "f₃ = 5", "reconstruction")]
    parts = []
    for x, count, name, what in stacks:
        for k in reversed(range(count)):
            parts.append(box(x - 45 + 6 * k, 70 - 6 * k, 90, 90))
        parts += [text(x, 188, name, 16), text(x, 208, what, 13, FAINT)]
    for (x, *_), (size, name, step), (after, count, *_) in zip(
        stacks[:-1], filters, stacks[1:], strict=True
    ):
        side = 4.0 * size
        parts += [
            f'<rect x="{x - side / 2}" y="{115 - side / 2}" width="{side}" height="{side}" '
            f'fill="white" stroke="{INK}"/>',
            line((x + side / 2, 115), (after - 48, 115)),
            text((x + after) / 2 + 12, 105, name, 13),
            text((x + after) / 2 + 4, 20, step, 13, MARK),
        ]
        if count > 1:
            parts.append(text((x + after) / 2 + 12, 134, "max(0, ·)", 11, FAINT))
    return svg(740, 224, parts)


def pipeline() -> str:
    """Return the pipeline from file to file, and where the image is cut."""
    parts = [
        '<rect x="116" y="46" width="612" height="196" rx="8" fill="none" '
        f'stroke="{FAINT}" stroke-dasharray="6 4"/>',
        text(422, 38, "strip by strip, each in tiles, several at once", 13, FAINT),
    ]
    stages = [
        (56, 140, "file", ""),
        (172, 140, "decode", "64 rows"),
        (290, 140, "split", "to Y, Cb, Cr, A"),
        (430, 90, "network", "tile + halo of r"),
        (430, 190, "bicubic", "Cb, Cr, alpha"),
        (562, 140, "merge", "to RGB, rounded"),
        (680, 140, "encode", ""),
        (788, 140, "file", ""),
    ]
    places = {}
    for x, y, name, what in stages:
        width = 112 if what and x != 172 else 84
        parts += [box(x - width / 2, y - 24, width, 48, "white" if name == "file" else FILL)]
        parts += [text(x, y + (5 if not what else -2), name), text(x, y + 15, what, 11, FAINT)]
        places[x, y] = width / 2
    middle = [(56, 140), (172, 140), (290, 140)]
    for a, b in [*pairwise(middle), ((562, 140), (680, 140))]:
        parts.append(line((a[0] + places[a], a[1]), (b[0] - places[b], b[1])))
    parts.append(line((722, 140), (746, 140)))
    for y, start in ((90, 116), (190, 164)):
        parts.append(line((290, start), (290, y), (374, y)))
        parts.append(line((486, y), (562, y), (562, 116 if y < 140 else 164)))
    parts += [text(318, 82, "Y", 13), text(318, 208, "the rest", 13)]
    parts.append(text(172, 190, "rows above and", 11, FAINT))
    parts.append(text(172, 204, "below are kept", 11, FAINT))
    return svg(844, 262, parts)


def eye() -> tuple[Picture, Picture, Picture]:
    """Return a part of the example: low-resolution, enlarged by bicubic, original; RGB."""
    truth = open_picture(ROOT / "examples" / "dog.png").read()
    low = srcnn.imresize(truth, 1 / 3)
    bicubic = srcnn.imresize(low, 3)
    window = np.s_[TOP : TOP + SIDE, LEFT : LEFT + SIDE]
    small = np.s_[TOP // 3 : (TOP + SIDE) // 3, LEFT // 3 : (LEFT + SIDE) // 3]
    return low[small], bicubic[window], truth[window]


def enlarged(picture: Picture, times: int) -> Picture:
    """Return a picture with every pixel ``times`` as large."""
    return picture.repeat(times, 0).repeat(times, 1)


def label(words: str, width: int) -> Picture:
    """Return words as a picture, 24 pixels high."""
    picture = Image.new("RGB", (width, 24), "white")
    font = ImageFont.load_default(15)
    ImageDraw.Draw(picture).text((width / 2, 12), words, INK, font, anchor="mm")
    return np.asarray(picture)


def row(pictures: Iterable[Picture], names: Iterable[str]) -> Picture:
    """Return pictures side by side with their names below."""
    cells = []
    for picture, name in zip(pictures, names, strict=True):
        both = np.concatenate([picture, label(name, picture.shape[1])])
        cells.append(np.pad(both, ((4, 4), (4, 4), (0, 0)), constant_values=255))
    return np.concatenate(cells, axis=1)


def pair() -> Picture:
    """Return what a training pair is made of, and what is to be learned."""
    low, bicubic, truth = eye()
    missing = np.clip(128 + 3 * (truth.astype(int) - bicubic), 0, 255).astype(np.uint8)
    pictures = [enlarged(truth, ZOOM), enlarged(low, 3 * ZOOM)]
    pictures += [enlarged(bicubic, ZOOM), enlarged(missing, ZOOM)]
    return row(pictures, ["y: original", "low-resolution", "x: bicubic", "y - x, tripled"])


def augmentations() -> Picture:
    """Return the eight versions of a patch."""
    _, _, truth = eye()
    rows = []
    for flip in (False, True):
        patch = truth[:, ::-1] if flip else truth
        names = [f"{'flipped, ' if flip else ''}{turns * 90} degrees" for turns in range(4)]
        rows.append(row([enlarged(np.rot90(patch, k), ZOOM) for k in range(4)], names))
    return np.concatenate(rows)


def main() -> None:
    """Write the drawings."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs"
    (folder / "learn").mkdir(parents=True, exist_ok=True)
    drawings: dict[str, Any] = {"learn/network.svg": network(), "pipeline.svg": pipeline()}
    for name, drawing in drawings.items():
        (folder / name).write_text(drawing, encoding="utf-8")
    for name, made in (("pair", pair()), ("augmentations", augmentations())):
        # A palette takes a third of the bytes and looks the same.
        few = Image.fromarray(made).quantize(192)
        few.save(folder / "learn" / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
