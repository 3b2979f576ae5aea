"""The Python interface: what goes in comes out larger, and nothing else about it changes."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import srcnn
from srcnn.cli.main import main

from .conftest import EXAMPLE
from .engine.conftest import DTYPES, KINDS, picture_of
from .engine.reference import Floats, assert_is, expected, near_identity, weights_file
from .support.reports import numbers

TENSORS = near_identity()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "test-x3.onnx"
    path.write_bytes(weights_file(TENSORS))
    return path


def enlarged(picture: NDArray[Any]) -> Floats:
    return expected(picture, (3 * picture.shape[0], 3 * picture.shape[1]), TENSORS)


@pytest.mark.parametrize("kind", ["path", "str", "bytes"])
@pytest.mark.parametrize("channels", KINDS)
def test_files_give_arrays(kind: str, channels: str, tmp_path: Path, model: Path) -> None:
    picture = picture_of(channels)
    path = tmp_path / "photo.png"
    Image.fromarray(picture).save(path)
    source: Any = {"path": path, "str": str(path), "bytes": path.read_bytes()}[kind]
    out = srcnn.upscale(source, scale=3, model=model)
    assert isinstance(out, np.ndarray)
    assert out.dtype == np.uint8
    assert_is(out, enlarged(picture))


def test_a_deep_file_gives_a_deep_array(tmp_path: Path, model: Path) -> None:
    picture = picture_of("gray", "uint16")
    Image.fromarray(picture).save(tmp_path / "deep.png")
    out = srcnn.upscale(tmp_path / "deep.png", model=str(model))
    assert out.dtype == np.uint16
    assert_is(out, enlarged(picture))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("channels", ["gray", "rgb", "rgba"])
def test_arrays_give_arrays(channels: str, dtype: str, model: Path) -> None:
    picture = picture_of(channels, dtype)
    out = srcnn.upscale(picture, 3, model)
    assert out.dtype == picture.dtype
    assert_is(out, enlarged(picture))


@pytest.mark.parametrize("how", ["every second", "upside down", "transposed", "read only"])
def test_views_are_pictures(how: str, model: Path) -> None:
    """No part of the pipeline takes an array for contiguous, or writes into it."""
    picture = picture_of("rgb")
    if how == "read only":
        picture.flags.writeable = False
    views = {"every second": picture[::2, ::2], "upside down": picture[::-1, :, ::-1]}
    view = views.get(how, picture.transpose(1, 0, 2) if how == "transposed" else picture)
    assert_is(srcnn.upscale(view, model=model), enlarged(np.ascontiguousarray(view)))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16"])
def test_pil_gives_pil(mode: str, model: Path) -> None:
    kinds = {"L": "gray", "LA": "gray+alpha", "RGB": "rgb", "RGBA": "rgba", "I;16": "gray"}
    picture = picture_of(kinds[mode], "uint16" if mode == "I;16" else "uint8")
    image = Image.fromarray(picture)
    assert image.mode == mode
    out = srcnn.upscale(image, model=model)
    assert isinstance(out, Image.Image)
    assert (out.mode, out.size) == (mode, (90, 123))
    assert_is(np.asarray(out), enlarged(picture))


@pytest.mark.parametrize(
    ("kind", "mode", "clear"),
    [("1", "L", False), ("P", "RGB", False), ("P", "RGBA", False), ("P", "RGBA", True)],
)
def test_palettes_become_what_they_show(kind: str, mode: str, clear: bool, model: Path) -> None:
    """Indices cannot be interpolated; the colours, and the transparency, can."""
    if kind == "1":
        image = Image.fromarray(picture_of("gray")).convert("1")
    elif mode == "RGBA" and not clear:
        image = Image.fromarray(picture_of("rgba")).quantize(64)  # alpha in the palette itself
    else:
        image = Image.fromarray(picture_of("rgb")).quantize(64)
        if clear:
            image.info["transparency"] = 3  # a colour that stands for nothing
    assert image.mode == kind
    shown = np.asarray(image.convert(mode))
    assert mode != "RGBA" or shown[..., 3].min() < 200
    out = srcnn.upscale(image, model=model)
    assert out.mode == mode
    assert_is(np.asarray(out), enlarged(shown))


def test_load_keeps_a_network_open(model: Path) -> None:
    upscaler = srcnn.load(model, 3, engine="torch", tile=20)
    assert isinstance(upscaler, srcnn.Upscaler)
    for channels in KINDS:
        picture = picture_of(channels)
        assert_is(upscaler.upscale(picture), enlarged(picture))


def test_options_are_those_of_the_command_line(model: Path) -> None:
    picture = picture_of("rgb")
    out = srcnn.upscale(
        picture,
        3,
        model,
        engine="openvino",
        precision="fp32",
        tile=16,
        threads=1,
        max_pixels=11_070,
    )
    assert_is(out, enlarged(picture))


def test_scales_between(model: Path) -> None:
    picture = picture_of("rgb", "uint8", (11, 7))
    assert_is(srcnn.upscale(picture, 2.5, model), expected(picture, (28, 18), TENSORS, passes=(3,)))
    assert_is(srcnn.upscale(picture, 1.5, "bicubic"), expected(picture, (17, 11), None))


WRONG: list[tuple[Any, dict[str, Any], int]] = [
    ("gone.png", {}, 3),
    (b"no picture", {}, 3),
    (b"", {}, 3),
    (17, {}, 2),
    (None, {}, 2),
    ([[1, 2], [3, 4]], {}, 2),
    (np.zeros((4, 4), np.int64), {}, 2),
    (np.zeros((4, 4, 5), np.uint8), {}, 2),
    (np.zeros((0, 4), np.uint8), {}, 2),
    (np.zeros(4, np.uint8), {}, 2),
    (np.zeros((4, 4), np.uint8), {"scale": 1}, 2),
    (np.zeros((4, 4), np.uint8), {"scale": float("nan")}, 2),
    (np.zeros((4, 4), np.uint8), {"engine": "cuda"}, 2),
    (np.zeros((4, 4), np.uint8), {"precision": "bf16"}, 2),
    (np.zeros((4, 4), np.uint8), {"tile": 0}, 2),
    (np.zeros((4, 4), np.uint8), {"model": "nobody"}, 6),
    (np.zeros((4, 4), np.uint8), {"model": "gone.onnx"}, 6),
    (np.zeros((4, 4), np.uint8), {"max_pixels": 143}, 4),
    (Image.new("RGB", (4, 4)), {"max_pixels": 143}, 4),
    (Image.new("LAB", (4, 4)), {}, 3),
]


@pytest.mark.parametrize(("image", "options", "code"), WRONG, ids=lambda value: str(value)[:25])
def test_errors_are_ours_and_one_line(image: Any, options: dict[str, Any], code: int) -> None:
    with pytest.raises(srcnn.SrcnnError) as caught:
        srcnn.upscale(image, **{"model": "bicubic", **options})
    assert caught.value.exit_code == code
    message = str(caught.value)
    assert "\n" not in message
    assert 0 < len(message) < 190


def test_file_limits_come_before_pixels(tmp_path: Path) -> None:
    Image.new("L", (40, 40)).save(tmp_path / "a.png")
    with pytest.raises(srcnn.SrcnnError, match="max_pixels="):
        srcnn.upscale(tmp_path / "a.png", model="bicubic", max_pixels=1599)


@pytest.mark.parametrize("several", [False, True])
def test_evaluate_gives_the_report(several: bool, tmp_path: Path) -> None:
    """One name or many, and bicubic is always there."""
    Image.fromarray(picture_of("rgb", "uint8", (60, 60))).save(tmp_path / "a.png")
    data: Any = [tmp_path] if several else str(tmp_path)
    report = srcnn.evaluate(data, ["bicubic"] if several else (), [2, 3] if several else 3)
    assert report["schema"] == 1
    found = {(result["model"], result["scale"]) for result in report["results"]}
    assert found == {("bicubic", scale) for scale in ((2, 3) if several else (3,))}
    assert all(20 < numbers(result["mean"])["psnr"] < 60 for result in report["results"])


def test_evaluate_is_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The JSON to the letter, the best network included; two equal pictures have no number."""
    Image.fromarray(picture_of("rgb", "uint8", (60, 60))).save(tmp_path / "a.png")
    Image.new("L", (60, 60), 128).save(tmp_path / "flat.png")
    monkeypatch.setattr(sys, "argv", ["srcnn", "evaluate", str(tmp_path), "--json", "-"])
    assert main() == 0
    report = srcnn.evaluate(tmp_path)
    written = json.loads(capsys.readouterr().out)
    assert written.pop("date")[:10] == report.pop("date")[:10]  # type: ignore[misc]
    assert report == written
    assert [row["model"] for row in report["results"]] == ["bicubic", "fast"]
    assert report["results"][0]["images"][1]["psnr"] is None


