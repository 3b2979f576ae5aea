"""Which pictures a recipe names, and the low-resolution files that belong to them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from srcnn.data.catalog import locate
from srcnn.data.files import files_below, given_files
from srcnn.data.held_out import is_held_out
from srcnn.data.layouts import Files
from srcnn.data.pairs import check_pairs, without_results
from srcnn.images.degrade import Degradation
from srcnn.runs.pictures import degradation_of
from srcnn.training.config import Recipe


@dataclass(frozen=True)
class Found:
    """The pictures of a recipe.

    Attributes:
        used: Those to learn from and to validate with, each once.
        kept_out: Those that nothing is trained on (`srcnn.data.held_out`).
        low: The low-resolution files of those that have one.
        lines: What was taken of which folder.
    """

    used: list[Path]
    kept_out: list[Path]
    low: dict[Path, Path]
    lines: list[str]


def find_pictures(recipe: Recipe, data_root: Path | None) -> Found:
    """Find every picture of a recipe's folders, data sets and pairs, each once.

    Raises:
        MissingData: If one has no pictures, or no low-resolution files for the scale.
        UsageError: If a low-resolution file does not fit its picture.
    """
    given = degradation_of(recipe) == Degradation()
    found: dict[Path, Path] = {}
    low: dict[Path, Path] = {}
    lines = []

    def take(files: Files) -> None:
        check_pairs(files, recipe.scale)
        real = files.folder.resolve()
        for path in files.high:
            taken = found.setdefault(real / path.relative_to(files.folder), path)
            if taken is path and path in files.low:
                low[path] = files.low[path]
        lines.append(str(files))

    # A pair that is named stands before whatever else holds the same picture.
    for pair in recipe.pairs:
        low_folder = None if pair.lr is None else Path(pair.lr)
        take(given_files(Path(pair.hr), low_folder, recipe.scale))
    for name in recipe.data:
        for files in files_below(locate(name, data_root), recipe.scale, given):
            # What srcnn made and has no low-resolution file is left out when it is decoded.
            take(without_results(files) if files.low else files)
    # A data set may be a link to a folder of another name, or be found through one.
    kept_out = [path for real, path in found.items() if is_held_out(path) or is_held_out(real)]
    used = [path for path in found.values() if path not in kept_out]
    return Found(used, kept_out, low, lines)
