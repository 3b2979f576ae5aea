"""What other programs made is scored as an independent implementation would score it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio

from srcnn.evaluation.finished import rgb_input, score_rgb
from srcnn.evaluation.protocol import PROTOCOLS
from srcnn.evaluation.reference import Original

RULES = PROTOCOLS["8bit"]


def pixels_of(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize(
    ("name", "kernel", "low", "high"),
    [
        # Bicubic on Set5 x3 is published with 30.39 dB; Pillow's is MATLAB's but for rounding.
        ("bicubic", Image.Resampling.BICUBIC, 30.3, 30.45),
        ("nearest", Image.Resampling.NEAREST, 27.5, 28.6),
    ],
)
def test_pillow_on_matlab_files_of_set5(
    shared: Path, name: str, kernel: Image.Resampling, low: float, high: float
) -> None:
    """MATLAB's own files, Pillow's filter, scikit-image's Y and PSNR: the same number for each image."""
    folder = shared / "reference" / "matlab_lr" / "Set5" / "image_SRF_3"
    files = sorted(folder.glob("*_HR.png"))
    assert len(files) == 5
    scores = []
    for file in files:
        truth = pixels_of(file)
        matlab = pixels_of(file.with_name(file.name.replace("_HR", "_LR")))
        original = Original(file.stem, truth, RULES)
        # The files repeat the edge where the protocol's resizer mirrors the image.
        inside = (slice(2, -2), slice(2, -2))
        np.testing.assert_array_equal(rgb_input(original, 3)[inside], matlab[inside])
        size = (matlab.shape[1] * 3, matlab.shape[0] * 3)
        upscaled = np.asarray(Image.fromarray(matlab).resize(size, kernel))
        luma = [
            np.rint(rgb2ycbcr(image)[3:-3, 3:-3, 0]).astype(np.uint8) for image in (truth, upscaled)
        ]
        expected = peak_signal_noise_ratio(*luma, data_range=255)  # type: ignore[no-untyped-call]
        scores.append(score_rgb(original, upscaled, 3))
        assert scores[-1] == pytest.approx(expected, abs=0.002), name
    assert low < np.mean(scores) < high


def test_gray_is_scored_as_it_is_stored(photo: NDArray[np.uint8]) -> None:
    """A gray image is given as R = G = B, and two levels too bright are 42.11 dB, not those of its Y."""
    gray = np.clip(photo[..., 1], 20, 200)
    original = Original("gray", gray, RULES)
    low = rgb_input(original, 2)
    assert low.shape == (144, 144, 3)
    assert (low == low[..., :1]).all()
    upscaled = np.dstack([gray + np.uint8(2)] * 3)
    assert score_rgb(original, upscaled, 2) == pytest.approx(20 * np.log10(255 / 2), abs=1e-6)


def test_truth_is_cropped_and_its_border_left_out(photo: NDArray[np.uint8]) -> None:
    """At x3, 100 x 89 loses its last row and last columns, and 3 pixels at each side."""
    truth = photo[:100, :89].copy()
    original = Original("odd", truth, RULES)
    assert rgb_input(original, 3).shape == (33, 29, 3)
    upscaled = truth[:99, :87].copy()
    upscaled[:3] = upscaled[-3:] = 0
    upscaled[:, :3] = upscaled[:, -3:] = 0
    assert score_rgb(original, upscaled, 3) == np.inf
    upscaled[3, 3] ^= 128
    assert score_rgb(original, upscaled, 3) < 60
