"""The columns of the paper's Table 5, and networks of three channels before the judge."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from skimage.color import rgb2ycbcr, ycbcr2rgb

import srcnn
from srcnn.evaluation.report import make_report
from srcnn.evaluation.request import Request
from srcnn.images.color import Color
from srcnn.models.srcnn import SRCNN
from srcnn.weights.card import Card
from srcnn.weights.graph import to_onnx

from ..support.pictures import save_small
from ..support.reports import numbers

COLUMNS = {"Y": "psnr", "Cb": "psnr_cb", "Cr": "psnr_cr", "RGB": "psnr_ycbcr"}
"""From the paper's table; what it calls RGB is the joint error of Y, Cb and Cr."""


def table_5(shared: Path) -> dict[str, dict[str, float]]:
    with (shared / "reference" / "paper_table_5_color.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {row["strategy"]: {key: float(row[key]) for key in COLUMNS} for row in rows}


def test_bicubic_and_luma_networks_are_the_paper_s(shared: Path) -> None:
    """Set5 x3. The luma network is the authors' 9-5-5: Cb and Cr stay bicubic."""
    weights = shared / "reference" / "authors_weights" / "9-5-5_imagenet_x3.mat"
    data = shared / "data"
    report = srcnn.evaluate("set5", weights, 3, protocol="paper-colour", data_root=data)
    bicubic, luma = (numbers(row["mean"]) for row in report["results"])
    published = table_5(shared)
    for column, key in COLUMNS.items():
        assert bicubic[key] == pytest.approx(published["Bicubic"][column], abs=0.01)
    assert bicubic["psnr_rgb"] == pytest.approx(28.61, abs=0.02)
    assert luma["psnr"] == pytest.approx(32.75, abs=0.01)
    for column in ("Cb", "Cr"):
        key = COLUMNS[column]
        assert luma[key] == bicubic[key] == pytest.approx(published["Y only"][column], abs=0.01)
    assert luma["psnr_ycbcr"] > bicubic["psnr_ycbcr"] + 2
    assert report["checks"][0]["agrees"]
    plain = srcnn.evaluate("set5", weights, 3, data_root=data)["results"][1]["mean"]
    assert luma["psnr"] == pytest.approx(plain["psnr"], abs=1e-3)
    assert luma["ssim"] == pytest.approx(plain["ssim"], abs=1e-4)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A colour picture and its gray."""
    return save_small(tmp_path / "small", {"colour.png": "RGB", "gray.png": "L"})


@pytest.fixture
def network() -> SRCNN:
    """It changes colours, and a little of everything else."""
    torch.manual_seed(0)
    model = SRCNN((5, 3), (9,), 3)
    with torch.no_grad():
        for k, layer in enumerate(model.layers):
            layer.weight *= 0.3
            for c in range(3):
                layer.weight[c, c] = 0
                layer.weight[c, c, layer.kernel_size[0] // 2, layer.kernel_size[1] // 2] = 1
            assert layer.bias is not None
            layer.bias[:3] = 1 - 2 * k
    return model


def weights(model: SRCNN, color: Color, folder: Path) -> Path:
    path = folder / f"{color}.onnx"
    path.write_bytes(to_onnx(model.tensors(), Card(color, 3, model.f, model.n, color)))
    return path


def written_out(truth: NDArray[np.uint8], model: SRCNN, color: Color) -> NDArray[np.float64]:
    """H x W x 3 RGB in [0, 1], not rounded, of the truth: with scikit-image's colours, and torch."""
    channels = truth.astype(float) if color == "RGB" else np.round(rgb2ycbcr(truth))
    enlarged = srcnn.imresize(srcnn.imresize(channels / 255, 1 / 3), 3.0)
    x = torch.from_numpy(np.moveaxis(enlarged, 2, 0)[None]).float()
    made: NDArray[np.float64] = np.moveaxis(model(x)[0].detach().double().numpy(), 0, 2)
    return made if color == "RGB" else ycbcr2rgb(made * 255)


def psnr(made: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """PSNR of gray levels, with the result rounded to uint8 and 3 pixels shaved."""
    errors = np.floor(np.clip(made, 0, 255) + 0.5) - truth
    return float(10 * np.log10(255**2 / np.mean(errors[3:-3, 3:-3] ** 2)))


@pytest.mark.parametrize("color", ["YCbCr", "RGB"])
def test_the_protocols_written_out(
    pictures: Path, network: SRCNN, tmp_path: Path, color: Color
) -> None:
    """A colour network is scored on the luma of its result, by `paper-colour` on its colours too."""
    file = weights(network, color, tmp_path)
    truth = np.asarray(Image.open(pictures / "colour.png"))[:69, :72]
    rgb, wanted = written_out(truth, network, color), np.round(rgb2ycbcr(truth))
    made = rgb2ycbcr(rgb)
    by_hand = {
        "psnr": psnr(made[..., 0], wanted[..., 0]),
        "psnr_cb": psnr(made[..., 1], wanted[..., 1]),
        "psnr_cr": psnr(made[..., 2], wanted[..., 2]),
        "psnr_ycbcr": psnr(made, wanted),
        "psnr_rgb": psnr(rgb * 255, truth.astype(float)),
    }
    assert min(by_hand.values()) > 10
    for protocol, keys in (("paper", ["psnr"]), ("paper-colour", list(by_hand))):
        report = srcnn.evaluate(pictures, file, 3, protocol, ["psnr"])
        colour, gray = report["results"][1]["images"]
        assert list(colour) == ["name", *keys]
        scored = numbers(colour)
        for key in keys:
            assert scored[key] == pytest.approx(by_hand[key], abs=2e-3), key
        # A gray picture has no colours to be scored: its one channel, full range, is.
        assert list(gray) == ["name", "psnr"]
        truth_gray = np.asarray(Image.open(pictures / "gray.png"))[:69, :72]
        as_colour = written_out(np.dstack([truth_gray] * 3), network, color)
        luma = (rgb2ycbcr(as_colour)[..., 0] - 16) * 255 / 219
        assert numbers(gray)["psnr"] == pytest.approx(
            psnr(luma, truth_gray.astype(float)), abs=2e-3
        )
        mean = report["results"][1]["mean"]
        both = scored["psnr"] + numbers(gray)["psnr"]
        assert mean["psnr"] == pytest.approx(both / 2)
        assert all(mean[key] == scored[key] for key in keys[1:])


def test_a_colour_network_by_the_gray_protocol(
    pictures: Path, network: SRCNN, tmp_path: Path
) -> None:
    file = weights(network, "RGB", tmp_path)
    report = srcnn.evaluate(pictures, file, 3, "paper-gray", ["psnr"])
    truth = np.asarray(Image.open(pictures / "colour.png"))[:69, :72]
    rgb, luma = written_out(truth, network, "RGB") * 255, np.array([0.2989, 0.5870, 0.1140])
    by_hand = psnr(rgb @ luma, np.round(truth @ luma))
    assert report["results"][1]["images"][0]["psnr"] == pytest.approx(by_hand, abs=0.01)


def test_saved_pictures_are_the_network_s_own(
    pictures: Path, network: SRCNN, tmp_path: Path
) -> None:
    """In colour what it made, beside the luma that was scored; of a luma network by `paper-colour` too."""
    file = weights(network, "RGB", tmp_path)
    truth = np.asarray(Image.open(pictures / "colour.png"))[:69, :72]
    rgb = np.clip(written_out(truth, network, "RGB"), 0, 1) * 255
    saved = {}
    for protocol in ("paper", "paper-colour"):
        make_report(Request([str(pictures)], [str(file)], [3], protocol), save=tmp_path / protocol)
        for model in ("bicubic", "RGB-x3"):
            folder = tmp_path / protocol / "small_x3" / model
            assert len(list(folder.iterdir())) == 4
            saved[protocol, model] = np.asarray(Image.open(folder / "colour.png")).astype(float)
        assert np.abs(saved[protocol, "RGB-x3"] - rgb).max() <= 0.51
        with Image.open(folder / "gray.png") as gray:
            assert gray.mode == "L"
    assert np.abs(saved["paper", "bicubic"] - saved["paper-colour", "bicubic"]).max() <= 3


def test_the_luma_of_pictures_that_were_scored_in_rgb(
    pictures: Path, network: SRCNN, tmp_path: Path
) -> None:
    """H x W, whatever was scored: the Y of the colour picture beside it; a gray picture's one channel."""
    file = weights(network, "RGB", tmp_path)
    make_report(Request([str(pictures)], [str(file)], [3], "rgb"), save=tmp_path)
    for model in ("bicubic", "RGB-x3"):
        folder = tmp_path / "small_x3" / model
        colour, luma, gray, gray_luma = (
            np.asarray(Image.open(folder / f"{name}.png"))
            for name in ("colour", "colour_y", "gray", "gray_y")
        )
        assert luma.dtype == np.uint8
        np.testing.assert_array_equal(luma, np.floor(rgb2ycbcr(colour)[..., 0] + 0.5))
        np.testing.assert_array_equal(gray_luma, gray)


def test_colours_of_pictures_that_were_scored_as_gray(pictures: Path, tmp_path: Path) -> None:
    """Gray has the full range, and the Y of a colour picture has not."""
    saved = {}
    for protocol in ("paper", "paper-gray"):
        make_report(Request([str(pictures)], [], [3], protocol), save=tmp_path / protocol)
        file = tmp_path / protocol / "small_x3" / "bicubic" / "colour.png"
        saved[protocol] = np.asarray(Image.open(file)).astype(float)
    assert np.abs(saved["paper"] - saved["paper-gray"]).mean() < 1
