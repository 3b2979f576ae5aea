"""What ``srcnn upscale`` refuses: the exit code, one line, and nothing left behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from ..engine.reference import near_identity, weights_file
from ..weights.reference import with_tensor
from .conftest import Srcnn, save, tree

USAGE = [
    (["-s", 1], "scale 1"),
    (["-s", 0.5], "scale 0.5"),
    (["-s", -2], "scale -2"),
    (["-s", "nan"], "scale nan"),
    (["-s", "inf"], "scale inf"),
    (["-s", "1e308"], "scale 1e+308"),
    (["-s", "1e7"], "scale 1e+07"),
    (["-s", "three"], "--scale"),
    (["--width", 30], "photo.png"),  # as wide already
    (["--max-edge", 20], "photo.png"),
    (["--width", 0], "width 0"),
    (["--height", -3], "height -3"),
    (["--width", 90, "-s", 3], "--scale"),
    (["--width", 90, "--max-edge", 90], "--max-edge"),
    (["--overwrite", "--skip-existing"], "--overwrite"),
    (["--engine", "cuda"], "cuda"),
    (["--precision", "fp64"], "fp64"),
    (["--precision", "bf16"], "bf16"),
    (["--engine", "cuda", "--width", 90], "cuda"),
    (["--precision", "bf16", "--width", 90], "bf16"),
    (["--tile", 0, "--width", 90], "tile 0"),
    (["--tile", 0], "tile 0"),
    (["--tile", -1], "--tile"),
    (["--tile", "²"], "--tile"),
    (["--threads", 0], "threads 0"),
    (["--device", "tpu"], "tpu"),
    (["--device", "cuda"], "onnxruntime-gpu"),
    (["--device", "cuda", "--width", 90], "onnxruntime-gpu"),
    (["--device", "cuda", "--engine", "openvino"], "onnxruntime or torch"),
    (["--format", "doc"], "doc"),
    (["-o", "out.xyz"], "out.xyz"),
    (["-o", "out"], "out"),
    (["-o", ""], "empty"),
    ([""], "empty"),  # "$unset" is not the current folder
    (["--suffix", "a/b"], "a/b"),
    (["--format", "../x.png"], "../x.png"),
    (["--format", ""], "format"),
    (["--quality", 0], "--quality"),
    (["--quality", 101], "--quality"),
    (["--max-pixels", 0], "--max-pixels"),
    (["--nonsense"], "--nonsense"),
    (["--" + "nonsense" * 40], "nonsense"),
    (["-o", "-", "--json", "-"], "stdout"),
]


@pytest.mark.parametrize(("arguments", "named"), USAGE, ids=lambda value: str(value)[:30])
def test_wrong_command_lines(
    srcnn: Srcnn, photo: Path, weights: Path, arguments: list[object], named: str
) -> None:
    """Exit 2, one line that names what is wrong, and nothing was started."""
    ran = srcnn("upscale", "photo.png", "-m", weights, *arguments)
    assert ran.code == 2
    assert named in ran.error
    assert ran.out == b""
    assert tree(photo.parent) == {"photo.png"}


@pytest.mark.parametrize(
    "arguments", [["--engine", "cuda"], ["--precision", "bf16"], ["--tile", 0], ["--threads", 0]]
)
def test_wrong_options_of_several(srcnn: Srcnn, photo: Path, arguments: list[object]) -> None:
    """Said once and before work, also where each picture has a scale of its own."""
    other = save(photo.with_name("other.png"))
    ran = srcnn("upscale", photo, other, "-m", "bicubic", "--width", 90, *arguments)
    assert ran.code == 2
    assert str(arguments[1]) in ran.error


def test_no_source(srcnn: Srcnn) -> None:
    ran = srcnn("upscale")
    assert ran.code == 2
    assert "SOURCE" in ran.error


def test_stdin_and_json_both_want_stdout(srcnn: Srcnn, photo: Path) -> None:
    """A picture from stdin goes to stdout by default: not beside a JSON document."""
    ran = srcnn("upscale", "-", "-m", "bicubic", "--json", "-", stdin=photo.read_bytes())
    assert ran.code == 2
    assert "stdout" in ran.error
    assert ran.out == b""


def test_stdin_twice(srcnn: Srcnn, photo: Path) -> None:
    ran = srcnn("upscale", "-", "-", "-o", "out/", stdin=photo.read_bytes())
    assert ran.code == 2
    assert "stdin" in ran.error


@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
def test_existing_destination(srcnn: Srcnn, photo: Path, dry_run: list[str]) -> None:
    """Refused before any work: even a model that does not exist is not looked for."""
    there = photo.with_name("photo_x3.png")
    there.write_bytes(b"mine")
    ran = srcnn("upscale", photo, "-m", "nothing.onnx", *dry_run)
    assert ran.code == 2
    assert "--overwrite" in ran.error
    assert there.read_bytes() == b"mine"


def test_destination_is_a_folder(srcnn: Srcnn, photo: Path) -> None:
    photo.with_name("photo_x3.png").mkdir()
    ran = srcnn("upscale", photo, "-m", "bicubic", "--overwrite")
    assert ran.code == 2
    assert "folder" in ran.error


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.png", None),
        ("text.png", b"It was a dark and stormy night.\n" * 20),
        ("empty.png", b""),
        ("cut.png", "half"),
        ("cut.jpg", "half"),
        ("head.png", "head"),
        ("x" * 300 + ".png", None),
        ("deep/" * 60 + "missing.png", None),
        ("two\nlines.png", None),
    ],
    ids=lambda value: str(value)[:16],
)
def test_unreadable_pictures(
    srcnn: Srcnn, folder: Path, name: str, content: bytes | str | None
) -> None:
    """Exit 3, the file named, no result and no part of one."""
    if isinstance(content, str):
        data = save(folder / name, size=(180, 200)).read_bytes()
        content = data[: len(data) // 2] if content == "half" else data[:40]
    if content is not None:
        (folder / name).write_bytes(content)
    before = tree(folder)
    ran = srcnn("upscale", name, "-m", "bicubic")
    assert ran.code == 3
    assert name[:5].split("\n")[0] in ran.error
    assert tree(folder) == before


def test_unreadable_stdin(srcnn: Srcnn, folder: Path) -> None:
    ran = srcnn("upscale", "-", "-m", "bicubic", stdin=b"")
    assert ran.code == 3
    assert "stdin" in ran.error
    assert ran.out == b""


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--max-pixels", 30 * 41 - 1], "1230"),
        (["--max-pixels", 90 * 123 - 1], "90 x 123"),
        (["-s", "1e6"], "--max-pixels"),
        (["--width", 10**15], "--max-pixels"),
    ],
)
def test_limits(srcnn: Srcnn, photo: Path, arguments: list[object], reason: str) -> None:
    """Exit 4 for a large input and for a large output; the message names the flag."""
    ran = srcnn("upscale", photo, "-m", "bicubic", *arguments)
    assert ran.code == 4
    assert "--max-pixels" in ran.error
    assert reason in ran.error
    assert tree(photo.parent) == {"photo.png"}


def test_limit_is_what_is_allowed(srcnn: Srcnn, photo: Path) -> None:
    ran = srcnn("upscale", photo, "-m", "bicubic", "--max-pixels", 90 * 123)
    assert ran.code == 0


def test_input_limit_is_read_from_the_header(srcnn: Srcnn, folder: Path) -> None:
    """A file whose pixels cannot be decoded at all is refused for its size: nothing was decoded."""
    source = save(folder / "large.png", size=(200, 200))
    source.write_bytes(source.read_bytes()[:200])
    assert srcnn("upscale", source, "-m", "bicubic", "--max-pixels", 39_999).code == 4
    assert srcnn("upscale", source, "-m", "bicubic", "--max-pixels", 400_000).code == 3


@pytest.mark.parametrize("below", ["file/out.png", "file/deep/out.png"])
def test_unwritable_destination(srcnn: Srcnn, photo: Path, below: str) -> None:
    Path("file").write_text("not a folder")
    ran = srcnn("upscale", photo, "-m", "bicubic", "-o", below)
    assert ran.code == 5
    assert "out.png" in ran.error
    assert tree(photo.parent) == {"photo.png", "file"}
    assert Path("file").read_text() == "not a folder"


def test_destination_with_an_impossible_name(srcnn: Srcnn, photo: Path) -> None:
    ran = srcnn("upscale", photo, "-m", "bicubic", "--suffix", "y" * 260)
    assert ran.code == 5
    assert "yyy" in ran.error
    assert tree(photo.parent) == {"photo.png"}


def test_result_too_large_for_its_format(srcnn: Srcnn, folder: Path) -> None:
    """WebP ends at 16,383 pixels a side: that is the output's fault, said in one line."""
    Image.new("L", (6000, 1)).save("wide.png")
    ran = srcnn("upscale", "wide.png", "-m", "bicubic", "-o", "wide.webp")
    assert ran.code == 5
    assert "wide.webp" in ran.error
    assert tree(folder) == {"wide.png"}


