"""The images that a recipe names, with their low-resolution files."""

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
    """The images of a recipe.

    Attributes:
        used: Images for training and validation, each once.
        kept_out: Images that are excluded from all training (`srcnn.data.held_out`).
        low: Low-resolution file by image, for images that have one.
        lines: A line about each folder.
    """

    used: list[Path]
    kept_out: list[Path]
    low: dict[Path, Path]
    lines: list[str]


def find_pictures(recipe: Recipe, data_root: Path | None) -> Found:
    """Find every image of a recipe's folders, data sets and pairs, each once.

    Raises:
        MissingData: If one of them has no images, or no low-resolution files for the scale.
        UsageError: If a low-resolution file does not fit its image.
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

    # Pairs come first, so that they take precedence over a data set with the same image.
    for pair in recipe.pairs:
        low_folder = None if pair.lr is None else Path(pair.lr)
        take(given_files(Path(pair.hr), low_folder, recipe.scale))
    for name in recipe.data:
        for files in files_below(locate(name, data_root), recipe.scale, given):
            # Without low-resolution files, srcnn's own results are left out during decoding.
            take(without_results(files) if files.low else files)
    # Check both paths: a data set may be a link, or may be reached through one.
    kept_out = [path for real, path in found.items() if is_held_out(path) or is_held_out(real)]
    used = [path for path in found.values() if path not in kept_out]
    return Found(used, kept_out, low, lines)
