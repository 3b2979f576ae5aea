"""The pipeline: how often each step is drawn, in which order, and what comes of it."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from srcnn.images.color import Color, convert
from srcnn.images.degradations.blur import Blur
from srcnn.images.degradations.compression import Jpeg, Webp
from srcnn.images.degradations.noise import CHANNELS, DISTRIBUTIONS, Noise
from srcnn.images.degradations.pipeline import Pipeline
from srcnn.images.degradations.resizing import Resize
from srcnn.images.degradations.step import Step
from srcnn.images.degrade import Degradation
from srcnn.images.kernels import KERNELS
from srcnn.images.resize import imresize
from srcnn.metrics import psnr

DRAWS = 4000
T = TypeVar("T", Blur, Noise, Resize, Jpeg, Webp)
NOTHING = Pipeline(blur=0, noise=0, twice=0, jpeg=0, webp=0)


@pytest.fixture(scope="module")
def draws() -> list[list[Step]]:
    """An image of 240 x 360 pixels, at x3."""
    random = np.random.default_rng(1)
    return [Pipeline().draw(random, (240, 360), 3) for _ in range(DRAWS)]


def share(draws: list[list[Step]], kind: type) -> float:
    return sum(any(isinstance(step, kind) for step in steps) for steps in draws) / len(draws)


def every(draws: list[list[Step]], kind: type[T]) -> list[T]:
    return [step for steps in draws for step in steps if isinstance(step, kind)]


def test_each_step_is_as_frequent_as_the_keys_say(draws: list[list[Step]]) -> None:
    """In 4,000 draws; three standard deviations are 0.024."""
    found = {
        "blur": share(draws, Blur),
        "noise": share(draws, Noise),
        "jpeg": np.mean([isinstance(steps[-1], Jpeg) for steps in draws]),
        "webp": np.mean([isinstance(steps[-1], Webp) for steps in draws]),
        "twice": np.mean([sum(isinstance(s, Resize) for s in steps) == 2 for steps in draws]),
    }
    for key, value in found.items():
        assert value == pytest.approx(getattr(Pipeline(), key), abs=0.025), key


def test_parameters_fill_their_ranges(draws: list[list[Step]]) -> None:
    qualities = [step.quality for step in every(draws, Jpeg)]
    qualities += [step.quality for step in every(draws, Webp)]
    assert (min(qualities), max(qualities)) == (25, 98)
    levels = [step.level for step in every(draws, Noise)]
    assert min(levels) < 0.1
    assert max(levels) > 9.9
    assert np.mean(levels) == pytest.approx(5, abs=0.3)
    kinds = Counter((step.distribution, step.channels) for step in every(draws, Noise))
    assert len(kinds) == len(DISTRIBUTIONS) * len(CHANNELS)
    assert min(kinds.values()) > 0.7 * max(kinds.values())
    jpegs = every(draws, Jpeg)
    assert np.mean([step.subsampled for step in jpegs]) == pytest.approx(0.75, abs=0.03)
    blurs = every(draws, Blur)
    assert np.mean([len({*b.sigmas}) == 1 for b in blurs]) == pytest.approx(0.5, abs=0.05)
    resizes = every(draws, Resize)
    assert {step.kernel for step in resizes} == {*KERNELS}
    assert {step.kernel for step in resizes if not step.antialias} == {*KERNELS} - {"box"}


def test_blur_and_noise_come_before_and_after_the_resize(draws: list[list[Step]]) -> None:
    """A blur after it is as wide on the high-resolution grid as one before."""
    for kind in (Blur, Noise):
        places = [
            steps.index(step) < steps.index(next(s for s in steps if isinstance(s, Resize)))
            for steps in draws
            for step in steps
            if isinstance(step, kind)
        ]
        assert np.mean(places) == pytest.approx(0.5, abs=0.05)
    widest = {
        first: max(max(step.sigmas) for steps in draws for step in blurs_of(steps, first))
        for first in (True, False)
    }
    assert widest[True] == pytest.approx(1.5, abs=0.02)
    assert widest[False] == pytest.approx(0.5, abs=0.01)


def blurs_of(steps: list[Step], first: bool) -> list[Blur]:
    """The blurs before, or after, the first resize."""
    at = next(i for i, step in enumerate(steps) if isinstance(step, Resize))
    return [step for step in (steps[:at] if first else steps[at:]) if isinstance(step, Blur)]


def test_a_first_jpeg_lies_between_two_resizes(draws: list[list[Step]]) -> None:
    for steps in draws:
        resizes = {i: step for i, step in enumerate(steps) if isinstance(step, Resize)}
        first, last = min(resizes), max(resizes)
        assert resizes[last].size == (80, 120)
        if first != last:
            assert last == first + 2
            assert isinstance(steps[first + 1], Jpeg)
            height, width = resizes[first].size
            assert 80 <= height <= 240
            assert width == pytest.approx(1.5 * height, abs=1.3)


def test_chance_comes_from_the_generator_alone(photo: NDArray[np.uint8]) -> None:
    one, same, other = (
        Pipeline().low_resolution(photo / 255, 3, np.random.default_rng(seed), "RGB")
        for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


@pytest.mark.parametrize("color", ["Y", "RGB", "YCbCr"])
def test_results_are_8_bits_of_rgb_or_luma(photo: NDArray[np.uint8], color: Color) -> None:
    high = photo / 255 if color != "Y" else photo[..., 1] / 255
    high = convert(high, "RGB", color) if color == "YCbCr" else high
    for seed in range(5):
        low = Pipeline().low_resolution(high, 2, np.random.default_rng(seed), color)
        assert low.shape[:2] == (144, 144)
        assert low.ndim == high.ndim
        levels = 255 * (convert(low, color, "RGB") if color == "YCbCr" else low)
        np.testing.assert_allclose(levels, levels.round(), atol=0.01)
        assert 0 <= levels.round().min() < levels.max() < 255.5


def test_channels_do_not_matter_to_the_picture(photo: NDArray[np.uint8]) -> None:
    """A network's color space is only how the same picture is handed over."""
    for seed in range(8):
        rgb, ycbcr = (
            convert(
                Pipeline().low_resolution(
                    convert(photo / 255, "RGB", color), 3, np.random.default_rng(seed), color
                ),
                color,
                "RGB",
            )
            for color in ("RGB", "YCbCr")
        )
        # Where a value lies on the edge between two levels a file may tip.
        assert np.abs(rgb - ycbcr).mean() * 255 < 0.1


