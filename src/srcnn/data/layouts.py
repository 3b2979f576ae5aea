"""Layouts of folders with high-resolution images and their low-resolution files.

`LAYOUTS` lists the layouts of the field; `srcnn.data.files` searches for them.
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
    """A convention for keeping low-resolution files beside high-resolution ones.

    Attributes:
        example: Example of the layout.
        high: Regular expression for the name of the folder with high-resolution files.
        low: Regular expression for the name of a folder beside it that has the low-resolution
            files, or one subfolder for each scale; ``{set}`` is the group of that name in ``high``.
            Empty if all files are in one folder and differ by name.
    """

    example: str
    high: str
    low: str = ""


LAYOUTS = (
    Layout("image_SRF_3/img_001_SRF_3_HR.png, image_SRF_3/img_001_SRF_3_LR.png", ".*"),
    # Also matches DIV2K_train_HR, DIV2K_train_LR_bicubic/X3.
    Layout("Set5/HR, Set5/LR_bicubic/X3", "(?P<set>.*)HR", "{set}LR.*"),
    Layout("Set5/GTmod12, Set5/LRbicx3", r"(?P<set>.*)GT(mod\d+)?", "{set}LR.*"),
)
"""The known layouts, in the order in which they are tried."""


@dataclass(frozen=True)
class Files:
    """The images of a folder for one scale.

    Attributes:
        folder: Folder of the high-resolution images.
        high: The high-resolution files, sorted.
        low: The low-resolution file of each; empty if there are none.
        low_folder: Folder of the low-resolution files.
        left_out: Files beside the images that are skipped.
    """

    folder: Path
    high: list[Path]
    low: Mapping[Path, Path] = field(default_factory=dict)
    low_folder: Path | None = None
    left_out: LeftOut = field(default_factory=LeftOut)

    def __str__(self) -> str:
        """Return a line about the images, their folders, and skipped files."""
        images = "1 image" if len(self.high) == 1 else f"{len(self.high)} images"
        line = f"{images} from {self.folder}"
        if self.low_folder is not None:
            line += f", with low-resolution images from {self.low_folder}"
        return "; ".join([line, *self.left_out.lines()])


def pictures_of(folder: Path, left_out: LeftOut | None = None) -> list[Path]:
    """Return the images of a folder; the list may be empty."""
    return [Path(name) for name in picture_names(str(folder), left_out=left_out)]


def folders_in(folder: Path) -> list[Path]:
    """Return the subfolders of a folder, except hidden ones."""
    return sorted(
        path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "@"))
    )


def named_by(layout: Layout, folder: Path) -> re.Match[str] | None:
    """Match a folder's name with a layout's pattern for high-resolution folders."""
    return re.fullmatch(layout.high, folder.resolve().name, re.IGNORECASE)


def beside(folder: Path, scale: int | None) -> Files | None:
    """Return the files of a folder of images by its layout, or ``None`` if it has none.

    Args:
        folder: A folder of images.
        scale: Scale of the low-resolution files; ``None`` finds them without matching them.

    Raises:
        MissingData: The folder has a layout, but no files for ``scale``.
        UsageError: Several files or folders match.
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
    """Return the folders beside a folder that contain low-resolution files by some layout."""
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
    """Return the images ``*_HR`` of a folder that also contains ``*_LR``, or ``None``.

    Args:
        folder: A folder of images.
        scale: Scale of the low-resolution files; ``None`` finds them without matching them.

    Raises:
        MissingData: The files are for other scales, or an image has no low-resolution file.
        UsageError: Several files match one image.
    """
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
    """Return a folder if it contains images, and its subfolders that are named by a scale."""
    inner = [each for each in folders_in(folder) if scales_in(each.name) and pictures_of(each)]
    return [*([folder] if pictures_of(folder) else []), *inner]


def pair(high: Path, files: list[Path], low: list[Path], scale: int | None) -> Files:
    """Pair images with their low-resolution files.

    Args:
        high: Folder of the high-resolution images.
        files: The images.
        low: Folders that may contain the low-resolution files.
        scale: Their scale; ``None`` finds them without matching them.

    Raises:
        MissingData: No folder has files for ``scale``, or an image has none.
        UsageError: Several folders or files match.
    """
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
        raise UsageError(high, f"has low-resolution images in {names}", "choose with --hr and --lr")
    if not fitting:
        raise _no_such_scale(high, others, scale)
    return _paired(whole, fitting[0], pictures_of(fitting[0]), scale)


def _is_bicubic(folder: Path) -> bool:
    return "bic" in f"{folder.parent.name}/{folder.name}".lower()


def _paired(files: Files, folder: Path, low: list[Path], scale: int) -> Files:
    """Return ``files`` with the low-resolution file of each.

    Raises:
        MissingData: An image has none.
    """
    found = match(files.high, low, scale)
    lacking = [file for file in files.high if file not in found]
    if lacking:
        more = f", like {len(lacking) - 1} others" if len(lacking) > 1 else ""
        raise MissingData(lacking[0], f"has no low-resolution image for x{scale} in {folder}{more}")
    return Files(files.folder, files.high, found, folder, files.left_out)


def _no_such_scale(folder: Path, scales: set[int], scale: int) -> MissingData:
    known = ", ".join(f"x{each}" for each in sorted(scales))
    why = f"has low-resolution images for {known or 'other images'}, but none for x{scale}"
    return MissingData(folder, why, "give only --hr to create them by bicubic")
