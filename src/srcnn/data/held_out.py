"""The images that are excluded from all training; examples and comparisons show these.

The list is in ``held_out.csv``. It is not the validation set of a run, which the recipe key
``held_back`` takes from the remaining images.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from srcnn.data.verify import checksums, digest
from srcnn.errors import InputError

_TABLE = Path(__file__).parent / "held_out.csv"


@dataclass(frozen=True)
class HeldOut:
    """An image that is excluded from training.

    Attributes:
        dataset: Name of its data set in the catalog.
        file: Its name in the data set.
        category: What it shows: ``people``, ``text``, ``buildings``, ``animals`` or ``things``.
        license: SPDX identifier of its license.
    """

    dataset: str
    file: str
    category: str
    license: str


@cache
def held_out() -> tuple[HeldOut, ...]:
    """Return the list of excluded images."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return tuple(HeldOut(**row) for row in csv.DictReader(lines))


def is_held_out(file: Path) -> bool:
    """Return whether a file is on the list, in any lossless format.

    The name of its folder must be that of the data set, and its name and pixels must match, so that
    a user's own ``photos/photo_050.jpg`` is not excluded.
    """
    sha256 = _sums().get((file.parent.name, file.stem))
    if sha256 is None:
        return False
    try:
        return digest(file.read_bytes(), "pixels", str(file)) == sha256
    except (InputError, OSError):
        return False


@cache
def _sums() -> dict[tuple[str, str], str | None]:
    """Return the SHA-256 of the pixels by data set and name without suffix."""
    return {
        (one.dataset, Path(one.file).stem): checksums(one.dataset)[one.file] for one in held_out()
    }