def test_one_step_alone(photo: NDArray[np.uint8]) -> None:
    """With every other chance at 0 the end is what Pillow makes of one of the reductions."""
    only = replace(NOTHING, jpeg=1, quality=(40, 40))
    random = np.random.default_rng(3)
    steps = only.draw(random, (288, 288), 3)
    assert [type(step) for step in steps] == [Resize, Jpeg]
    for seed in range(30):  # until a bicubic with anti-aliasing and 4:2:0 is drawn
        steps = only.draw(np.random.default_rng(seed), (288, 288), 3)
        if steps == [Resize((96, 96)), Jpeg(40)]:
            break
    made = only.low_resolution(photo / 255, 3, np.random.default_rng(seed), "RGB")
    clean = np.round(np.clip(imresize(photo / 255, 1 / 3), 0, 1) * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(clean).save(file, "jpeg", quality=40)
    with Image.open(file) as image:
        assert psnr(np.round(made * 255).astype(np.uint8), np.asarray(image)) > 50


def test_a_degradation_has_the_pipeline_s_place(photo: NDArray[np.uint8]) -> None:
    pipeline = Pipeline(clean=0)
    whole = Degradation(pipeline=pipeline)
    made = whole.low_resolution(photo / 255, 3, np.random.default_rng(2), "RGB")
    wanted = pipeline.low_resolution(photo / 255, 3, np.random.default_rng(2), "RGB")
    np.testing.assert_array_equal(made, wanted)
    assert "JPEG 0.65" in str(whole)
    assert "0.5 bicubic" in str(Pipeline())
