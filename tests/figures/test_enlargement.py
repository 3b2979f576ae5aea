"""The page before and after: its pictures are the source's pixels, their bicubic, and the result's."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from srcnn.figures import enlargement
from srcnn.figures.enlargement import enlargement_page
from srcnn.images.resize import imresize

from ..engine.conftest import picture_of
from .test_page import Page


def pictures(page: Page) -> list[NDArray[np.uint8]]:
    """What the page shows, decoded by Pillow."""
    data = [(image["src"] or "").split(",")[1] for image in page.pictures()]
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(text)))) for text in data]


@pytest.fixture
def small() -> NDArray[np.uint8]:
    return picture_of("rgb", size=(40, 60))


def files(folder: Path, small: NDArray[np.uint8], scale: int = 3) -> tuple[Path, Path]:
    """A source, and a result that repeats its pixels."""
    source, result = folder / "photo.png", folder / "large.png"
    Image.fromarray(small).save(source)
    Image.fromarray(small.repeat(scale, 0).repeat(scale, 1)).save(result)
    return source, result


def test_source_bicubic_and_result(tmp_path: Path, small: NDArray[np.uint8]) -> None:
    page = Page(enlargement_page(*files(tmp_path, small), "some-net"))
    low, bicubic, shown = pictures(page)
    np.testing.assert_array_equal(low, small)
    np.testing.assert_array_equal(bicubic, imresize(small, 3))
    np.testing.assert_array_equal(shown, small.repeat(3, 0).repeat(3, 1))
    assert [image["data-name"] for image in page.pictures()] == ["source", "bicubic", "some-net"]
    assert {(image["width"], image["height"]) for image in page.pictures()} == {("180", "120")}
    assert page.text["h1"] == ["photo.png, x3"]
    assert page.text["p"][0] == "60 x 40 pixels, enlarged to 180 x 120."


def test_of_a_large_result_the_middle(
    tmp_path: Path, small: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    """60 of 120 rows and 60 of 180 columns: 20 x 20 pixels of the source from its middle."""
    monkeypatch.setattr(enlargement, "LARGEST", 60)
    page = Page(enlargement_page(*files(tmp_path, small), "some-net"))
    low, bicubic, shown = pictures(page)
    np.testing.assert_array_equal(low, small[10:30, 20:40])
    np.testing.assert_array_equal(shown, small[10:30, 20:40].repeat(3, 0).repeat(3, 1))
    assert bicubic.shape == (60, 60, 3)
    assert "the middle, 60 x 60" in page.text["p"][0]


def test_deep_and_transparent_pictures_are_shown_as_a_browser_would(tmp_path: Path) -> None:
    source, result = tmp_path / "a.png", tmp_path / "b.png"
    clear = np.zeros((8, 8, 4), np.uint8)
    Image.fromarray(clear).save(source)
    Image.fromarray(np.full((16, 16), 0x80FF, np.uint16)).save(result)
    low, bicubic, shown = pictures(Page(enlargement_page(source, result, "net")))
    assert low.shape == (8, 8, 3)
    assert (low == 255).all()  # nothing over white
    assert (bicubic == 255).all()
    assert (shown == 0x80FF * 255 // 65535).all()


def test_the_profile_goes_along(tmp_path: Path, small: NDArray[np.uint8]) -> None:
    """Without it the colors of a wide-gamut photograph would be other than in its files."""
    source, result = files(tmp_path, small)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(small).save(source, icc_profile=profile)
    page = Page(enlargement_page(source, result, "net"))
    for image in page.pictures():
        data = base64.b64decode((image["src"] or "").split(",")[1])
        assert Image.open(io.BytesIO(data)).info["icc_profile"] == profile
