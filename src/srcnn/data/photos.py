"""Where each picture of the data set ``photos`` was cut from: author, license, source, crop.

The table lies in ``photos.csv``; the sha256 of the pixels in ``checksums/photos.txt``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

_TABLE = Path(__file__).parent / "photos.csv"


@dataclass(frozen=True)
class Photo:
    """One picture of the data set.

    Attributes:
        file: Its name in the data set.
        author: Who made the photograph, as its source says.
        license: Its SPDX identifier; ``LicenseRef-Unsplash`` is the Unsplash license.
        source: ``github:OWNER/REPOSITORY@COMMIT:PATH`` or ``deb:PACKAGE_VERSION:PATH``.
        reduced_to: Width and height of the whole photograph before it was cropped, ``1280x800``.
        crop: Left, top, width and height in the reduced photograph, in pixels.
    """

    file: str
    author: str
    license: str
    source: str
    reduced_to: str
    crop: str

    @property
    def container(self) -> str:
        """The repository or the package, without its version."""
        return self.source.partition("@" if self.source.startswith("github:") else "_")[0]

    @property
    def path(self) -> str:
        """The path of the photograph in its repository or package."""
        # The version of a package may hold colons too.
        return self.source.rpartition(":")[2]


def photos() -> list[Photo]:
    """Return the table, in the order of the names."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return [Photo(**row) for row in csv.DictReader(lines)]


def origins() -> tuple[list[str], list[str]]:
    """Return the GitHub repositories and the Debian packages that ``photos`` was cut from."""
    names = sorted({photo.container for photo in photos()})
    kinds = ("github:", "deb:")
    repositories, packages = (
        [name.removeprefix(kind) for name in names if name.startswith(kind)] for kind in kinds
    )
    return repositories, packages
