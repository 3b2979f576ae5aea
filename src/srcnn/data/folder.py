"""The pictures of a folder."""

from __future__ import annotations

from pathlib import Path

from srcnn.errors import MissingData
from srcnn.images.formats import SUFFIXES


def pictures_in(folder: Path, recursive: bool = False) -> list[Path]:
    """Every file with the suffix of a picture, sorted by path; `MissingData` when there is none."""
    if not folder.is_dir():
        raise MissingData(folder, "no such folder")
    found = folder.rglob("*") if recursive else folder.iterdir()
    pictures = sorted(
        path
        for path in found
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.startswith(".")
    )
    if not pictures:
        raise MissingData(folder, "holds no pictures")
    return pictures
