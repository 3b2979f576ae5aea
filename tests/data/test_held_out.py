"""The pictures that are kept out of training: varied, free, and recognized by name and pixels."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from srcnn.data.catalog import CATALOG
from srcnn.data.held_out import held_out, is_held_out
from srcnn.data.photos import photos
from srcnn.data.verify import checksums

from ..conftest import EXAMPLE
from .near import Crops, read_gray

CATEGORIES = {"people", "text", "buildings", "animals", "things"}


def test_the_list_is_varied_and_names_pictures_of_training_sets() -> None:
    listed = held_out()
    assert len({(one.dataset, one.file) for one in listed}) == len(listed) == 24
    assert {one.category for one in listed} == CATEGORIES
    assert min(Counter(one.category for one in listed).values()) >= 3
    for one in listed:
        assert CATALOG[one.dataset].use == "train"
        # Only then `is_held_out` knows them.
        assert CATALOG[one.dataset].checked == "pixels"
        assert checksums(one.dataset)[one.file]


def test_the_licenses_are_those_of_the_pictures() -> None:
    """A set has one, as the catalog says, or one for each picture."""
    of_sets = {"cid22": "CC-BY-SA-4.0", "clic": "LicenseRef-Unsplash", "gb82": "CC0-1.0"}
    of_photos = {photo.file: photo.license for photo in photos()}
    for one in held_out():
        expected = of_photos[one.file] if one.dataset == "photos" else of_sets[one.dataset]
        assert one.license == expected
    assert sum(one.license == "CC0-1.0" for one in held_out()) >= 10


def test_the_example_shows_a_picture_of_the_list(shared: Path) -> None:
    files = [file for one in held_out() for file in _files(shared, one.dataset, one.file)]
    _, nearest, correlation = Crops({file.stem: read_gray(file) for file in files}).nearest(
        "example", read_gray(EXAMPLE)
    )
    assert nearest == "dog-lossless"
    assert correlation > 0.8


def test_every_picture_of_the_list_is_recognized(shared: Path) -> None:
    files = [file for one in held_out() for file in _files(shared, one.dataset, one.file)]
    assert len(files) == 24
    assert all(is_held_out(file) for file in files)
    others = sorted((shared / "data" / "photos").glob("photo_05?.webp"))
    assert [file.stem for file in others if is_held_out(file)] == ["photo_050", "photo_057"]


def test_any_lossless_copy_is_recognized(shared: Path, tmp_path: Path) -> None:
    (file,) = _files(shared, "photos", "photo_050.webp")
    with Image.open(file) as image:
        copy = _saved(tmp_path / "photos" / "photo_050.png", np.asarray(image))
    assert is_held_out(copy)


@pytest.mark.parametrize("content", ["another picture", "no picture"])
def test_a_picture_that_only_has_the_name_is_not_on_the_list(
    tmp_path: Path, photo: NDArray[np.uint8], content: str
) -> None:
    file = _saved(tmp_path / "photos" / "photo_050.png", photo)
    if content == "no picture":
        file.write_bytes(b"nothing")
    assert not is_held_out(file)


def _files(shared: Path, dataset: str, file: str) -> list[Path]:
    return sorted((shared / "data" / dataset).glob(f"{Path(file).stem}.*"))


def _saved(path: Path, pixels: NDArray[np.uint8]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path
