"""`Engine`: what is decided, what is refused, and that every door takes it."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

import srcnn
from srcnn.engine.backends.table import BACKENDS
from srcnn.engine.options import Engine, engine_of
from srcnn.engine.threads import cores
from srcnn.engine.upscaler import load
from srcnn.errors import MissingExtra, UsageError

from .conftest import picture_of


def test_auto_is_onnxruntime_in_fp32_on_the_cpu() -> None:
    resolved = Engine().resolved()
    assert (resolved.name, resolved.precision, resolved.device) == ("onnxruntime", "fp32", "cpu")
    assert (resolved.tile, resolved.threads, resolved.ensemble) == (128, cores(), False)


@pytest.mark.parametrize("name", list(BACKENDS))
def test_resolving_again_changes_nothing(name: str) -> None:
    resolved = Engine(name, tile=40, ensemble=True).resolved()
    assert resolved.resolved() == resolved
    assert (resolved.name, resolved.precision) == (name, "fp32")
    assert pickle.loads(pickle.dumps(resolved)) == resolved


@pytest.mark.parametrize("name", ["openvino", "torch"])
def test_bf16_where_it_is_asked_for(name: str) -> None:
    assert Engine(name, "bf16").resolved().precision == "bf16"


def test_nothing_takes_a_gpu_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where every package sees one."""
    give(monkeypatch, "onnxruntime", "torch")
    for name in ("auto", *BACKENDS):
        assert Engine(name).resolved().device == "cpu"


def test_an_engine_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Engine().threads = 2  # type: ignore[misc]


@pytest.mark.parametrize("number", [np.int64(3), np.uint8(3)])
def test_whole_numbers_of_numpy_are_numbers(number: Any) -> None:
    resolved = Engine(tile=number, threads=number).resolved()
    assert (resolved.tile, resolved.threads) == (3, 3)
    assert type(resolved.tile) is type(resolved.threads) is int


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"name": "tensorrt"}, "engine 'tensorrt'"),
        ({"name": ""}, "engine ''"),
        ({"name": None}, "engine None"),
        ({"name": np.array(["torch"])}, "engine array"),
        ({"precision": "fp16"}, "precision 'fp16'"),
        ({"precision": "bf16"}, "onnxruntime supports only fp32; use engine openvino or torch"),
        ({"name": "torch", "precision": "int8"}, "precision 'int8'"),
        ({"device": "tpu"}, "device 'tpu'"),
        ({"device": 0}, "device 0"),
        ({"name": "openvino", "device": "cuda"}, "use engine onnxruntime or torch"),
        ({"tile": 0}, "tile 0"),
        ({"tile": -4}, "tile -4"),
        ({"tile": "large"}, "tile 'large': must be auto or a whole number"),
        ({"tile": "64"}, "tile '64'"),
        ({"tile": 64.0}, "tile 64.0"),
        ({"tile": True}, "tile True"),
        ({"tile": None}, "tile None"),
        ({"threads": 0}, "threads 0"),
        ({"threads": "1"}, "threads '1'"),
        ({"threads": 1.5}, "threads 1.5"),
        ({"threads": "auto"}, "threads 'auto'"),
        ({"ensemble": 1}, "ensemble 1"),
        ({"ensemble": "yes"}, "ensemble 'yes'"),
    ],
    ids=str,
)
def test_what_is_wrong_is_a_usage_error(wrong: dict[str, Any], named: str) -> None:
    engine = Engine(**wrong)
    with pytest.raises(UsageError) as caught:
        engine.resolved()
    assert named in str(caught.value)
    assert caught.value.exit_code == 2


def give(monkeypatch: pytest.MonkeyPatch, *able: str) -> None:
    """Let these engines find a GPU, and no others."""
    for name, row in BACKENDS.items():
        if "cuda" in row.devices:
            found = partial(bool, name in able)
            cuda = replace(row.devices["cuda"], is_there=found)
            devices = {**row.devices, "cuda": cuda}
            monkeypatch.setitem(BACKENDS, name, replace(row, devices=devices))


