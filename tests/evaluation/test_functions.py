"""Anybody's function or torch module is scored like a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio

import srcnn
from srcnn.errors import ModelError, SrcnnError, UsageError
from srcnn.evaluation.documents import ReportDocument
from srcnn.models.srcnn import SRCNN

from ..support.pairs import crops, low_of, save
from ..support.reports import numbers


def pillow(low: NDArray[np.uint8]) -> NDArray[np.uint8]:
    size = (low.shape[1] * 3, low.shape[0] * 3)
    return np.asarray(Image.fromarray(low).resize(size, Image.Resampling.BICUBIC))


def nearest(low: NDArray[Any], scale: int) -> NDArray[Any]:
    return low.repeat(scale, 0).repeat(scale, 1)


def on_set5(shared: Path, models: Any, scales: Any = 3, **options: Any) -> ReportDocument:
    root = shared / "data"
    return srcnn.evaluate("set5", models, scales, data_root=root, metrics="psnr", **options)


def psnr_of(report: ReportDocument) -> list[float]:
    return [numbers(row["mean"])["psnr"] for row in report["results"]]


def test_others_bicubic_on_set5(shared: Path) -> None:
    """Pillow's, torch's and srcnn's own come out as published, 30.39 dB, each as it is called."""
    (published, by_pillow) = psnr_of(on_set5(shared, pillow))
    assert published == pytest.approx(30.39, abs=0.005)
    assert by_pillow == pytest.approx(30.39, abs=0.02)
    # With a scale, on luma, in floats: the protocol's own low-resolution picture.
    report = on_set5(shared, srcnn.imresize, [2, 3], color="Y", dtype="float32")
    for bicubic, theirs in (report["results"][:2], report["results"][2:]):
        assert numbers(theirs["mean"])["psnr"] == pytest.approx(
            numbers(bicubic["mean"])["psnr"], abs=1e-3
        )
    module = torch.nn.Upsample(scale_factor=3, mode="bicubic")
    by_torch = psnr_of(on_set5(shared, module, 3))[1]
    assert 30.3 < by_torch < 30.8  # another kernel, a = -0.75


def test_a_torch_module_of_ours_scores_as_its_weights_file(shared: Path) -> None:
    """It takes the enlarged luma, which nobody has to say."""
    module = srcnn.SRCNN.from_pretrained("srcnn-915", scale=3)
    module.train()
    report = on_set5(shared, [module, "srcnn-915"], 3)
    _, by_module, by_file = report["results"]
    assert (by_module["model"], by_file["model"]) == ("SRCNN", "srcnn-915")
    for one, other in zip(by_module["images"], by_file["images"], strict=True):
        assert one["psnr"] == pytest.approx(other["psnr"], abs=1e-3)
    assert by_module["label"] == "SRCNN (Y, float32 module)"
    assert module.training


def test_a_session_and_an_upscale_are_functions(shared: Path) -> None:
    """What they are given and return is RGB, 8 bits, so they are a little below the protocol's floats."""
    report = on_set5(shared, ["srcnn-915", srcnn.load("srcnn-915", 3)], 3, protocol="rgb")
    _, model, session = psnr_of(report)
    assert session == pytest.approx(model, abs=0.02)


