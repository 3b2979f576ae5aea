"""Match files with images by the naming conventions of the field.

``baby.png`` matches ``babyx3.png``, ``baby_x3.png``, ``baby_LR.png``, ``baby_LRBI_x3.png`` and
``baby_SRCNN.png``; ``img_001_SRF_3_HR.png`` matches ``img_001_SRF_3_LR.png`` and
``img_001_SRF_3_SRCNN.png``. Case is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from srcnn.errors import UsageError

_SCALE = re.compile(
    r"x(\d+)(?![a-z0-9])|srf_?(\d+)|lr(\d+)(?![a-z0-9])|(?<![a-z0-9])(\d+)x(?![a-z0-9])"
)
"""Matches a scale in a lower-case name: ``x3``, ``SRF_3``, ``LR3``, ``3x``."""
_HIGH = re.compile(r"(?<=[a-z0-9])[_-](hr|gt)(?![a-z])")
"""Matches the marker of a high-resolution file's name."""
_LOW = re.compile(r"(?<=[a-z0-9])[_-](lr|lrbi|lrbic|lrbicubic)(?![a-z])")
"""Matches the marker of a low-resolution file's name."""
_SUFFIX = re.compile(r"(?<=[a-z0-9])([_-]srf_?\d+)?([_-](hr|gt)([_-]?x\d+)?)?$")
"""Matches what follows the image's own name in a high-resolution file's name."""


def scales_in(name: str) -> set[int]:
    """Return the scales that a name contains: 3 for ``X3``, ``LRbicx3``, ``image_SRF_3``."""
    return {int(next(filter(None, found))) for found in _SCALE.findall(name.lower())}


def is_high(file: Path) -> bool:
    """Return whether a file's name marks it as high-resolution, such as ``baby_HR.png``."""
    return _HIGH.search(file.stem.lower()) is not None


def is_low(file: Path) -> bool:
    """Return whether a file's name marks it as low-resolution, such as ``baby_LR.png``."""
    return _LOW.search(file.stem.lower()) is not None


def own_name(file: Path) -> str:
    """Return the image's own name in lower case, without markers of scale and resolution."""
    return _SUFFIX.sub("", file.stem.lower())


def of_scale(files: Iterable[Path], scale: int) -> list[Path]:
    """Return the high-resolution files whose names contain this scale or none."""
    return [file for file in files if _stated(file) in (None, scale)]


def _stated(file: Path) -> int | None:
    suffix = file.stem.lower()[len(own_name(file)) :]
    return next(iter(scales_in(suffix)), None)


def match(high: Sequence[Path], others: Sequence[Path], scale: int) -> dict[Path, Path]:
    """Find the file that belongs to each high-resolution file.

    Args:
        high: The high-resolution files.
        others: Low-resolution or upscaled files, none of them in ``high``.
        scale: Files whose names contain another scale are ignored.

    Returns:
        The matching file of each file in ``high`` that has one.

    Raises:
        UsageError: Several files match equally well.
    """
    keys = {own_name(file): file for file in high} | {file.stem.lower(): file for file in high}
    found: dict[Path, list[tuple[int, Path]]] = {}
    for other in others:
        stem = other.stem.lower()
        # The longest match wins: img_1_2_x3 belongs to img_1_2, not to img_1.
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
            raise UsageError(first.parent, why, "move one of them to another folder")
        chosen[file] = first
    return chosen
