"""Blur, noise and compression against scipy, Pillow and the statistics that they promise."""

from __future__ import annotations

import io
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin
from scipy import ndimage, stats
from skimage.color import rgb2ycbcr

from srcnn.images.degradations.blur import Blur
from srcnn.images.degradations.compression import Jpeg, Webp, to_pixels
from srcnn.images.degradations.noise import CHANNELS, DISTRIBUTIONS, Channels, Distribution, Noise
from srcnn.images.degradations.step import Planes
from srcnn.metrics import psnr


@pytest.fixture
def planes(photo: NDArray[np.uint8]) -> Planes:
    """Three of 120 x 150."""
    return np.ascontiguousarray(np.moveaxis(photo[60:180, 90:240], 2, 0) / 255, np.float32)


@pytest.mark.parametrize("sigmas", [(0.3, 0.3), (0.8, 0.8), (1.5, 1.5), (1.4, 0.4), (0.0, 1.0)])
def test_blur_is_scipy_s_gaussian_filter(
    planes: Planes, random: np.random.Generator, sigmas: tuple[float, float]
) -> None:
    """scipy's "reflect" is what is called mirror here; the first axis is the horizontal one."""
    made = Blur(sigmas)(planes, random)
    radius = len(Blur(sigmas).kernel()) // 2
    for plane, found in zip(planes, made, strict=True):
        wanted = ndimage.gaussian_filter(
            plane.astype(np.float64), sigmas[::-1], mode="reflect", radius=radius
        )
        np.testing.assert_allclose(found, wanted, rtol=0, atol=2e-6)


@pytest.mark.parametrize("angle", [30, 90, 145])
def test_a_turned_blur_is_a_normal_density(
    planes: Planes, random: np.random.Generator, angle: float
) -> None:
    """Its covariance is turned; y points down, as in images."""
    turn = np.radians(angle)
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    covariance = axes @ np.diag([1.5**2, 0.6**2]) @ axes.T
    y, x = np.mgrid[-6:7, -6:7]
    density = stats.multivariate_normal([0, 0], covariance).pdf(np.stack([x, y], axis=-1))
    made = Blur((1.5, 0.6), angle)(planes, random)
    wanted = ndimage.convolve(planes[1].astype(np.float64), density / density.sum())
    np.testing.assert_allclose(made[1], wanted, rtol=0, atol=2e-6)