def _onnx_without_card() -> bytes:
    model = onnx.load_from_string(weights_file(near_identity()))
    del model.metadata_props[:]
    data: bytes = model.SerializeToString()
    return data


MODELS = {
    "empty.onnx": b"",
    "text.onnx": b"these are not weights\n" * 100,
    "cut.onnx": weights_file(near_identity())[:700],
    "other.onnx": _onnx_without_card(),
    "x1.onnx": weights_file(near_identity(), scale=1),
    "state.pth": b"PK\3\4",
}


@pytest.mark.parametrize("engine", ["onnxruntime", "torch"])
@pytest.mark.parametrize("name", MODELS)
def test_unusable_models(srcnn: Srcnn, photo: Path, name: str, engine: str) -> None:
    Path(name).write_bytes(MODELS[name])
    ran = srcnn("upscale", photo, "-m", name, "--engine", engine)
    assert ran.code == 6
    assert name in ran.error
    assert tree(photo.parent) == {"photo.png", name}


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("nothing", "srcnn-915, srcnn-955, bicubic, sparse-coding, a+, or a weights file"),
        ("missing.onnx", "no such"),
        ("./srcnn-915", "no such"),
    ],
)
@pytest.mark.usefixtures("shipped")
def test_unknown_models(srcnn: Srcnn, photo: Path, model: str, reason: str) -> None:
    ran = srcnn("upscale", photo, "-m", *model.split())
    assert ran.code == 6
    assert model.split()[0] in ran.error
    assert reason in ran.error
    assert tree(photo.parent) == {"photo.png"}


def test_nothing_shipped(
    srcnn: Srcnn, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("srcnn.weights.store.FILES", tmp_path / "nowhere")
    ran = srcnn("upscale", photo)
    assert ran.code == 6
    assert "-m" in ran.error


def test_no_memory_is_a_limit(srcnn: Srcnn, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def scarce(*arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr("srcnn.images.encode.write_picture", scarce)
    ran = srcnn("upscale", photo, "-m", "bicubic")
    assert ran.code == 4
    assert "--tile" in ran.error
    assert tree(photo.parent) == {"photo.png"}


def test_weights_with_nan(srcnn: Srcnn, photo: Path) -> None:
    """Damaged numbers give no black picture."""
    tensors = near_identity()
    nan = np.full_like(tensors["conv2.bias"], np.nan)
    Path("nan.onnx").write_bytes(with_tensor(weights_file(tensors), "conv2.bias", nan))
    ran = srcnn("upscale", photo, "-m", "nan.onnx")
    assert ran.code == 6
    assert "nan.onnx" in ran.error
    assert tree(photo.parent) == {"photo.png", "nan.onnx"}
