"""What a picture has been through, estimated: against noise and files whose truth is known."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from srcnn.images.blockiness import blockiness
from srcnn.images.condition import Condition, condition_of, condition_of_pixels
from srcnn.images.io import open_picture
from srcnn.images.noise_level import noise_level
from srcnn.images.resize import imresize

from ..conftest import EXAMPLE


def noisy(pixels: NDArray[np.uint8], level: float, seed: int = 1) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).normal(0, level, pixels.shape)
    return np.clip(np.round(pixels + noise), 0, 255).astype(np.uint8)


def saved(pixels: NDArray[np.uint8], kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **how)
    return file.getvalue()


@pytest.fixture(scope="module")
def low() -> NDArray[np.uint8]:
    """The example at half its size, 144 x 144 x 3: clean, with fur as texture."""
    return imresize(open_picture(EXAMPLE).read(), 0.5)


@pytest.mark.parametrize("level", [2, 5, 10, 20])
def test_noise_on_flat_ground_is_its_deviation(level: int) -> None:
    flat = noisy(np.full((400, 400), 120, np.uint8), level)
    found = noise_level([flat.astype(np.float32)])
    assert found.level == pytest.approx(level, rel=0.15)
    assert found.whiteness == pytest.approx(1, abs=0.06)


def test_the_whole_picture_s_estimate_is_immerkaer_s() -> None:
    """One tile alone is the formula of the paper, here with scipy's convolution."""
    from scipy.signal import convolve2d

    tile = noisy(np.full((18, 18), 90, np.uint8), 7).astype(np.float32)
    mask = [[1, -2, 1], [-2, 4, -2], [1, -2, 1]]
    total = np.abs(convolve2d(tile, mask, "valid")).sum()
    wanted = np.sqrt(np.pi / 2) * total / (6 * (18 - 2) * (18 - 2))
    assert noise_level([tile]).level == pytest.approx(wanted, rel=1e-5)


def test_slopes_and_edges_are_no_noise() -> None:
    y, x = np.mgrid[:200, :200].astype(np.float32)
    ramp = 40 + 0.5 * x + 0.3 * y
    ramp[:, 100:] += 60
    assert noise_level([ramp]).level < 0.01


def test_black_bars_do_not_hide_noise(low: NDArray[np.uint8]) -> None:
    """Noise is cut off where the picture is black, so such tiles say nothing."""
    barred = noisy(np.pad(low, ((72, 72), (0, 0), (0, 0))), 8)
    assert condition_of_pixels(barred).noise == pytest.approx(8, rel=0.2)


def test_noise_is_told_from_texture(low: NDArray[np.uint8]) -> None:
    clean, rough = condition_of_pixels(low), condition_of_pixels(noisy(low, 6))
    assert clean.noise < 2 < 4.5 < rough.noise < 8
    assert clean.whiteness < 0.75 < 0.8 < rough.whiteness


@pytest.mark.parametrize("cut", [(0, 0), (3, 5), (7, 1)])
def test_blocks_are_found_wherever_they_begin(low: NDArray[np.uint8], cut: tuple[int, int]) -> None:
    def found(pixels: NDArray[np.uint8]) -> float:
        part = np.ascontiguousarray(pixels[cut[0] :, cut[1] :, 1], np.float32)
        return blockiness([part])

    decoded = {
        quality: np.asarray(Image.open(io.BytesIO(saved(low, "jpeg", quality=quality))))
        for quality in (30, 50, 75)
    }
    assert found(low) < 1.08
    assert found(decoded[30]) > found(decoded[50]) > found(decoded[75]) > 1.12


def test_strips_give_what_the_whole_gives(low: NDArray[np.uint8]) -> None:
    levels = np.ascontiguousarray(low[:128, :, 1], np.float32)
    assert blockiness([levels[:64], levels[64:]]) == pytest.approx(blockiness([levels]), abs=0.02)


def test_files(low: NDArray[np.uint8], tmp_path: Path) -> None:
    """A JPEG's tables, the chunks of WebP files, still or animated, and the same picture as PNG."""
    frames = [Image.fromarray(low), Image.fromarray(low[::-1].copy())]
    animated = io.BytesIO()
    frames[0].save(animated, "webp", save_all=True, append_images=frames[1:], quality=50)
    files = {
        "jpeg": saved(low, "jpeg", quality=63),
        "png": saved(low, "png"),
        "lossy": saved(low, "webp", quality=60),
        "lossless": saved(low, "webp", lossless=True),
        "animated": animated.getvalue(),
    }
    found = {name: condition_of(open_picture(data)) for name, data in files.items()}
    assert {name: (c.quality, c.lossy_webp) for name, c in found.items()} == {
        "jpeg": (63, False),
        "png": (0, False),
        "lossy": (0, True),
        "lossless": (0, False),
        "animated": (0, True),
    }
    assert found["png"] == found["lossless"] == condition_of_pixels(low)
    assert found["jpeg"].blockiness > 1.2


def test_a_picture_can_still_be_read(low: NDArray[np.uint8], tmp_path: Path) -> None:
    """From a path, bytes, an open file, a stream that cannot seek, and Pillow."""
    from srcnn.images.pil import open_pil

    data = saved(low, "png")
    (tmp_path / "a.png").write_bytes(data)

    class Stream(io.RawIOBase):
        """A pipe."""

        def __init__(self) -> None:
            self._file = io.BytesIO(data)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            return self._file.readinto(buffer)  # type: ignore[arg-type]

    with (tmp_path / "a.png").open("rb") as file:
        sources = [tmp_path / "a.png", data, file, Stream()]
        pictures = [open_picture(source) for source in sources]  # type: ignore[arg-type]
        pictures.append(open_pil(Image.fromarray(low)))
        seen: set[Condition] = set()
        for picture in pictures:
            seen.add(condition_of(picture))
            np.testing.assert_array_equal(picture.read(), low)
    assert len(seen) == 1


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (17, 17), (9, 9, 3), (40, 40, 4)])
def test_small_and_flat_pictures(shape: tuple[int, ...]) -> None:
    found = condition_of_pixels(np.full(shape, 77, np.uint8))
    assert (found.noise, found.blockiness) == (0, 1)


def test_depth_does_not_matter(low: NDArray[np.uint8]) -> None:
    rough = noisy(low, 6)
    wanted = condition_of_pixels(rough)
    deep = condition_of_pixels(rough.astype(np.uint16) * np.uint16(257))
    floats = condition_of_pixels(rough.astype(np.float64) / 255)
    for found in (deep, floats):
        assert found.noise == pytest.approx(wanted.noise, abs=0.011)
        assert found.blockiness == pytest.approx(wanted.blockiness, abs=0.0011)
