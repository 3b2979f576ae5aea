"""Shipped networks at x2, x3, x4: the pixels recorded before networks had a grid (results/pixels.json)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import srcnn
from srcnn.images.io import open_picture
from srcnn.weights.onnx_file import from_onnx
from srcnn.weights.store import shipped

from ..conftest import EXAMPLE, ROOT
from .reference import PEAK, expected

RECORDED: dict[str, dict[str, str]] = json.loads((ROOT / "results" / "pixels.json").read_text())[
    "models"
]
ROUNDED = 1e-4
"""Part of the pixels that may be a level off on a processor whose sums round otherwise."""


def digest(pixels: NDArray[Any]) -> str:
    data = str(pixels.shape).encode() + np.ascontiguousarray(pixels).tobytes()
    return hashlib.sha256(data).hexdigest()[:16]


def check(model: str, file: Path) -> None:
    """The recorded bytes, or where this processor rounds otherwise what float64 gives, to a level."""
    name, _, scale = model.rpartition(" x")
    made = srcnn.upscale(file, int(scale), name)
    if digest(made) == RECORDED[model][file.name]:
        return
    low = open_picture(file).read()
    tensors, card = from_onnx(shipped()[name, int(scale)].read_bytes(), name)
    assert card.weights == "fp32", f"{model}, {file.name}: other pixels than recorded"
    wanted = expected(low, made.shape[:2], tensors) * PEAK["uint8"]
    wrong = np.abs(made - wanted) > 0.5 + 1e-9
    assert np.mean(wrong) < ROUNDED, f"{model}, {file.name}: other pixels than recorded"
    np.testing.assert_allclose(made, wanted, rtol=0, atol=0.6)


@pytest.mark.parametrize("model", RECORDED)
def test_the_example(model: str) -> None:
    check(model, EXAMPLE)


@pytest.mark.slow
@pytest.mark.parametrize("model", RECORDED)
def test_set5(model: str, shared: Path) -> None:
    for file in sorted((shared / "data" / "set5").iterdir()):
        check(model, file)
