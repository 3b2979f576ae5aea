"""The page "Learn SRCNN" as a script: it trains, its weights are scored, its binarizer is right."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import srcnn
from srcnn.models.binary import Binarize

from .conftest import EXAMPLE, ROOT

sys.path.append(str(ROOT / "scripts"))

from learn import code

STEPS = 80


def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run the page in a folder with the example; return what it has defined."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(folder)
    (folder / "examples").mkdir()
    shutil.copy(EXAMPLE, folder / "examples")
    names: dict[str, Any] = {"__name__": "learn"}
    exec(compile(code(), "docs/learn.md", "exec"), names)
    names["plt"].close("all")
    return names


@pytest.fixture
def small_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A T91 of sixteen small pictures, and a few steps."""
    (tmp_path / "data" / "t91").mkdir(parents=True)
    photo = Image.open(EXAMPLE).convert("RGB")
    for k in range(16):
        part = photo.rotate(k).crop((100 + k, 100, 160 + k, 157))
        part.save(tmp_path / "data" / "t91" / f"{k}.png")
    monkeypatch.setenv("SRCNN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LEARN_STEPS", str(STEPS))


@pytest.mark.slow
@pytest.mark.usefixtures("small_data")
def test_a_few_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = run(tmp_path, monkeypatch)
    curve = names["curve"]
    assert [step for step, _ in curve] == list(range(0, STEPS + 1, STEPS // 10))
    # It begins near bicubic interpolation, and learns.
    x, y = names["held_back"][0]
    bicubic = [srcnn.psnr(a[3:-3, 3:-3], b[3:-3, 3:-3]) for a, b in names["held_back"]]
    assert abs(curve[0][1] - np.mean(bicubic)) < 0.3
    assert curve[-1][1] > curve[0][1]
    for file in ("learn-curve.png", "learn-pictures.png"):
        with Image.open(tmp_path / file) as picture:
            assert min(picture.size) > 200
    # The file is the plain network of the paper: the shift by 1/2 has gone into its biases.
    plain = srcnn.SRCNN.from_state_dict(torch.load(tmp_path / "learn.pth"))
    assert (plain.f, plain.n) == ((9, 1, 5), (64, 32))
    with torch.no_grad():
        out = plain(torch.from_numpy(x[None, None] / np.float32(255))).clamp(0, 1)[0, 0].numpy()
    np.testing.assert_allclose(255 * out, names["enlarge"](names["net"], x), atol=0.51)
    # What is drawn and printed is scored as srcnn scores it.
    assert names["scores"](x, y)[1] == srcnn.ssim(x[3:-3, 3:-3], y[3:-3, 3:-3])

    for layer in names["small"].children():
        binary = names["Binarize"].apply(layer.weight)
        assert all(len(filter_.abs().unique()) == 1 for filter_ in binary)


def test_the_binarizer_is_that_of_the_package() -> None:
    names: dict[str, Any] = {"torch": torch}
    page = code()
    block = page[page.index("class Binarize") : page.index("class BinaryConv2d")]
    exec(compile(block, "docs/learn.md", "exec"), names)
    torch.manual_seed(1)
    results = []
    weight, gradient = torch.randn(4, 3, 5, 5), torch.randn(4, 3, 5, 5)
    for function in (names["Binarize"], Binarize):
        latent = weight.clone().requires_grad_()
        out = function.apply(latent)
        out.backward(gradient)
        assert latent.grad is not None
        results.append((out.detach(), latent.grad))
    torch.testing.assert_close(results[0], results[1])
    # The page works its example out in words.
    assert names["weight"].grad.flatten().tolist() == pytest.approx([0.6, 1.2, 1.8, 0.0])


def test_augmentations_keep_pairs_together() -> None:
    names: dict[str, Any] = {"__name__": "learn"}
    page = code()
    exec(compile(page[: page.index("files = sorted")], "docs/learn.md", "exec"), names)
    patch = np.arange(12, dtype=np.uint8).reshape(3, 4)
    random = np.random.default_rng(1)
    seen = set()
    for _ in range(100):
        x, y = names["augment"](patch, patch + 100, random)
        np.testing.assert_array_equal(x + 100, y)
        seen.add(x.tobytes())
    assert len(seen) == 8


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("steps", "below"),
    [(2000, 0.2), pytest.param(4000, 0.1, marks=pytest.mark.soak(full=True))],
    ids=["half", "full"],
)
def test_it_ends_where_the_paper_does(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int, below: float
) -> None:
    """The paper's 9-1-5, trained on the 91 images, has 32.39 dB; the page has 32.45."""
    monkeypatch.setenv("SRCNN_DATA", str(shared / "data"))
    monkeypatch.setenv("LEARN_STEPS", str(steps))
    names = run(tmp_path, monkeypatch)
    report = srcnn.evaluate("set5", tmp_path / "learn.pth", 3)
    bicubic, learned = (row["mean"]["psnr"] or 0.0 for row in report["results"])
    assert bicubic < 30.4
    assert learned > 32.39 - below
    assert names["validate"](names["small"]) > names["curve"][0][1] + 0.3
