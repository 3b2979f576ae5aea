"""Hue and brightness: what they leave alone, and that they commute with degrading."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import rgb2ycbcr

from srcnn.data.augment import Recolor, brightness, hue
from srcnn.data.patches import Choice, Pair, PatchSampler
from srcnn.evaluation.protocol import PROTOCOLS, degraded
from srcnn.evaluation.reference import Original
from srcnn.images.color import Color
from srcnn.images.degrade import enlarge, low_resolution
from srcnn.images.grid import Grid
from srcnn.images.quantize import to_float

Patch = NDArray[np.float32]
THREE: list[Color] = ["RGB", "YCbCr"]


def planes(image: NDArray[np.float64]) -> Patch:
    return np.moveaxis(image, 2, 0).astype(np.float32)


def ycbcr(patch: Patch) -> NDArray[np.float64]:
    """Y, Cb and Cr of RGB by scikit-image: in 1/255, H x W x 3."""
    out: NDArray[np.float64] = rgb2ycbcr(np.moveaxis(patch, 0, 2).astype(np.float64))
    return out


@pytest.mark.parametrize("degrees", [-140, -20, 90, 180])
def test_hue_turns_cb_and_cr_and_leaves_y(photo: NDArray[np.uint8], degrees: float) -> None:
    before = planes(photo / 255)
    old, new = ycbcr(before), ycbcr(hue(before, degrees, "RGB"))
    np.testing.assert_allclose(new[..., 0], old[..., 0], atol=1e-3)
    chroma = [image[..., 1] - 128 + 1j * (image[..., 2] - 128) for image in (old, new)]
    np.testing.assert_allclose(chroma[1], chroma[0] * np.exp(1j * np.radians(degrees)), atol=1e-3)


def test_gray_has_no_hue_and_a_whole_turn_is_none(photo: NDArray[np.uint8]) -> None:
    gray = planes(np.repeat(photo[..., 1:2] / 255, 3, axis=2))
    np.testing.assert_allclose(hue(gray, 77, "RGB"), gray, atol=1e-6)
    np.testing.assert_allclose(hue(planes(photo / 255), 360, "RGB"), planes(photo / 255), atol=1e-6)


def test_brightness_is_a_factor_on_r_g_and_b(photo: NDArray[np.uint8]) -> None:
    rgb = planes(photo / 255)
    np.testing.assert_allclose(brightness(rgb, 0.7, "RGB"), 0.7 * rgb, atol=1e-6)


@pytest.mark.parametrize("step", [hue, brightness])
def test_ycbcr_becomes_what_rgb_becomes(
    photo: NDArray[np.uint8], step: Callable[[Patch, float, Color], Patch]
) -> None:
    made = step(planes(rgb2ycbcr(photo) / 255), 1.4, "YCbCr")
    wanted = ycbcr(step(planes(photo / 255), 1.4, "RGB")) / 255
    np.testing.assert_allclose(np.moveaxis(made, 0, 2), wanted, atol=2e-6)


@pytest.mark.parametrize("color", THREE)
@pytest.mark.parametrize("scale", [2, 3])
def test_recoloured_and_degraded_is_degraded_and_recoloured(
    photo: NDArray[np.uint8], color: Color, scale: int
) -> None:
    """A whole photograph, as it is trained on; a rounded truth is off by its rounding."""

    def recoloured(image: NDArray[np.float64]) -> NDArray[np.float64]:
        patch = brightness(hue(planes(image), 33, color), 0.8, color)
        return np.moveaxis(patch, 0, 2).astype(np.float64)

    calm = photo // 2 + 64  # so that no colour leaves what uint8 holds
    channels = Original("photo", calm, PROTOCOLS["paper"]).channels(color)
    truth, made = degraded(channels, scale, "photo", color=color)
    enlarged = made.enlarged
    new_truth = recoloured(truth / 255)
    assert np.abs(new_truth - truth / 255).max() > 0.1, "the colours must change"
    wanted = enlarge(low_resolution(new_truth, scale), scale)
    np.testing.assert_allclose(recoloured(enlarged), wanted, rtol=0, atol=2e-6)
    rounded = np.round(new_truth * 255)
    assert 0 <= rounded.min() < rounded.max() <= 255
    of_rounded = degraded(rounded.astype(np.uint8), scale, "photo", color=color)[1].enlarged
    np.testing.assert_allclose(recoloured(enlarged), of_rounded, rtol=0, atol=1 / 255)


def colour_pair(photo: NDArray[np.uint8]) -> Pair:
    """Both pictures are the same, so that a difference between them would show."""
    padded = np.pad(to_float(photo), [(3, 3), (3, 3), (0, 0)], mode="edge")
    return Pair(photo, padded, Grid(1, 3))


def test_a_pair_is_recoloured_alike_and_each_by_its_own_chance(photo: NDArray[np.uint8]) -> None:
    recolour = Recolor("RGB", 40, 1.5)
    sampler = PatchSampler([colour_pair(photo)], 12, 64, seed=3, choice=Choice(recolor=recolour))
    x, y, _ = sampler.batch(0)
    np.testing.assert_allclose(x[..., 3:-3, 3:-3], y, rtol=0, atol=2e-6)
    plain = PatchSampler([colour_pair(photo)], 12, 64, seed=3).batch(0)[1]
    # Luma changes by the brightness alone: the factors lie within their bounds, on either side of 1.
    old, new = (np.stack([ycbcr(patch)[..., 0] - 16 for patch in batch]) for batch in (plain, y))
    factors = (old * new).sum(axis=(1, 2)) / (old**2).sum(axis=(1, 2))
    np.testing.assert_allclose(new, factors[:, None, None] * old, atol=1e-2)
    assert 1 / 1.5 <= factors.min() < 0.8
    assert 1.2 < factors.max() <= 1.5
    np.testing.assert_array_equal(sampler.batch(0)[0], x)