def test_what_a_function_is_given_and_how_its_answer_is_read(tmp_path: Path) -> None:
    """Step by step for one picture: channels, dtype, range; each kind of answer is the same picture."""
    high = crops(1, 72)[0]
    save(tmp_path / "set" / "a.png", high)
    seen: list[NDArray[Any]] = []

    def spy(low: NDArray[Any], scale: int) -> NDArray[Any]:
        seen.append(low.copy())
        return nearest(low, scale)

    kinds: list[Callable[..., Any]] = [
        lambda low: nearest(low, 3),
        lambda low: nearest(low, 3) / 255,
        lambda low: nearest(low, 3).astype(np.float32) / 255,
        lambda low: nearest(low, 3).astype(np.uint16) * 257,
        spy,
    ]
    scores = psnr_of(srcnn.evaluate(tmp_path / "set", kinds, 3, "rgb", metrics="psnr"))
    assert scores[1:] == pytest.approx([scores[1]] * 5, abs=1e-6)
    np.testing.assert_array_equal(seen[0], low_of(high, 3))
    enlarged = nearest(low_of(high, 3), 3)
    wanted = peak_signal_noise_ratio(high[3:-3, 3:-3], enlarged[3:-3, 3:-3])  # type: ignore[no-untyped-call]
    assert scores[1] == pytest.approx(wanted, abs=1e-9)
    srcnn.evaluate(tmp_path / "set", spy, 3, color="Y", dtype="float32")
    luma = srcnn.imresize(np.rint(rgb2ycbcr(high)[..., 0]) / 255, 1 / 3)
    assert seen[1].dtype == np.float32
    assert seen[1].shape == (24, 24)
    np.testing.assert_allclose(seen[1], luma, atol=1e-6)
    # Gray pictures are R = G = B for a function of RGB.
    save(tmp_path / "gray" / "a.png", high[..., 1])
    report = srcnn.evaluate(tmp_path / "gray", spy, 3, metrics="psnr")
    assert (seen[2] == seen[2][..., :1]).all()
    assert psnr_of(report)[1] > 20


def test_functions_of_one_name_are_told_apart(tmp_path: Path) -> None:
    save(tmp_path / "a.png", crops(1, 72)[0])
    report = srcnn.evaluate(tmp_path, [lambda low: nearest(low, 3), lambda low: pillow(low)], 3)
    assert [row["model"] for row in report["results"]] == ["bicubic", "<lambda>", "<lambda> 2"]
    assert report["results"][1]["label"] == "<lambda> (RGB, uint8)"
    assert report["results"][1]["sha256"] is None


@pytest.mark.parametrize(
    ("function", "error", "word"),
    [
        (lambda low: low, ModelError, "not 72 x 72; it must enlarge by 3"),
        (lambda low: nearest(low, 3) * 1.0, ModelError, "floats must be in [0, 1]; divide by 255"),
        (lambda low: nearest(low, 3)[..., 0], ModelError, "not (H, W, 3); pass color="),
        (lambda low: nearest(low, 3).astype(int), ModelError, "returned int64; return uint8"),
        (lambda low: nearest(low, 3) / 0.0, ModelError, "NaN or infinity"),
        (lambda low: low.none, ModelError, "raised AttributeError"),
        (lambda: None, ModelError, "raised TypeError"),
        (3, UsageError, "is not a name, file, function or torch module"),
        (Path, UsageError, "is a class"),
        (torch.nn.Conv2d(1, 1, 3), ModelError, "not 72 x 72"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_what_is_no_picture_is_one_line(
    tmp_path: Path, function: Any, error: type[SrcnnError], word: str
) -> None:
    save(tmp_path / "a.png", crops(1, 72)[0])
    with pytest.raises(error) as raised:
        srcnn.evaluate(tmp_path, function, 3)
    assert word in str(raised.value)
    for wrong in ({"color": "BGR"}, {"dtype": "int8"}, {"lr": tmp_path}):
        with pytest.raises(UsageError):
            srcnn.evaluate(tmp_path, pillow, 3, **wrong)


def test_a_model_below_bicubic_is_called_out(tmp_path: Path) -> None:
    """With a hint; a network without its skip is far below, nearest a little, a good one not at all."""
    save(tmp_path / "a.png", crops(1, 90)[0])
    network = SRCNN()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
    report = srcnn.evaluate(tmp_path, [network, nearest, "srcnn-915"], 3)
    far, near = report["warnings"]
    assert far.startswith("SRCNN is ")
    assert "a missing global skip" in far
    assert near.startswith("nearest is ")
    assert "try --protocol opencv" in near
    assert f"dB below bicubic on {tmp_path.name} x3 (paper)" in near
