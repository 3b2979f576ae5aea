"""The origin of each image of the data set ``photos``: author, license, source and crop.

The table is in ``photos.csv``; SHA-256 sums of the pixels are in ``checksums/photos.txt``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

_TABLE = Path(__file__).parent / "photos.csv"


@dataclass(frozen=True)
class Photo:
    """An image of the data set.

    Attributes:
        file: Its name in the data set.
        author: Author of the photograph, as stated by its source.
        license: SPDX identifier of the license; ``LicenseRef-Unsplash`` is the Unsplash license.
        source: ``github:OWNER/REPOSITORY@COMMIT:PATH`` or ``deb:PACKAGE_VERSION:PATH``.
        reduced_to: Size of the whole photograph before cropping, such as ``1280x800``.
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
        """The repository or package without its version."""
        return self.source.partition("@" if self.source.startswith("github:") else "_")[0]

    @property
    def path(self) -> str:
        """Path of the photograph in its repository or package."""
        # A package version may contain colons, so split at the last one.
        return self.source.rpartition(":")[2]


def photos() -> list[Photo]:
    """Return the table, sorted by name."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return [Photo(**row) for row in csv.DictReader(lines)]


def origins() -> tuple[list[str], list[str]]:
    """Return the GitHub repositories and the Debian packages that the images were cut from."""
    names = sorted({photo.container for photo in photos()})
    kinds = ("github:", "deb:")
    repositories, packages = (
        [name.removeprefix(kind) for name in names if name.startswith(kind)] for kind in kinds
    )
    return repositories, packages
