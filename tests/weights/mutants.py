"""The process that opens damaged weights: see `tests.mutants`. Its working folder gets the files."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import safetensors.numpy
import scipy.io
import torch

from srcnn.engine.upscaler import load as open_upscaler
from srcnn.errors import ModelError
from srcnn.models.registry import network_of
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.foreign import load, to_safetensors
from srcnn.weights.graph import to_onnx

from ..mutants import check_line, try_all
from .reference import card_of, random_bits, random_tensors

TENSORS = random_tensors((3, 1, 3), (3, 2))
BITS, _ = random_bits((3, 1, 3), (3, 2))


def files() -> dict[str, bytes]:
    """Good files by their suffix and variant."""
    states = {name: torch.from_numpy(tensor) for name, tensor in TENSORS.items()}
    pth, legacy = io.BytesIO(), io.BytesIO()
    torch.save({"state_dict": states, "epoch": 3}, pth)
    torch.save(states, legacy, _use_new_zipfile_serialization=False)
    mat, packed = io.BytesIO(), io.BytesIO()
    arrays = {
        "weights_conv1": np.ones((9, 3)) / 9,
        "biases_conv1": np.zeros((3, 1)),
        "weights_conv2": np.ones((3, 1, 2), np.float32),
        "biases_conv2": np.array([[1], [2]], np.uint8),
        "weights_conv3": np.ones((2, 9)) / 18,
        "biases_conv3": np.zeros((1, 1)),
        "note": "a text",
    }
    scipy.io.savemat(mat, arrays)  # type: ignore[arg-type]
    scipy.io.savemat(packed, arrays, do_compression=True)  # type: ignore[arg-type]
    card = card_of((3, 1, 3), (3, 2))
    of_bits = card_of((3, 1, 3), (3, 2), weights="binary")
    kinds = {
        ".onnx": [to_onnx(TENSORS, card), to_onnx(BITS, of_bits)],
        ".safetensors": [
            to_safetensors(TENSORS, card),
            safetensors.numpy.save(TENSORS),
            to_safetensors(BITS, of_bits),
        ],
        ".pth": [pth.getvalue(), legacy.getvalue()],
        ".mat": [mat.getvalue(), packed.getvalue()],
    }
    return {f"{k}{suffix}": data for suffix, all_ in kinds.items() for k, data in enumerate(all_)}


def attempt(data: bytes, name: str) -> None:
    """A network that gives numbers, or one line with exit 6."""
    path = Path(sys.argv[2]).with_name(f"damaged{Path(name).suffix}")
    path.write_bytes(data)
    try:
        tensors, card = load(path, 3)
        side = grid_of(card).padded(2)
        batch = np.random.default_rng(0).random((1, card.channels, side, side), np.float32)
        if side < 100:
            model = network_of(tensors, card, "damaged")
            assert torch.isfinite(model(torch.from_numpy(batch), pad=False)).all()
    except ModelError as error:
        check_line(error, 6)
    if path.suffix == ".onnx":
        try:
            picture = np.random.default_rng(0).integers(0, 255, (5, 6, 3), np.uint8)
            open_upscaler(str(path), 3).upscale(picture)
        except ModelError as error:
            check_line(error, 6)


if __name__ == "__main__":
    try_all(attempt, files())
