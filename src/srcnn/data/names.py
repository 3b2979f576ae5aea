"""Which file belongs to which picture, by the names that the field gives them.

``baby.png`` goes with ``babyx3.png``, ``baby_x3.png``, ``baby_LR.png``, ``baby_LRBI_x3.png`` and
``baby_SRCNN.png``; ``img_001_SRF_3_HR.png`` with ``img_001_SRF_3_LR.png`` and
``img_001_SRF_3_SRCNN.png``. Case does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from srcnn.errors import UsageError

_SCALE = re.compile(
    r"x(\d+)(?![a-z0-9])|srf_?(\d+)|lr(\d+)(?![a-z0-9])|(?<![a-z0-9])(\d+)x(?![a-z0-9])"
)
"""A scale in a lower-case name: ``x3``, ``SRF_3``, ``LR3``, ``3x``."""
_HIGH = re.compile(r"(?<=[a-z0-9])[_-](hr|gt)(?![a-z])")
"""What marks the name of a high-resolution file."""
_LOW = re.compile(r"(?<=[a-z0-9])[_-](lr|lrbi|lrbic|lrbicubic)(?![a-z])")
"""What marks the name of a low-resolution file."""
_SUFFIX = re.compile(r"(?<=[a-z0-9])([_-]srf_?\d+)?([_-](hr|gt)([_-]?x\d+)?)?$")
"""What the name of a high-resolution file has behind the picture's own."""


def scales_in(name: str) -> set[int]:
    """Return the scales that a name states: 3 for ``X3``, ``LRbicx3``, ``image_SRF_3``."""
    return {int(next(filter(None, found))) for found in _SCALE.findall(name.lower())}


def is_high(file: Path) -> bool:
    """Return whether a name says that a file is of high resolution: ``baby_HR.png``."""
    return _HIGH.search(file.stem.lower()) is not None


def is_low(file: Path) -> bool:
    """Return whether a name says that a file is of low resolution: ``baby_LR.png``."""
    return _LOW.search(file.stem.lower()) is not None


def own_name(file: Path) -> str:
    """Return the name of a picture without what its file's name says beside it, in lower case."""
    return _SUFFIX.sub("", file.stem.lower())


def of_scale(files: Iterable[Path], scale: int) -> list[Path]:
    """Return the files of high resolution whose names state this scale or none."""
    return [file for file in files if _stated(file) in (None, scale)]


def _stated(file: Path) -> int | None:
    suffix = file.stem.lower()[len(own_name(file)) :]
    return next(iter(scales_in(suffix)), None)


def match(high: Sequence[Path], others: Sequence[Path], scale: int) -> dict[Path, Path]:
    """Find what belongs to each high-resolution file.

    Args:
        high: The high-resolution files.
        others: Low-resolution or enlarged ones, and none of ``high``.
        scale: Files whose names state another scale belong to none.

    Returns:
        What belongs to each file of ``high`` that has something.

    Raises:
        UsageError: If several files belong to one, and no name is better than the others.
    """
    keys = {own_name(file): file for file in high} | {file.stem.lower(): file for file in high}
    found: dict[Path, list[tuple[int, Path]]] = {}
    for other in others:
        stem = other.stem.lower()
        # Of img_1 and img_1_2, img_1_2_x3 belongs to the latter.
        lengths = [n for n in range(len(stem), 0, -1) if stem[:n] in keys]
        for file, rest in ((keys[stem[:n]], stem[n:]) for n in lengths):
            if rest and not re.match(r"[^a-z0-9]|x\d", rest):
                continue
            stated = scales_in(rest)
            if not stated or scale in stated:
                found.setdefault(file, []).append((0 if not rest else 1 if stated else 2, other))
            break
    chosen = {}
    for file, ranked in found.items():
        best = min(rank for rank, _ in ranked)
        first, *more = [other for rank, other in ranked if rank == best]
        if more:
            why = f"both {first.name} and {more[0].name} could belong to {file.name}"
            raise UsageError(first.parent, why, "keep one of them in a folder of its own")
        chosen[file] = first
    return chosen
