"""Where a folder keeps high-resolution pictures, and the low-resolution files that go with them.

`LAYOUTS` has the ways of the field; `srcnn.data.files` looks for them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from srcnn.data.folder import LeftOut, picture_names
from srcnn.data.names import is_high, is_low, match, of_scale, scales_in
from srcnn.errors import MissingData, UsageError


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


def pictures_of(folder: Path, left_out: LeftOut | None = None) -> list[Path]:
    """Return the pictures of a folder, perhaps none."""
    return [Path(name) for name in picture_names(str(folder), left_out=left_out)]


def folders_in(folder: Path) -> list[Path]:
    """Return the folders in a folder, but no hidden ones."""
    return sorted(
        path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "@"))
    )


def named_by(layout: Layout, folder: Path) -> re.Match[str] | None:
    """Match the name of a folder with the one that a layout has for high-resolution files."""
    return re.fullmatch(layout.high, folder.resolve().name, re.IGNORECASE)


def beside(folder: Path, scale: int | None) -> Files | None:
    """Return the files of a folder of pictures by its layout, ``None`` if it has none.

    Without ``scale`` the low-resolution files are found, but not matched.

    Raises:
        MissingData: There is a layout, but not for ``scale``.
    """
    for layout in LAYOUTS:
        found = named_by(layout, folder)
        if found is None:
            continue
        if not layout.low:
            files = by_name(folder, scale)
        else:
            low = [place for each in low_beside(folder) for place in scaled_folders(each)]
            files = pair(folder, pictures_of(folder), low, scale) if low else None
        if files is not None:
            return files
    return None


def low_beside(folder: Path) -> list[Path]:
    """Return the folders beside a folder that layouts have low-resolution files in."""
    found = []
    for layout in LAYOUTS:
        named = named_by(layout, folder) if layout.low else None
        if named is not None:
            wanted = layout.low.format(set=re.escape(named["set"]))
            parent = folder.parent if folder.name else folder.resolve().parent
            found += [
                each
                for each in folders_in(parent)
                if re.fullmatch(wanted, each.name, re.IGNORECASE) and each not in found
            ]
    return found


def by_name(folder: Path, scale: int | None) -> Files | None:
    """Return the pictures ``*_HR`` of a folder with ``*_LR`` in it."""
    left_out = LeftOut()
    pictures = pictures_of(folder, left_out)
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
    for file in pictures:
        if file not in high and file not in low:
            left_out.add("neither HR nor LR", file.name)
    return _paired(Files(folder, fitting, left_out=left_out), folder, low, scale)


def scaled_folders(folder: Path) -> list[Path]:
    """Return a folder with pictures, or the folders in it that are named by their scale."""
    inner = [each for each in folders_in(folder) if scales_in(each.name) and pictures_of(each)]
    return [*([folder] if pictures_of(folder) else []), *inner]


def pair(high: Path, files: list[Path], low: list[Path], scale: int | None) -> Files:
    """Pair pictures with the files of the folder of their scale."""
    left_out = LeftOut()
    pictures_of(high, left_out)
    whole = Files(high, files, left_out=left_out)
    if scale is None:
        return Files(high, files, low_folder=low[0] if low else None, left_out=left_out)
    fitting, others = [], set[int]()
    for folder in low:
        stated = scales_in(folder.name)
        if stated and scale not in stated:
            others |= stated
        elif match(files, pictures_of(folder), scale):
            fitting.append(folder)
        else:
            others |= {each for file in pictures_of(folder) for each in scales_in(file.stem)}
    if len(fitting) > 1:
        fitting = [each for each in fitting if _is_bicubic(each)] or fitting
    if len(fitting) > 1:
        names = " and ".join(str(each) for each in fitting[:2])
        raise UsageError(high, f"has low-resolution files in {names}", "choose by --hr and --lr")
    if not fitting:
        raise _no_such_scale(high, others, scale)
    return _paired(whole, fitting[0], pictures_of(fitting[0]), scale)


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