@pytest.mark.parametrize(
    ("able", "precision", "chosen"),
    [
        (["onnxruntime", "torch"], "auto", "onnxruntime"),
        (["torch"], "auto", "torch"),
        (["onnxruntime", "torch"], "bf16", "torch"),
    ],
)
def test_a_gpu_chooses_its_engine(
    able: list[str], precision: str, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, *able)
    resolved = Engine(precision=precision, device="cuda").resolved()
    assert (resolved.name, resolved.device) == (chosen, "cuda")
    assert resolved.tile > 128
    assert BACKENDS[chosen].devices["cuda"].parallel_calls == 1


@pytest.mark.parametrize(
    ("name", "packages"),
    [
        ("auto", ["onnxruntime-gpu", "torch built for CUDA"]),
        ("onnxruntime", ["onnxruntime-gpu"]),
        ("torch", ["torch built for CUDA"]),
    ],
)
def test_a_gpu_that_is_not_there_is_named_with_its_package(
    name: str, packages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch)
    with pytest.raises(MissingExtra, match="device 'cuda'") as caught:
        srcnn.load("bicubic", device="cuda", engine=name)
    assert caught.value.exit_code == 2
    for package in packages:
        assert package in str(caught.value)


def test_onnxruntime_does_not_fall_back_to_the_cpu(
    weights: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its wheel for CUDA lists the provider on any machine, and then runs on the CPU."""
    give(monkeypatch, "onnxruntime")
    session = onnxruntime.InferenceSession

    def without_driver(graph: bytes, options: Any, providers: list[str]) -> Any:
        assert providers == ["CUDAExecutionProvider"]
        return session(graph, options, providers=["CPUExecutionProvider"])

    monkeypatch.setattr(onnxruntime, "InferenceSession", without_driver)
    with pytest.raises(UsageError, match="device 'cuda': ONNX Runtime finds no GPU"):
        load(weights, 3, Engine("onnxruntime", device="cuda"))


KEYWORDS: list[dict[str, Any]] = [
    {"precision": "bf16"},
    {"device": "cpu"},
    {"tile": 64},
    {"threads": 2},
    {"tta": True},
]


@pytest.mark.parametrize("loose", KEYWORDS, ids=str)
def test_a_whole_engine_and_a_keyword_contradict(loose: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(loose))):
        srcnn.load("bicubic", engine=Engine("torch"), **loose)
    assert engine_of("torch", **loose) == Engine(
        "torch", **{"ensemble" if key == "tta" else key: value for key, value in loose.items()}
    )


@pytest.mark.parametrize("tta", [False, True])
def test_every_door_takes_an_engine(tta: bool, weights: str, tmp_path: Path) -> None:
    """Whole or in keywords, the pixels and scores are the same, and other than by default."""
    picture = picture_of("rgb", "float64", (33, 40))
    engine = Engine("torch", "bf16", "cpu", 50, 1, tta)
    loose: dict[str, Any] = {"engine": "torch", "precision": "bf16", "device": "cpu", "tta": tta}
    whole = srcnn.upscale(picture, 3, weights, engine=engine)
    for other in (
        srcnn.upscale(picture, 3, weights, tile=50, threads=1, **loose),
        srcnn.load(weights, 3, engine).upscale(picture),
        srcnn.load(weights, 3, tile=50, threads=1, **loose).upscale(picture),
    ):
        np.testing.assert_array_equal(other, whole)
    assert np.abs(whole - srcnn.upscale(picture, 3, weights)).max() > 1e-4
    from PIL import Image

    Image.fromarray(picture_of("rgb", "uint8", (99, 99))).save(tmp_path / "a.png")
    reports = [
        srcnn.evaluate(tmp_path, weights, 3, **options)
        for options in ({"engine": engine}, loose, {})
    ]
    assert reports[0]["results"] == reports[1]["results"] != reports[2]["results"]
    keys = ("engine", "precision", "tta")
    assert [reports[0][key] for key in keys] == ["torch", "bf16", tta]  # type: ignore[literal-required]


def test_an_upscaler_says_what_it_runs_on(weights: str) -> None:
    upscaler = load(weights, 3, engine="torch", precision="bf16", tile=17)
    assert (upscaler.engine, upscaler.precision, upscaler.tile) == ("torch", "bf16", 17)
    assert upscaler.name == weights
