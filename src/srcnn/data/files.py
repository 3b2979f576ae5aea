"""Find the images of a folder and their low-resolution files, for evaluation or training."""

from __future__ import annotations

from pathlib import Path

from srcnn.data.folder import LeftOut, picture_names, pictures_in
from srcnn.data.layouts import (
    LAYOUTS,
    Files,
    beside,
    by_name,
    folders_in,
    low_beside,
    named_by,
    pair,
    pictures_of,
    scaled_folders,
)
from srcnn.data.names import of_scale
from srcnn.errors import MissingData, UsageError

_DEPTH = 3
"""Levels of nested folders that are searched for a layout."""
_LISTED = 3
"""Largest number of folders that an error lists."""


def files_in(folder: Path, scale: int) -> Files:
    """Find the images of a folder, and the low-resolution files beside them.

    Args:
        folder: Where to look.
        scale: Scale of the low-resolution files.

    Raises:
        MissingData: There are no images, or only low-resolution files of other scales.
        UsageError: Several folders or files match.
    """
    if not folder.is_dir():
        raise MissingData(folder, "no such folder")
    if pictures_of(folder):
        return beside(folder, scale) or _plain(folder)
    places = _places(folder, scale)
    paired = [place for place in places if place.low] or places
    if len(paired) > 1:
        names = ", ".join(str(place.folder.relative_to(folder)) for place in paired[:_LISTED])
        raise UsageError(folder, f"contains several sets of images ({names})", "choose one of them")
    return paired[0] if paired else _plain(folder)


def files_below(folder: Path, scale: int, given: bool = True) -> list[Files]:
    """Find all images in a folder and its subfolders, for training.

    Low-resolution files beside images do not count as images themselves.

    Args:
        folder: Where to look.
        scale: Scale of the low-resolution files.
        given: Use the low-resolution files; otherwise ignore them.

    Raises:
        MissingData: There are no images, or only low-resolution files of other scales.
        UsageError: Several files match one image.
    """
    if not folder.is_dir():
        raise MissingData(folder, "no such folder")
    left_out = LeftOut()
    names = picture_names(str(folder), recursive=True, left_out=left_out)
    pictures = [Path(name) for name in names] or pictures_in(folder, recursive=True)
    places = list(dict.fromkeys(picture.parent for picture in pictures))
    paired = {place: files for place in places if (files := beside(place, None))}
    low = {each for place in paired for each in low_beside(place)}
    plain = [
        picture
        for picture in pictures
        if picture.parent not in paired and not low.intersection(picture.parents)
    ]
    found = [Files(folder, plain, left_out=left_out)] if plain else []
    if not given:
        return [*(Files(files.folder, files.high) for files in paired.values()), *found]
    matched, missing = [], None
    for place in paired:
        try:
            matched += [files] if (files := beside(place, scale)) else []
        except MissingData as error:  # the folder may be for another scale
            missing = missing or error
    if missing is not None and not matched:
        raise missing
    return [*matched, *found]


def given_files(high: Path, low: Path | None, scale: int) -> Files:
    """Return the images of one folder with the low-resolution files of another.

    Args:
        high: A folder of high-resolution images.
        low: A folder of low-resolution images, or of one subfolder for each scale (``X3``).
            ``None``: the caller makes them.
        scale: Scale of the low-resolution files.

    Raises:
        MissingData: A folder has no images, or an image has no low-resolution file.
        UsageError: Several files match one image.
    """
    for option, folder in (("--hr", high), ("--lr", low)):
        if folder is not None and not folder.is_dir():
            raise MissingData(f"{option} {folder}", "no such folder")
    files = _plain(high)
    if low is None:
        return files
    if high.resolve() != low.resolve():
        return pair(high, of_scale(files.high, scale) or files.high, scaled_folders(low), scale)
    found = by_name(high, scale)
    if found is None:
        raise MissingData(
            f"--lr {low}", "is also the folder of --hr, and contains no *_HR and *_LR files"
        )
    return found


def _plain(folder: Path) -> Files:
    left_out = LeftOut()
    return Files(folder, pictures_of(folder, left_out) or pictures_in(folder), left_out=left_out)


def _places(folder: Path, scale: int | None) -> list[Files]:
    """Return the layouts found in nested folders, from the first level that has any."""
    level = [folder]
    for _ in range(_DEPTH):
        level = [below for each in level for below in folders_in(each)]
        found, missing = [], None
        for place in level:
            if not pictures_of(place):
                continue
            try:
                files = beside(place, scale)
            except MissingData as error:  # the folder may be for another scale
                missing = missing or error
                continue
            if files is not None:
                found.append(files)
            elif any(layout.low and named_by(layout, place) for layout in LAYOUTS):
                found.append(_plain(place))
        if found:
            return found
        if missing is not None:
            raise missing
    return []
