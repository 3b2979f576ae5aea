"""The table of the data set ``photos``: whole, and complete enough to name everybody."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from srcnn.data.photos import origins, photos
from srcnn.data.verify import checksums

from ..conftest import ROOT


def test_every_picture_of_the_set_has_a_line() -> None:
    assert [photo.file for photo in photos()] == list(checksums("photos"))


def test_every_line_names_author_license_and_source() -> None:
    free = re.compile(r"CC0-1\.0|CC-BY(-SA)?-\d\.\d|LicenseRef-Unsplash|L?GPL-\d\.0-or-later")
    for photo in photos():
        assert photo.author.strip() == photo.author != ""
        # Addresses of people are not needed to name them.
        assert "@" not in re.sub(r"https?://\S+", "", photo.author)
        assert free.fullmatch(photo.license)
        assert re.fullmatch(r"github:[\w.-]+/[\w.-]+@[0-9a-f]{12}:.+|deb:[^_]+_.+:.+", photo.source)
        assert photo.path.startswith("usr/share/") or photo.source.startswith("github:")


def test_crops_lie_in_the_reduced_photographs(shared: Path) -> None:
    for photo in photos():
        width, height = map(int, photo.reduced_to.split("x"))
        left, top, *size = map(int, photo.crop.split())
        assert left + size[0] <= width
        assert top + size[1] <= height
        with Image.open(shared / "data" / "photos" / photo.file) as image:
            assert list(image.size) == size


def test_origins_are_counted_without_versions() -> None:
    repositories, packages = origins()
    assert "BuddiesOfBudgie/budgie-backgrounds" in repositories
    assert {"gnome-backgrounds", "plasma-workspace-wallpapers"} <= set(packages)
    assert all("@" not in name for name in repositories)
    assert all("_" not in name for name in packages)


def test_the_page_of_the_authors_names_every_picture_once() -> None:
    page = (ROOT / "docs" / "photos.md").read_text(encoding="utf-8")
    for photo in photos():
        (line,) = re.findall(rf"^\| {Path(photo.file).stem} \| .*$", page, re.MULTILINE)
        assert photo.author in line
        assert photo.path in line
