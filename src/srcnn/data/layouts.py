"""Where a folder keeps high-resolution pictures, and the low-resolution files that go with them.

`LAYOUTS` has the ways of the field. Folders are looked into three levels deep.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from srcnn.data.folder import LeftOut, picture_names, pictures_in
from srcnn.data.names import is_high, is_low, match, of_scale, scales_in
from srcnn.errors import MissingData, UsageError

_DEPTH = 3
"""Levels of folders in a folder that are looked into for a layout."""
_LISTED = 3
"""Folders that an error lists."""


@dataclass(frozen=True)
class Layout:
    """A way to keep low-resolution files beside those of high resolution.

    Attributes:
        example: What it looks like.
        high: Pattern of the name of the folder with the high-resolution files.
        low: Pattern of the name of a folder beside it with the others, or with a folder for each
            scale; ``{set}`` is the group of that name in ``high``. Empty if all files lie in one
            folder, and their names tell them apart.
    """

    example: str
    high: str
    low: str = ""


LAYOUTS = (
    Layout("image_SRF_3/img_001_SRF_3_HR.png, image_SRF_3/img_001_SRF_3_LR.png", ".*"),
    # And DIV2K_train_HR, DIV2K_train_LR_bicubic/X3.
    Layout("Set5/HR, Set5/LR_bicubic/X3", "(?P<set>.*)HR", "{set}LR.*"),
    Layout("Set5/GTmod12, Set5/LRbicx3", r"(?P<set>.*)GT(mod\d+)?", "{set}LR.*"),
)


@dataclass(frozen=True)
class Files:
    """The pictures of a folder for one scale.

    Attributes:
        folder: Where those of high resolution lie.
        high: Their files, sorted.
        low: The low-resolution file of each; empty if none are given.
        low_folder: Where those lie.
        left_out: What lies beside the pictures and is not taken.
    """

    folder: Path
    high: list[Path]
    low: Mapping[Path, Path] = field(default_factory=dict)
    low_folder: Path | None = None
    left_out: LeftOut = field(default_factory=LeftOut)

    def __str__(self) -> str:
        pictures = "1 picture" if len(self.high) == 1 else f"{len(self.high)} pictures"
        line = f"{pictures} from {self.folder}"
        if self.low_folder is not None:
            line += f", with low-resolution files from {self.low_folder}"
        return "; ".join([line, *self.left_out.lines()])


def files_in(folder: Path, scale: int) -> Files:
    """Find the pictures of a folder, and the low-resolution files beside them.

    Raises:
        MissingData: There are no pictures, or low-resolution files of other scales only.
        UsageError: Several folders or files could be meant.
    """
    if not folder.is_dir():
        raise MissingData(folder, "no such folder")
    if _pictures(folder):
        return _beside(folder, scale) or _plain(folder)
    places = _places(folder, scale)
    paired = [place for place in places if place.low] or places
    if len(paired) > 1:
        names = ", ".join(str(place.folder.relative_to(folder)) for place in paired[:_LISTED])
        raise UsageError(folder, f"holds several sets of pictures ({names})", "name one of them")
    return paired[0] if paired else _plain(folder)


def files_below(folder: Path, scale: int, given: bool = True) -> list[Files]:
    """Find all pictures in a folder and the folders in it, to learn from.

    Where low-resolution files lie beside pictures, only those pictures are taken: the files
    themselves are not high-resolution ones.

    Args:
        folder: Where to look.
        scale: Scale of the low-resolution files.
        given: Whether these are used, or left alone.

    Raises:
        MissingData: There are no pictures, or low-resolution files of other scales only.
        UsageError: Several files could belong to one picture.
    """
    if not folder.is_dir():
        raise MissingData(folder, "no such folder")
    beside = _beside(folder, scale if given else None) if _pictures(folder) else None
    places = [beside] if beside else _places(folder, scale if given else None)
    paired = [place for place in places if place.low_folder is not None]
    if not paired:
        left_out = LeftOut()
        high = [Path(name) for name in picture_names(str(folder), True, left_out)]
        return [Files(folder, high or pictures_in(folder, recursive=True), left_out=left_out)]
    if given:
        return paired
    return [Files(place.folder, place.high, left_out=place.left_out) for place in paired]


def given_files(high: Path, low: Path | None, scale: int) -> Files:
    """Return the pictures of a folder with the low-resolution files of another one.

    Args:
        high: A folder of high-resolution pictures.
        low: A folder of low-resolution ones, or with a folder for each scale (``X3``). ``None``: they
            are to be made.
        scale: Their scale.

    Raises:
        MissingData: A folder has no pictures, or a picture has no low-resolution file.
        UsageError: Several files could belong to one picture.
    """
    for option, folder in (("--hr", high), ("--lr", low)):
        if folder is not None and not folder.is_dir():
            raise MissingData(f"{option} {folder}", "no such folder")
    files = _plain(high)
    if low is None:
        return files
    if high.resolve() != low.resolve():
        return _pair(high, of_scale(files.high, scale) or files.high, _scaled(low), scale)
    found = _by_name(high, scale)
    if found is None:
        raise MissingData(f"--lr {low}", "is the folder of --hr, without *_HR and *_LR in it")
    return found


def _pictures(folder: Path, left_out: LeftOut | None = None) -> list[Path]:
    return [Path(name) for name in picture_names(str(folder), left_out=left_out)]


def _plain(folder: Path) -> Files:
    left_out = LeftOut()
    return Files(folder, _pictures(folder, left_out) or pictures_in(folder), left_out=left_out)


def _folders(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "@"))
    )


def _places(folder: Path, scale: int | None) -> list[Files]:
    """Return the layouts in the folders of a folder, of the first level that has any."""
    level = [folder]
    for _ in range(_DEPTH):
        level = [below for each in level for below in _folders(each)]
        found, missing = [], None
        for place in level:
            if not _pictures(place):
                continue
            try:
                files = _beside(place, scale)
            except MissingData as error:  # perhaps the folder of another scale
                missing = missing or error
                continue
            if files is not None:
                found.append(files)
            elif any(layout.low and _named(layout, place) for layout in LAYOUTS):
                found.append(_plain(place))
        if found:
            return found
        if missing is not None:
            raise missing
    return []


def _named(layout: Layout, folder: Path) -> re.Match[str] | None:
    return re.fullmatch(layout.high, folder.resolve().name, re.IGNORECASE)


def _beside(folder: Path, scale: int | None) -> Files | None:
    """Return the files of a folder of pictures by its layout, ``None`` if it has none.

    Without ``scale`` the low-resolution files are found, but not matched.

    Raises:
        MissingData: There is a layout, but not for ``scale``.
    """
    for layout in LAYOUTS:
        found = _named(layout, folder)
        if found is None:
            continue
        if not layout.low:
            files = _by_name(folder, scale)
        else:
            wanted = layout.low.format(set=re.escape(found["set"]))
            beside = [
                each
                for each in _folders(folder.resolve().parent)
                if re.fullmatch(wanted, each.name, re.IGNORECASE)
            ]
            near = [folder.parent / each.name for each in beside] if folder.name else beside
            low = [place for each in near for place in _scaled(each)]
            files = _pair(folder, _pictures(folder), low, scale) if low else None
        if files is not None:
            return files
    return None


def _by_name(folder: Path, scale: int | None) -> Files | None:
    """Return the pictures ``*_HR`` of a folder with ``*_LR`` in it."""
    pictures = _pictures(folder)
    high = [file for file in pictures if is_high(file)]
    low = [file for file in pictures if is_low(file) and not is_high(file)]
    if not high or not low:
        return None
    if scale is None:
        return Files(folder, high, low_folder=folder)
    stated = scales_in(folder.resolve().name)
    fitting = of_scale(high, scale) if not stated or scale in stated else []
    if not fitting:
        scales = stated or {each for file in high for each in scales_in(file.stem)}
        raise _no_such_scale(folder, scales, scale)
    left_out = LeftOut()
    for file in pictures:
        if file not in high and file not in low:
            left_out.add("neither HR nor LR", file.name)
    return _paired(Files(folder, fitting, left_out=left_out), folder, low, scale)


def _scaled(folder: Path) -> list[Path]:
    """Return a folder with pictures, or the folders in it that are named by their scale."""
    inner = [each for each in _folders(folder) if scales_in(each.name) and _pictures(each)]
    return [*([folder] if _pictures(folder) else []), *inner]


def _pair(high: Path, files: list[Path], low: list[Path], scale: int | None) -> Files:
    """Pair pictures with the files of the folder of their scale."""
    left_out = LeftOut()
    _pictures(high, left_out)
    whole = Files(high, files, left_out=left_out)
    if scale is None:
        return Files(high, files, low_folder=low[0] if low else None, left_out=left_out)
    fitting, others = [], set[int]()
    for folder in low:
        stated = scales_in(folder.name)
        if stated and scale not in stated:
            others |= stated
        elif match(files, _pictures(folder), scale):
            fitting.append(folder)
        else:
            others |= {each for file in _pictures(folder) for each in scales_in(file.stem)}
    if len(fitting) > 1:
        fitting = [each for each in fitting if _is_bicubic(each)] or fitting
    if len(fitting) > 1:
        names = " and ".join(str(each) for each in fitting[:2])
        raise UsageError(high, f"has low-resolution files in {names}", "choose by --hr and --lr")
    if not fitting:
        raise _no_such_scale(high, others, scale)
    return _paired(whole, fitting[0], _pictures(fitting[0]), scale)


def _is_bicubic(folder: Path) -> bool:
    return "bic" in f"{folder.parent.name}/{folder.name}".lower()


def _paired(files: Files, folder: Path, low: list[Path], scale: int) -> Files:
    """Return ``files`` with the low-resolution file of each; every one has to have one."""
    found = match(files.high, low, scale)
    lacking = [file for file in files.high if file not in found]
    if lacking:
        more = f", like {len(lacking) - 1} others" if len(lacking) > 1 else ""
        raise MissingData(lacking[0], f"has no low-resolution file for x{scale} in {folder}{more}")
    return Files(files.folder, files.high, found, folder, files.left_out)


def _no_such_scale(folder: Path, scales: set[int], scale: int) -> MissingData:
    known = ", ".join(f"x{each}" for each in sorted(scales))
    why = f"has low-resolution files for {known or 'other pictures'}, and none for x{scale}"
    return MissingData(folder, why, "give --hr alone to have them made by bicubic")
