"""Training a network of binary weights: it learns, what is kept is bits, and the average is of latent weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from srcnn.data.folder import LOG
from srcnn.engine.upscaler import load as open_upscaler
from srcnn.errors import UsageError
from srcnn.models.binary import BinarySRCNN
from srcnn.runs.run import SNAPSHOTS, WEIGHTS
from srcnn.training.state import LAST
from srcnn.weights.foreign import load

from ..conftest import EXAMPLE
from .tiny import recipe_for, train


def test_it_learns_and_is_kept_as_bits(photos: Path, tmp_path: Path) -> None:
    """More than bicubic on pictures that it did not see, and a weights file as any other."""
    recipe = recipe_for(
        photos,
        form="binary",
        f=[5, 1, 3],
        n=[32, 16],
        steps=200,
        batch=8,
        candidates=4,
        validate_every=50,
        optimizer="adam",
        lr=3e-3,
        layer_lr=[1, 1, 0.1],
        ema=0.9,
    )
    run = tmp_path / "run"
    train(recipe, run)
    entries = [json.loads(line) for line in (run / LOG).read_text().splitlines()]
    scores = [entry for entry in entries if "psnr" in entry]
    assert max(entry["psnr"] for entry in scores) > scores[0]["bicubic"] + 0.05
    tensors, card = load(run / WEIGHTS, 3)
    assert card.weights == "binary"
    assert tensors["conv1.bits"].shape == (32 * 25 // 8,)
    large = open_upscaler(str(run / WEIGHTS), 3).upscale(EXAMPLE)
    assert large.std() > 10


@pytest.mark.parametrize("ema", [0, 0.9])
def test_what_is_judged_is_made_of_the_latent_weights_or_their_average(
    photos: Path, tmp_path: Path, ema: float
) -> None:
    """An average of bits would be no bits."""
    run = tmp_path / "run"
    train(recipe_for(photos, form="binary", ema=ema, snapshots=True), run)
    state = torch.load(run / LAST)
    latent = state["average" if ema else "model"]
    wanted = BinarySRCNN.from_state_dict(latent).tensors()
    for name, tensor in load(run / SNAPSHOTS / "0000012.onnx", 3)[0].items():
        np.testing.assert_array_equal(tensor, wanted[name])


def test_starting_from_bits(photos: Path, tmp_path: Path) -> None:
    """With a rate of nearly 0, x2 started from x3 ends at the x3 bits; other weights are refused."""
    train(recipe_for(photos, form="binary"), tmp_path / "x3")
    start = str(tmp_path / "x3" / WEIGHTS)
    recipe = recipe_for(photos, form="binary", scale=2, start=start, lr=1e-12, steps=4)
    train(recipe, tmp_path / "x2")
    old, new = (load(tmp_path / name / WEIGHTS, 3)[0] for name in ("x3", "x2"))
    for name, tensor in old.items():
        np.testing.assert_allclose(new[name], tensor, atol=1e-6)
    with pytest.raises(UsageError, match="has binary weights, but the recipe has form: residual"):
        train(recipe_for(photos, start=start), tmp_path / "residual")
