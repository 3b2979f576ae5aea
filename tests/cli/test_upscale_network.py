"""Which network and which engine ``srcnn upscale`` runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ..engine.reference import assert_is, expected
from .conftest import Srcnn, pixels

Tensors = dict[str, NDArray[np.float32]]


@pytest.mark.parametrize(
    ("arguments", "used"),
    [
        ([], ("srcnn-955", 3)),
        (["-s", 2], ("srcnn-915", 2)),
        (["-s", 2.2], ("srcnn-955", 3)),
        (["-s", 3.1], ("srcnn-915", 4)),
        (["-s", 1.2], ("srcnn-915", 2)),
        (["-s", 8], ("srcnn-915", 4, 2)),
        (["-s", 5, "-m", "srcnn-955"], ("srcnn-955", 3, 3)),
        (["-m", "srcnn-915"], ("srcnn-915", 3)),
        (["--width", 10], ("srcnn-915", 2)),
        (["--max-edge", 18], ("srcnn-955", 3)),
    ],
)
def test_which_network(
    srcnn: Srcnn,
    folder: Path,
    shipped: dict[tuple[str, int], int],
    arguments: list[object],
    used: tuple[str, *tuple[int, ...]],
) -> None:
    """At or above the scale, in passes, the best by default: told by what each adds to flat gray."""
    Image.new("L", (6, 6), 100).save("flat.png")
    ran = srcnn("upscale", "flat.png", "-o", "out.png", "--json", "-", *arguments)
    assert ran.code == 0
    name, *passes = used
    added = sum(shipped[name, scale] for scale in passes)
    assert np.unique(pixels(Path("out.png"))).tolist() == [100 + added]
    result = ran.json()["results"][0]
    assert (result["model"], result["passes"]) == (name, passes)


@pytest.mark.parametrize(("engine", "extra"), [("openvino", "openvino"), ("torch", "train")])
def test_missing_extra(
    srcnn: Srcnn,
    photo: Path,
    weights: Path,
    engine: str,
    extra: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("srcnn._optional.find_spec", lambda name: None)
    ran = srcnn("upscale", photo, "-m", weights, "--engine", engine)
    assert ran.code == 2
    assert f"pip install 'srcnn[{extra}]'" in ran.error
    # The default engine needs none of it.
    assert srcnn("upscale", photo, "-m", weights).code == 0


@pytest.mark.parametrize(
    ("options", "engine", "precision"),
    [
        ([], "onnxruntime", "fp32"),
        (["--engine", "onnxruntime", "--threads", 1], "onnxruntime", "fp32"),
        (["--engine", "openvino", "--tile", 20], "openvino", "fp32"),
        (["--engine", "torch", "--tile", "auto"], "torch", "fp32"),
        (["--engine", "torch", "--precision", "bf16"], "torch", "bf16"),
    ],
)
def test_engines(
    srcnn: Srcnn,
    photo: Path,
    weights: Path,
    tensors: Tensors,
    options: list[object],
    engine: str,
    precision: str,
) -> None:
    ran = srcnn("upscale", photo, "-m", weights, "-o", "out.png", "--json", "-", *options)
    result = ran.json()["results"][0]
    assert (ran.code, result["engine"], result["precision"]) == (0, engine, precision)
    wanted = expected(pixels(photo), (123, 90), tensors)
    if precision == "fp32":
        assert_is(pixels(Path("out.png")), wanted)
    else:
        assert np.abs(pixels(Path("out.png")) - wanted * 255).max() < 0.5 + 3 * 2


def test_tta_averages_flips_and_turns(
    srcnn: Srcnn, photo: Path, weights: Path, tensors: Tensors
) -> None:
    """By an independent computation: eight turned pictures through float64 convolutions."""
    ran = srcnn("upscale", photo, "-m", weights, "-o", "out.png", "--device", "cpu", "--tta")
    assert ran.code == 0
    source, wanted = pixels(photo), np.zeros((123, 90, 3))
    for turns in range(4):
        for flip in (1, -1):
            turned = np.ascontiguousarray(np.rot90(source, turns)[::flip])
            size = (3 * turned.shape[0], 3 * turned.shape[1])
            wanted += np.rot90(expected(turned, size, tensors)[::flip], -turns) / 8
    assert_is(pixels(Path("out.png")), wanted)
    srcnn("upscale", photo, "-m", weights, "-o", "alone.png")
    assert (pixels(Path("out.png")) != pixels(Path("alone.png"))).any()


@pytest.mark.usefixtures("shipped")
def test_a_dry_run_names_the_passes(srcnn: Srcnn, folder: Path) -> None:
    Image.new("L", (6, 6), 100).save("flat.png")
    ran = srcnn("upscale", "flat.png", "-s", 8, "-m", "srcnn-915", "--dry-run")
    assert ran.code == 0
    assert b"48 x 48, x4 then x2, " in ran.out
