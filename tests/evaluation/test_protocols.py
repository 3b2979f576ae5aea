"""Protocols beside the paper's: each step written out with other means, on colour and on gray."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio

import srcnn
from srcnn.baselines.bicubic import Bicubic
from srcnn.cli.evaluate import evaluate
from srcnn.engine.network import Enhancer
from srcnn.evaluation.protocol import PROTOCOLS, BicubicInput
from srcnn.evaluation.reference import Original
from srcnn.evaluation.scoring import score_pictures
from srcnn.images.color import COLORS, Color
from srcnn.images.grid import ENLARGED

from ..conftest import ROOT

SCALE = 3


class Same:
    """A model that changes nothing."""

    grid = ENLARGED
    name = "same"

    def __init__(self, color: Color) -> None:
        self.color: Color = color

    def enhance(self, padded: NDArray[Any]) -> NDArray[Any]:
        return padded


def psnr_of(pixels: NDArray[np.uint8], protocol: str, color: Color = "Y") -> float:
    model: Enhancer = Same(color)
    rows = score_pictures([Original("photo", pixels, PROTOCOLS[protocol])], [model], SCALE)
    psnr: float = rows["same"][0].scores["psnr"]
    return psnr


def rounded(levels: NDArray[Any]) -> NDArray[np.uint8]:
    out: NDArray[np.uint8] = np.floor(np.clip(levels, 0, 255) + 0.5).astype(np.uint8)
    return out


def psnr(a: NDArray[np.uint8], b: NDArray[np.uint8], border: int = SCALE) -> float:
    inner = np.s_[border : len(a) - border, border : a.shape[1] - border]
    return float(peak_signal_noise_ratio(a[inner], b[inner]))  # type: ignore[no-untyped-call]


@pytest.fixture
def truth(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return photo[:90, :120]


def luma(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    levels: NDArray[np.float64] = rgb2ycbcr(rgb)[..., 0]
    return levels


def by_opencv(
    truth: NDArray[np.uint8], of: Callable[[NDArray[np.uint8]], NDArray[Any]]
) -> NDArray[Any]:
    """What is scored of a picture, enlarged by OpenCV after OpenCV has made it small."""
    height, width = truth.shape[:2]
    small = (width // SCALE, height // SCALE)
    low = np.asarray(cv2.resize(truth, small, interpolation=cv2.INTER_CUBIC), np.uint8)
    return cv2.resize(of(low), (width, height), interpolation=cv2.INTER_CUBIC)


def test_8bit(truth: NDArray[np.uint8]) -> None:
    """As if the low-res picture were read from a file."""
    low = srcnn.imresize(truth, 1 / SCALE)
    wanted = psnr(rounded(srcnn.imresize(luma(low), SCALE)), rounded(luma(truth)))
    assert psnr_of(truth, "8bit") == pytest.approx(wanted, abs=2e-3)


def test_opencv(truth: NDArray[np.uint8]) -> None:
    """The low-res picture as OpenCV makes it, and enlarged by it, too."""
    wanted = psnr(rounded(by_opencv(truth, luma)), rounded(luma(truth)))
    assert psnr_of(truth, "opencv") == pytest.approx(wanted, abs=5e-3)
    assert psnr_of(truth, "opencv") != pytest.approx(psnr_of(truth, "8bit"), abs=0.3)


def test_border(truth: NDArray[np.uint8]) -> None:
    y = rounded(luma(truth))
    picture = rounded(srcnn.imresize(srcnn.imresize(y / 255, 1 / SCALE), SCALE) * 255)
    assert psnr_of(truth, "border") == pytest.approx(psnr(picture, y, border=0), abs=1e-6)
    assert psnr_of(truth, "paper") == pytest.approx(psnr(picture, y), abs=1e-6)


def test_rgb(truth: NDArray[np.uint8]) -> None:
    low = srcnn.imresize(truth, 1 / SCALE)
    wanted = psnr(rounded(srcnn.imresize(low / 255, SCALE) * 255), truth)
    for color in COLORS:  # bicubic is linear, so it is the same in every space
        assert psnr_of(truth, "rgb", color) == pytest.approx(wanted, abs=2e-3)


def test_paper_gray(truth: NDArray[np.uint8]) -> None:
    """Bicubic is of integers throughout, and a network is not given those."""
    gray = rounded(truth @ np.array([0.298936, 0.587043, 0.114021]))
    integers = srcnn.imresize(srcnn.imresize(gray, 1 / SCALE), SCALE)
    rows = score_pictures(
        [Original("photo", truth, PROTOCOLS["paper-gray"])], [Bicubic(), Same("Y")], SCALE
    )
    assert rows["bicubic"][0].scores["psnr"] == pytest.approx(psnr(integers, gray), abs=1e-9)
    floats = srcnn.imresize(srcnn.imresize(gray / 255, 1 / SCALE), SCALE)
    wanted = psnr(rounded(floats * 255), gray)
    assert rows["same"][0].scores["psnr"] == pytest.approx(wanted, abs=1e-9)


def test_full_range(truth: NDArray[np.uint8]) -> None:
    """Gray as OpenCV has it, of a low-res picture from a file; bicubic is what a network is given."""
    weights = np.array([0.299, 0.587, 0.114])
    low = srcnn.imresize(truth, 1 / SCALE)
    wanted = psnr(rounded(srcnn.imresize(low @ weights, SCALE)), rounded(truth @ weights))
    original = Original("photo", truth, PROTOCOLS["full-range"])
    rows = score_pictures([original], [Bicubic(), Same("Y")], SCALE)
    assert (
        rows["bicubic"][0].scores["psnr"]
        == rows["same"][0].scores["psnr"]
        == pytest.approx(wanted, abs=0.01)
    )


def test_every_protocol_is_in_the_help_and_in_the_table() -> None:
    option = next(option for option in evaluate.params if option.name == "protocol")
    assert isinstance(option, click.Option)
    assert option.help is not None
    page = (ROOT / "docs" / "protocols.md").read_text()
    for name in PROTOCOLS:
        assert f"{name}: " in option.help
        assert f"| `{name}`" in page
        assert f"- `{name}`" in page
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    unlike = {name for name, row in rows.items() if row.endswith("|  |")}
    assert unlike == {
        name for name, rules in PROTOCOLS.items() if rules.bicubic is BicubicInput.INTEGERS
    }


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("color", COLORS)
def test_gray_pictures(truth: NDArray[np.uint8], protocol: str, color: Color) -> None:
    """Their one channel is scored, whatever the protocol and the model; only rounding differs."""
    gray = np.ascontiguousarray(truth[..., 1])
    wanted = psnr_of(gray, "border" if protocol == "border" else "paper")
    if protocol == "opencv":
        wanted = psnr(by_opencv(gray, lambda low: low), gray)
    assert psnr_of(gray, protocol, color) == pytest.approx(wanted, abs=0.15)


def test_figures_that_others_print(shared: Path) -> None:
    """Bicubic on Set5 x2 is 33.66 on luma, 31.80 in tables of RGB, and by OpenCV's resizing 34.4."""
    for protocol, wanted in (("paper", "33.66"), ("rgb", "31.80"), ("opencv", "34.4")):
        report = srcnn.evaluate("set5", "bicubic", 2, protocol=protocol, data_root=shared / "data")
        places = len(wanted.partition(".")[2])
        assert f"{report['results'][0]['mean']['psnr']:.{places}f}" == wanted
        assert [check["agrees"] for check in report["checks"]] == [True] * (protocol == "paper")
