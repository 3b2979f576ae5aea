"""Degradations against scipy, Pillow and the statistics that they promise."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from srcnn.evaluation.protocol import PROTOCOLS, degraded
from srcnn.evaluation.reference import Original
from srcnn.images.color import Color, convert
from srcnn.images.degrade import Degradation, Degraded, low_resolution
from srcnn.images.grid import Grid
from srcnn.images.quantize import to_uint8
from srcnn.images.resize import blur_and_subsample, imresize
from srcnn.metrics import psnr


@pytest.fixture
def luma(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """288 x 288."""
    return Original("photo", photo, PROTOCOLS["paper"]).channels("Y")


def test_blur_and_subsample_is_a_gaussian_filter_s_every_third_pixel(
    luma: NDArray[np.uint8],
) -> None:
    """scipy's "reflect" is what is called mirror here; the middle of 3 pixels is the second."""
    high = luma / 255
    wanted = ndimage.gaussian_filter(high, 1.6, mode="reflect", radius=7)[1::3, 1::3]
    np.testing.assert_allclose(blur_and_subsample(high, 3, 1.6), wanted, atol=1e-12)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_blurred_pictures_are_not_shifted(scale: int) -> None:
    """A ramp stays on itself: sample i is the mean place of the pixels that it stands for."""
    ramp = np.tile(np.arange(120.0), (120, 1))
    wanted = ramp.reshape(120, 120 // scale, scale).mean(axis=2)[::scale]
    inside = slice(120 // scale // 4, -(120 // scale // 4))
    low = blur_and_subsample(ramp, scale, 1.6)
    np.testing.assert_allclose(low[inside, inside], wanted[inside, inside], atol=1e-9)


def test_blur_takes_more_than_bicubic_s_reduction(luma: NDArray[np.uint8]) -> None:
    results = [degraded(luma, 3, "photo", Degradation(blur)) for blur in (None, 1.6, 3.0)]
    scores = [psnr(to_uint8(made.enlarged), truth) for truth, made in results]
    assert scores[0] > scores[1] > scores[2] > 20


def test_noise_has_the_deviation_that_was_drawn(luma: NDArray[np.uint8]) -> None:
    random = np.random.default_rng(1)
    clean = low_resolution(luma / 255, 2)
    noisy = Degradation(noise=(2, 8))
    found = [
        float((noisy.low_resolution(luma / 255, 2, random) - clean).std() * 255) for _ in range(40)
    ]
    assert 1.9 < min(found) < 3
    assert 7 < max(found) < 8.2


def test_jpeg_is_one_that_pillow_reads_alike(luma: NDArray[np.uint8]) -> None:
    """Quality 30 by libjpeg's tables, whoever calls it; the clean low-res picture is rounded first."""
    clean = to_uint8(low_resolution(luma / 255, 3))
    file = io.BytesIO()
    Image.fromarray(clean).save(file, "jpeg", quality=30)
    with Image.open(file) as image:
        pillow = np.asarray(image)
    made = Degradation(jpeg=(30, 30)).low_resolution(luma / 255, 3, np.random.default_rng(1))
    assert psnr(to_uint8(made), pillow) > 50
    assert psnr(to_uint8(made), clean) < 40


@pytest.mark.parametrize("color", ["RGB", "YCbCr"])
def test_jpeg_of_colours_is_one_of_their_rgb(photo: NDArray[np.uint8], color: Color) -> None:
    """The file is the same whichever channels a network has; Pillow's is nearly the same."""
    high = convert(photo / 255, "RGB", color)
    low = Degradation(jpeg=(40, 40)).low_resolution(high, 3, np.random.default_rng(1), color)
    file = io.BytesIO()
    clean = to_uint8(low_resolution(photo / 255, 3))
    Image.fromarray(clean).save(file, "jpeg", quality=40)
    with Image.open(file) as image:
        pillow = np.asarray(image)
    made = to_uint8(convert(low, color, "RGB"))
    assert psnr(made, pillow) > 45
    assert psnr(made, clean) < 40


def test_the_judge_repeats_itself_and_training_need_not(luma: NDArray[np.uint8]) -> None:
    hard = Degradation(blur=1.6, noise=(1, 9), jpeg=(20, 90))
    first, again, other = (degraded(luma, 3, name, hard)[1].low for name in ("a/x", "b/x", "a/y"))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    random = np.random.default_rng(1)
    one, two = (degraded(luma, 3, "a/x", hard, random)[1].low for _ in range(2))
    assert (one != two).any()


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_each_grid_is_given_its_image(photo: NDArray[np.uint8], scale: int) -> None:
    """Networks of factor 1 take the image enlarged to the truth's size, others the small one itself."""
    high = photo[: 24 * scale, : 20 * scale]
    truth, made = degraded(high, scale, "photo", color="RGB")
    small = imresize(high / 255, 1 / scale)
    np.testing.assert_array_equal(truth, high)
    for radius in (0, 5):
        low, large = made.given(Grid(scale, radius)), made.given(Grid(1, radius))
        assert (low.shape, large.shape) == ((24, 20, 3), truth.shape)
        np.testing.assert_allclose(low, small, rtol=0, atol=1e-12)
        np.testing.assert_allclose(large, imresize(small, scale), rtol=0, atol=1e-12)
    with pytest.raises(AssertionError, match="for another scale"):
        made.given(Grid(scale + 1, 0))


def test_another_resizer_makes_the_enlarged_image_alone(random: np.random.Generator) -> None:
    low = random.random((4, 5))
    made = Degraded(low, 3, lambda image, scale: np.kron(image, np.ones((int(scale),) * 2)))
    np.testing.assert_array_equal(made.given(Grid(1, 2)), low.repeat(3, 0).repeat(3, 1))
    np.testing.assert_array_equal(made.given(Grid(3, 2)), low)


def test_what_the_card_says() -> None:
    assert str(Degradation()) == "bicubic"
    hard = Degradation(blur=1.6, noise=(0, 5), jpeg=(40, 95))
    assert str(hard) == "Gaussian blur 1.6, noise 0 to 5, JPEG 40 to 95"
