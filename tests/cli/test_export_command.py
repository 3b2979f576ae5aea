"""``srcnn export``: what it says, what its files are taken for, and wrong command lines."""

from __future__ import annotations

import shlex
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from ..engine.reference import compact_file
from .conftest import Srcnn, pixels, save, tree


def test_the_example_works(srcnn: Srcnn, folder: Path) -> None:
    """Copied from the help and pasted; one line says what was written."""
    example = srcnn("export", "--help").out.decode().rsplit("Example:", 1)[1]
    words = shlex.split(example)
    ran = srcnn(*words[1:])
    assert (ran.code, ran.out) == (0, b"")
    name = words[words.index("-o") + 1]
    assert tree(folder) == {name}
    size = Path(name).stat().st_size
    assert ran.err.startswith(f"{name}: {size} bytes, differs from torch by at most ")
    assert ran.err.count("\n") == 1
    session = onnxruntime.InferenceSession(name, providers=["CPUExecutionProvider"])
    assert session.get_inputs()[0].shape == ["N", 3, "H", "W"]


def test_a_core_file_upscales_like_its_source(srcnn: Srcnn, photo: Path) -> None:
    assert srcnn("export", "-m", "srcnn-915", "-s", 2, "-o", "new/a.safetensors").code == 0
    ran = srcnn("export", "-m", "new/a.safetensors", "-s", 2, "-o", "a.onnx", "--quiet")
    assert (ran.code, ran.err) == (0, "")
    for model, result in (("a.onnx", "ours.png"), ("srcnn-915", "shipped.png")):
        words = ("-s", 2, "-m", model, "-o", result, "--no-mark")  # which would name the model
        assert srcnn("upscale", photo, *words).code == 0
    assert Path("ours.png").read_bytes() == Path("shipped.png").read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        ["upscale", "photo.png", "-o", "out.png", "-m", "alone.onnx"],
        ["evaluate", ".", "-m", "alone.onnx"],
        ["export", "-m", "alone.onnx", "-s", "3", "-o", "again.onnx"],
    ],
)
def test_a_standalone_graph_is_no_model(srcnn: Srcnn, photo: Path, words: list[str]) -> None:
    line = ["-m", "srcnn-915", "-s", 3, "-o", "alone.onnx", "--standalone"]
    assert srcnn("export", *line).code == 0
    ran = srcnn(*words)
    assert ran.code == 6
    assert "alone.onnx: is a standalone graph" in ran.error
    assert tree(photo.parent) == {"photo.png", "alone.onnx"}


def test_a_graph_of_one_size_is_no_model(srcnn: Srcnn, photo: Path) -> None:
    line = ["-m", "srcnn-915", "-s", 3, "-o", "fixed.onnx", "--size", "31x17"]
    assert srcnn("export", *line).code == 0
    session = onnxruntime.InferenceSession("fixed.onnx", providers=["CPUExecutionProvider"])
    assert session.get_inputs()[0].shape == [1, 1, 31 + 12, 17 + 12]
    assert session.get_outputs()[0].shape == [1, 1, 31, 17]
    ran = srcnn("upscale", photo, "-m", "fixed.onnx", "-o", "out.png")
    assert ran.code == 6
    assert "is a graph for one image size, not a weights file; export without --size" in ran.error


def test_the_published_layout_comes_back_through_the_other_door(
    srcnn: Srcnn, folder: Path, tmp_path: Path
) -> None:
    """Away from the border it upscales as its source; color differs as bilinear from bicubic."""
    photo = save(folder / "photo.png", size=(60, 60))
    Path("small.onnx").write_bytes(compact_file())
    words = ["-m", "small.onnx", "-s", 3, "-o", "small.safetensors", "--layout", "compact"]
    assert srcnn("export", *words).code == 0
    assert srcnn("upscale", photo, "-m", "small.onnx", "-o", "ours.png").code == 0
    assert srcnn("upscale", photo, "-m", "small.safetensors", "-o", "theirs.png").code == 0
    inner = np.s_[15:-15, 15:-15]
    ours, theirs = (pixels(Path(name))[inner] * 1.0 for name in ("ours.png", "theirs.png"))
    luma = np.array([65.481, 128.553, 24.966]) / 255
    assert np.abs((ours - theirs) @ luma).max() <= 1
    assert 0 < np.abs(ours - theirs).mean() < 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("-m srcnn-915 -s 3 -o a.pt", 2, "use .onnx or .safetensors"),
        ("-m srcnn-915 -s 3 -o a.safetensors --standalone", 2, "cannot be standalone"),
        ("-m srcnn-915 -s 3 -o old.onnx", 2, "already exists; use --overwrite"),
        ("-m srcnn-915 -s 1 -o a.onnx", 2, "2 or more"),
        ("-m srcnn-915 -o a.onnx", 2, "--scale"),
        ("-s 3 -o a.onnx", 2, "--model"),
        ("-m srcnn-915 -s 3", 2, "--output"),
        ("-m srcnn-915 -s 3 -o old.onnx/a.onnx", 5, "cannot be written"),
        ("-m srcnn-915 -s 3 -o a.onnx --size 8", 2, "8 is not of the form HxW, such as 240x320"),
        ("-m srcnn-915 -s 3 -o a.onnx --size 0x8", 2, "must be at least 1x1"),
        ("-m srcnn-915 -s 3 -o a.safetensors --size 8x8", 2, "cannot have a fixed image size"),
        ("-m srcnn-915 -s 3 -o a.onnx --layout compact", 2, "only with .safetensors"),
        (
            "-m srcnn-915 -s 3 -o a.safetensors --layout edsr",
            2,
            "is not a valid value; use compact",
        ),
        ("-m srcnn-915 -s 3 -o a.safetensors --layout compact", 6, "only compact networks have"),
        ("-m edsr -s 3 -o a.onnx", 6, "is unknown; use best, fast, srcnn-915"),
        ("-m srcnn-915 -s 7 -o a.onnx", 6, "is not shipped for x7"),
        ("-m none.mat -s 3 -o a.onnx", 6, "no such weights file"),
        ("-m old.onnx -s 3 -o a.onnx", 6, "is not an srcnn weights file"),
    ],
)
def test_wrong_command_lines(srcnn: Srcnn, folder: Path, words: str, code: int, said: str) -> None:
    (folder / "old.onnx").write_text("old")
    ran = srcnn("export", *words.split())
    assert ran.code == code
    assert said in ran.error
    assert tree(folder) == {"old.onnx"}
    assert (folder / "old.onnx").read_text() == "old"


def test_without_the_extra(srcnn: Srcnn, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str) -> ModuleSpec | None:
        return None if name == "torch" else find_spec(name)

    monkeypatch.setattr("srcnn._optional.find_spec", without)
    ran = srcnn("export", "-m", "srcnn-915", "-s", 3, "-o", "a.onnx")
    assert ran.code == 2
    assert "pip install 'srcnn[train]'" in ran.error
    assert tree(folder) == set()