@pytest.mark.parametrize("value", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_noise_has_its_deviation_and_its_channels(
    distribution: Distribution, channels: Channels, value: float, random: np.random.Generator
) -> None:
    """Poisson's variance rises with the value, Gaussian's does not; 90,000 samples."""
    flat = np.full((3, 300, 300), value, np.float32)
    noise = Noise(distribution, 8, channels)
    field = (noise(flat, random) - flat).astype(np.float64) * 255
    wanted = 8 * (np.sqrt(value / 0.5) if distribution == "Poisson" else 1)
    assert np.abs(field.mean()) < 0.1
    weights = np.array([0.299, 0.587, 0.114])
    if channels == "luma":
        np.testing.assert_allclose(field[0], field[2], atol=1e-3)
        assert field.std() == pytest.approx(wanted, rel=0.02)
    elif channels == "chroma":
        assert np.abs(np.tensordot(weights, field, 1)).max() < 1e-3
        # The variance of n - w.n in a channel, where every n has the variance 1.
        deviations = wanted * np.sqrt(1 - 2 * weights + weights @ weights)
        np.testing.assert_allclose(field.std(axis=(1, 2)), deviations, rtol=0.02)
    else:
        assert field.std() == pytest.approx(wanted, rel=0.02)
        correlation = np.corrcoef(field.reshape(3, -1))
        assert np.abs(correlation - np.eye(3)).max() < 0.02


def test_gaussian_noise_is_normal_and_poisson_noise_of_few_photons_is_not(
    random: np.random.Generator,
) -> None:
    flat = np.full((1, 200, 200), 0.1, np.float32)
    gaussian = (Noise("Gaussian", 30)(flat, random) - flat).ravel()
    assert stats.kstest(gaussian / gaussian.std(), "norm").pvalue > 0.001
    # 0.1 is 0.1 * 0.5 / (30 / 255)^2 photons: the skewness of a Poisson variable is 1 / sqrt(mean).
    poisson = (Noise("Poisson", 30)(flat, random) - flat).ravel()
    mean = 0.1 * 0.5 / (30 / 255) ** 2
    assert stats.skew(poisson) == pytest.approx(1 / np.sqrt(mean), rel=0.05)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_no_level_is_no_noise(planes: Planes, distribution: Distribution) -> None:
    random = np.random.default_rng(1)
    np.testing.assert_array_equal(Noise(distribution, 0)(planes, random), planes)


@pytest.mark.parametrize("channels", CHANNELS)
def test_a_gray_picture_has_one_kind_of_noise(channels: Channels) -> None:
    flat = np.full((1, 100, 100), 0.5, np.float32)
    noise = Noise("Gaussian", 5, channels)(flat, np.random.default_rng(1)) - flat
    assert noise.std() * 255 == pytest.approx(5, rel=0.03)


@pytest.mark.parametrize("subsampled", [True, False])
@pytest.mark.parametrize("quality", [25, 60, 98])
def test_jpeg_has_the_tables_and_the_sampling_asked_for(
    planes: Planes, quality: int, subsampled: bool
) -> None:
    """Read back from the file: the standard's first luminance entry is 16 at quality 50."""
    step = Jpeg(quality, subsampled)
    with Image.open(io.BytesIO(step.encode(to_pixels(planes)))) as image:
        assert isinstance(image, JpegImagePlugin.JpegImageFile)
        assert JpegImagePlugin.get_sampling(image) == (2 if subsampled else 0)
        percent = 5000 / quality if quality < 50 else 200 - 2 * quality
        assert image.quantization[0][0] == max(1, int((16 * percent + 50) / 100))
        wanted = np.asarray(image)
    made = step(planes, np.random.default_rng(0))
    np.testing.assert_array_equal(np.round(made * 255), np.moveaxis(wanted, 2, 0))


def test_chroma_suffers_from_subsampling_and_luma_does_not(planes: Planes) -> None:
    truth = rgb2ycbcr(to_pixels(planes))
    errors = [
        np.abs(rgb2ycbcr(to_pixels(Jpeg(95, subsampled)(planes, np.random.default_rng(0)))) - truth)
        for subsampled in (False, True)
    ]
    none, halved = (error.mean(axis=(0, 1)) for error in errors)
    assert halved[0] < 1.2 * none[0]
    assert halved[1] > 1.2 * none[1]
    assert halved[2] > 1.2 * none[2]


def test_webp_is_one_with_loss(planes: Planes) -> None:
    file = Webp(50).encode(to_pixels(planes))
    assert file[:4] == b"RIFF"
    assert file[12:16] == b"VP8 "


@pytest.mark.parametrize("kind", [Jpeg, Webp])
def test_better_quality_is_closer(planes: Planes, kind: type[Jpeg | Webp]) -> None:
    random = np.random.default_rng(0)
    truth = to_pixels(planes)
    scores = [psnr(to_pixels(kind(q)(planes, random)), truth) for q in (25, 50, 75, 98)]
    assert all(low < high for low, high in pairwise(scores))
    gray = planes[:1]
    assert kind(98)(gray, random).shape == gray.shape
    assert psnr(to_pixels(kind(98)(gray, random)), to_pixels(gray)) > 38


def test_what_they_are_called() -> None:
    assert str(Blur((0.8, 0.8))) == "blur 0.80"
    assert str(Blur((0.8, 1.25), 30)) == "blur 0.80 x 1.25 at 30°"
    assert str(Noise("Poisson", 4.2, "chroma")) == "Poisson noise 4.2 (chroma)"
    assert str(Jpeg(40)) == "JPEG 40 4:2:0"
    assert str(Jpeg(40, False)) == "JPEG 40 4:4:4"
    assert str(Webp(40)) == "WebP 40"
