"""The tables of pictures: the authors of ``photos``, and the images excluded from all training."""

from __future__ import annotations

import re
from collections import Counter

from srcnn.data.held_out import held_out
from srcnn.data.photos import Photo, photos

_CREATIVE_COMMONS = re.compile(r"CC-(?P<terms>BY(?:-SA)?)-(?P<version>\d\.\d)")
_OTHERS = {
    "CC0-1.0": ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "LicenseRef-Unsplash": ("Unsplash", "https://unsplash.com/license"),
    "GPL-2.0-or-later": ("GPL 2.0 or later", "https://www.gnu.org/licenses/old-licenses/gpl-2.0"),
    "LGPL-3.0-or-later": ("LGPL 3.0 or later", "https://www.gnu.org/licenses/lgpl-3.0"),
}


def photo_authors() -> str:
    """Return author, license and source of every picture of ``photos``, and the counts by license."""
    table = photos()
    counts = Counter(photo.license for photo in table).most_common()
    lines = [
        "| license | pictures |",
        "|---|---|",
        *(f"| {_license(name)} | {count} |" for name, count in counts),
        "",
        "| picture | author | license | cut from |",
        "|---|---|---|---|",
        *(
            f"| {photo.file.removesuffix('.webp')} | {photo.author} | {_license(photo.license)} "
            f"| {_source(photo)} |"
            for photo in table
        ),
    ]
    return "\n".join(lines) + "\n"


def held_out_pictures() -> str:
    """Return the images that are excluded from all training, by what they show."""
    lines = [
        "| shows | data set | picture | license |",
        "|---|---|---|---|",
        *(
            f"| {one.category} | {one.dataset} | {one.file} | {_license(one.license)} |"
            for one in held_out()
        ),
    ]
    return "\n".join(lines) + "\n"


def _license(identifier: str) -> str:
    """Return a license as a link."""
    if found := _CREATIVE_COMMONS.fullmatch(identifier):
        terms, version = found["terms"], found["version"]
        title = f"CC {terms} {version}"
        url = f"https://creativecommons.org/licenses/{terms.lower()}/{version}/"
    else:
        title, url = _OTHERS[identifier]
    return f"[{title}]({url})"


def _source(photo: Photo) -> str:
    """Return the repository with its commit, or the package with its version, and the path in it."""
    held_by = photo.source.removesuffix(f":{photo.path}")
    if held_by.startswith("github:"):
        name, _, commit = held_by.removeprefix("github:").partition("@")
        return f"[{name}](https://github.com/{name}/tree/{commit}): `{photo.path}`"
    package, _, version = held_by.removeprefix("deb:").partition("_")
    return f"Debian package {package} {version}: `{photo.path}`"
