"""The pictures that no network is trained on: examples and comparisons are shown with these.

The list lies in ``held_out.csv``. It is not the validation set of a run, which a recipe's key
``held_back`` takes from the remaining pictures.
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
    """A picture that is kept out of training.

    Attributes:
        dataset: Its data set's name in the catalog.
        file: Its name in the data set.
        category: What it shows: ``people``, ``text``, ``buildings``, ``animals`` or ``things``.
        license: Its SPDX identifier.
    """

    dataset: str
    file: str
    category: str
    license: str


@cache
def held_out() -> tuple[HeldOut, ...]:
    """Return the list."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return tuple(HeldOut(**row) for row in csv.DictReader(lines))


def is_held_out(file: Path) -> bool:
    """Return whether a file is on the list, in any lossless format.

    It must lie in a folder called as its data set and have its name and its pixels, so that somebody's
    own ``photos/photo_050.jpg`` is not taken for ours.
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
    """Return the sha256 of the pixels by data set and name without suffix."""
    return {
        (one.dataset, Path(one.file).stem): checksums(one.dataset)[one.file] for one in held_out()
    }