@pytest.mark.parametrize("scales", [2.5, [2.7], [3.0], "3", [[3]], None, 1, []])
def test_scales_that_evaluate_refuses(scales: Any, tmp_path: Path) -> None:
    Image.new("L", (60, 60), 128).save(tmp_path / "flat.png")
    with pytest.raises(srcnn.SrcnnError, match="scale") as caught:
        srcnn.evaluate(tmp_path, (), scales)
    assert caught.value.exit_code == 2


def test_scales_of_numpy(tmp_path: Path) -> None:
    Image.fromarray(picture_of("rgb", "uint8", (60, 60))).save(tmp_path / "a.png")
    for scales in (np.int64(2), np.array([2])):
        (row,) = srcnn.evaluate(tmp_path, (), scales)["results"]  # type: ignore[arg-type]
        assert (row["model"], row["scale"]) == ("bicubic", 2)


@pytest.mark.parametrize("name", ["SRCNN", "BinarySRCNN"])
def test_what_needs_torch_says_so(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(module: str) -> ModuleSpec | None:
        return None if module == "torch" else find_spec(module)

    monkeypatch.setattr("srcnn._optional.find_spec", without)
    with pytest.raises(srcnn.SrcnnError, match=r"pip install 'srcnn\[train\]'"):
        getattr(srcnn, name)()


def test_public_names() -> None:
    assert dir(srcnn) == sorted(srcnn.__all__)
    for name in srcnn.__all__:
        assert getattr(srcnn, name) is not None


def test_no_other_names() -> None:
    with pytest.raises(AttributeError, match="nope"):
        srcnn.nope  # type: ignore[attr-defined]  # noqa: B018


HEAVY = ("torch", "onnxruntime", "openvino", "onnx", "matplotlib", "pyvips", "scipy")


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("import srcnn", []),
        ("import srcnn; srcnn.SrcnnError; srcnn.psnr; srcnn.imresize; dir(srcnn)", []),
        # An upscale needs its engine and the picture's library, and still no torch.
        ("import srcnn; srcnn.upscale({photo!r}, model={model!r})", ["onnxruntime", "pyvips"]),
    ],
)
def test_only_what_is_used_is_loaded(
    code: str, loaded: list[str], model: Path, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.png"
    Image.fromarray(picture_of("rgb", "uint8", (9, 9))).save(photo)
    code = code.format(photo=str(photo), model=str(model))
    code += f"\nimport sys; print(sorted(m for m in {HEAVY} if m in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.stdout.strip(), ran.stderr) == (str(loaded), "")


def test_the_limit_on_bytes() -> None:
    data = EXAMPLE.read_bytes()
    for source in (EXAMPLE, data):
        with pytest.raises(srcnn.SrcnnError, match="raise it with max_bytes="):
            srcnn.upscale(source, 2, "bicubic", max_bytes=len(data) - 1)
        assert srcnn.upscale(source, 2, "bicubic", max_bytes=len(data)).shape == (576, 576, 3)
