"""Other people's networks on the command line: upscale, evaluate, compare, and what is refused."""

from __future__ import annotations

import pickle
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from srcnn.engine.upscaler import load

from ..support.networks import SCALES, save_other
from .conftest import Srcnn, pixels, save, tree


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("kind", list(SCALES))
def test_every_verb_takes_it(srcnn: Srcnn, folder: Path, kind: str, suffix: str) -> None:
    """The same network in each: upscale as in Python, evaluate and compare score alike."""
    photo, scale = save(folder / "photo.png", size=(48, 60)), SCALES[kind]
    name = str(save_other(folder / f"{kind}{suffix}", kind))
    ran = srcnn("upscale", photo, "-m", name, "-s", scale, "-o", "out.png", "--json", "-")
    assert ran.code == 0, ran.err
    [result] = ran.json()["results"]
    assert (result["model"], result["engine"], result["passes"]) == (name, "torch", [scale])
    np.testing.assert_array_equal(pixels(Path("out.png")), load(name, scale).upscale(pixels(photo)))

    Path("out.png").unlink()
    ran = srcnn("evaluate", folder, "-m", name, "--json", "-")  # the scale is the file's
    assert ran.code == 0, ran.err
    judged = {row["model"]: row for row in ran.json()["results"]}
    assert judged[name]["scale"] == scale
    ran = srcnn("compare", photo, "-m", name, "-s", scale, "-o", "page.html", "--json", "-")
    assert ran.code == 0, ran.err
    compared = {row["model"]: row for row in ran.json()["results"]}
    for row in (compared[name], compared["bicubic"]):
        scores = {key: row[key] for key in ("psnr", "ssim")}
        assert scores | {"name": "photo"} == judged[row["model"]]["images"][0]
    # A network of random weights is useless, but another picture than bicubic's is scored.
    assert compared[name]["psnr"] < compared["bicubic"]["psnr"] - 0.5


def test_it_says_what_it_is_and_under_which_license(
    srcnn: Srcnn, photo: Path, caplog: pytest.LogCaptureFixture
) -> None:
    save_other(photo.parent / "a.safetensors", "span")
    save_other(photo.parent / "b.pth", "esrgan")
    caplog.set_level("INFO", "srcnn")
    for name in ("a.safetensors", "b.pth"):
        assert srcnn("upscale", photo, "-m", name, "-o", f"{name}.png", "--verbose").code == 0
    lines = [record.getMessage() for record in caplog.records]
    about = "a.safetensors x3 by spandrel: SPAN, 8nf; license of the weights: CC0-1.0"
    assert about in lines
    assert any(
        line.startswith(
            "b.pth x4 by spandrel: ESRGAN, 8nf, 1nb; license of the weights: not stated"
        )
        for line in lines
    )


def test_another_scale_than_the_files(srcnn: Srcnn, photo: Path) -> None:
    """Upscale reaches it all the same; a score would be of something else."""
    save_other(photo.parent / "a.pth", "compact")
    assert srcnn("upscale", photo, "-m", "a.pth", "-s", 3, "-o", "out.png").code == 0
    assert pixels(Path("out.png")).shape == (123, 90, 3)
    for words in (["evaluate", "."], ["compare", photo, "-o", "out.html"]):
        ran = srcnn(*words, "-m", "a.pth", "-s", 3)
        assert ran.code == 6
        assert "a.pth: was trained for x2, not x3" in ran.error
    assert not Path("out.html").exists()


@pytest.mark.parametrize(
    "words", ["upscale photo.png -s 2 -o out.png", "evaluate .", "compare photo.png -o a.html"]
)
def test_without_the_extra(
    srcnn: Srcnn, photo: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    save_other(photo.parent / "a.pth", "compact")

    def without(name: str) -> ModuleSpec | None:
        return None if name == "spandrel" else find_spec(name)

    monkeypatch.setattr("srcnn._optional.find_spec", without)
    before = tree(photo.parent)
    ran = srcnn(*words.split(), "-m", "a.pth")
    assert ran.code == 2
    assert "pip install 'srcnn[spandrel]'" in ran.error
    assert tree(photo.parent) == before


class Harmful:
    """A pickle of this makes a file when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("text.pth", "is not a PyTorch file"),
        ("text.safetensors", "is not a readable safetensors file"),
        ("unknown.pth", "is neither an SRCNN nor a network that spandrel knows"),
        ("harmful.pth", "is not opened"),
        ("pickle.pth", "is not opened"),
    ],
)
@pytest.mark.parametrize(
    "words", ["upscale photo.png -s 2 -o out.png", "evaluate .", "compare photo.png -o a.html"]
)
def test_files_that_nobody_can_open(
    srcnn: Srcnn, photo: Path, words: str, name: str, why: str
) -> None:
    """Exit 6 in one line, nothing in the file is run, nothing is written."""
    trap = photo.parent / "trap"
    Path("text.pth").write_text("These are not weights.\n" * 20)
    Path("text.safetensors").write_text("These are not weights.\n" * 20)
    torch.save({"encoder.blocks.0.qkv.weight": torch.zeros(3, 3)}, "unknown.pth")
    torch.save({"body.0.weight": Harmful(trap)}, "harmful.pth")
    Path("pickle.pth").write_bytes(pickle.dumps({"body.0.weight": Harmful(trap)}))
    before = tree(photo.parent)
    ran = srcnn(*words.split(), "-m", name)
    assert ran.code == 6
    assert why in ran.error
    assert tree(photo.parent) == before
    assert not trap.exists()


def test_a_port_of_srcnn_still_needs_export(srcnn: Srcnn, photo: Path) -> None:
    """It would open, but does not name its scale."""
    assert srcnn("export", "-m", "srcnn-915", "-s", 3, "-o", "ours.safetensors").code == 0
    ran = srcnn("upscale", photo, "-m", "ours.safetensors", "-o", "out.png")
    assert ran.code == 6
    assert "only ONNX weights files can upscale; convert it with srcnn export" in ran.error
