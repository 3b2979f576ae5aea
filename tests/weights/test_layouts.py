"""State dicts of ports that name their layers otherwise: by numbers, or by what the layers are for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn

from srcnn.errors import ModelError
from srcnn.weights.foreign import load

from .reference import Tensors, random_tensors

SEQUENTIAL = ("0", "2", "4")
TENSORS = random_tensors((9, 5, 5), (6, 4))


def state_of(tensors: Tensors, layers: Sequence[str], prefix: str = "") -> dict[str, torch.Tensor]:
    """The same tensors with other names for conv1, conv2, ..."""
    state = {}
    for name, tensor in tensors.items():
        layer, part = name.split(".")
        number = int(layer.removeprefix("conv"))
        state[f"{prefix}{layers[number - 1]}.{part}"] = torch.from_numpy(tensor)
    return state


def write(path: Path, state: dict[str, torch.Tensor]) -> Path:
    if path.suffix == ".pth":
        torch.save(state, path)
    else:
        safetensors.torch.save_file(state, path)
    return path


def assert_same(loaded: Tensors, expected: Tensors) -> None:
    assert set(loaded) == set(expected)
    for name, tensor in expected.items():
        np.testing.assert_array_equal(loaded[name], tensor)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize(
    ("layers", "prefix"),
    [
        *((SEQUENTIAL, prefix) for prefix in ("", "net.", "model.", "features.", "module.body.")),
        (("layers.0.conv", "layers.1.conv", "layers.2.conv"), ""),
        (("conv1.0", "conv2.0", "conv3.0"), "module."),
        (("conv0", "conv1", "conv2"), ""),
        (("conv0", "conv1", "conv2"), "module."),
        (("conv9", "conv10", "conv11"), ""),
        (("conv01", "conv02", "conv03"), ""),
        (("patch_extraction", "nonlinear_map", "recon"), ""),
        (("patch_extraction", "nonlinear_mapping", "reconstruction"), "model."),
        (("patch_extraction.0", "non_linear_mapping.0", "reconstruction"), "module."),
        (("z", "a", "m"), "net."),
    ],
)
def test_every_name_gives_the_same_network(
    tmp_path: Path, suffix: str, layers: Sequence[str], prefix: str
) -> None:
    """Whatever the order in the file, which safetensors sorts by name."""
    state = state_of(TENSORS, layers, prefix)
    for k, keys in enumerate((list(state), sorted(state), sorted(state, reverse=True))):
        path = write(tmp_path / f"{k}{suffix}", {key: state[key] for key in keys})
        tensors, card = load(path, 3)
        assert_same(tensors, TENSORS)
        assert (card.f, card.n) == ((9, 5, 5), (6, 4))


@pytest.mark.parametrize("layers", [SEQUENTIAL, ("conv1", "conv2", "conv3"), ("z", "a", "m")])
def test_layers_without_biases_have_zeros(tmp_path: Path, layers: Sequence[str]) -> None:
    """All of them, or one."""
    state = state_of(TENSORS, layers)
    keys = [f"{layer}.bias" for layer in layers]
    for gone in (keys, keys[1:2]):
        left = {key: tensor for key, tensor in state.items() if key not in gone}
        zeros = {f"conv{keys.index(key) + 1}.bias" for key in gone}
        expected = {
            name: np.zeros_like(tensor) if name in zeros else tensor
            for name, tensor in TENSORS.items()
        }
        assert_same(load(write(tmp_path / "a.safetensors", left), 3)[0], expected)


def test_in_a_wrapper(tmp_path: Path) -> None:
    torch.save({"model": state_of(TENSORS, SEQUENTIAL), "epoch": 3}, tmp_path / "a.pth")
    assert_same(load(tmp_path / "a.pth", 3)[0], TENSORS)


def test_colour_and_hidden_layers_as_wide_as_each_other(tmp_path: Path) -> None:
    wide = random_tensors((9, 3, 5), (6, 6), channels=3)
    path = write(tmp_path / "a.pth", state_of(wide, ("tail", "body", "head")))
    tensors, card = load(path, 3)
    assert_same(tensors, wide)
    assert card.color == "RGB"


def test_a_deep_sequential_of_torch(tmp_path: Path) -> None:
    """Layer 10 comes after layer 2, and layers of one width are told apart by nothing else."""
    widths = (1, *[5] * 7, 1)
    layers = [nn.Conv2d(inputs, outputs, 3) for inputs, outputs in pairwise(widths)]
    network = nn.Sequential(*(part for layer in layers for part in (layer, nn.ReLU())))
    path = write(tmp_path / "a.safetensors", network.state_dict())
    tensors, card = load(path, 3)
    assert len(card.f) == 8
    for k, layer in enumerate(layers, 1):
        for part, tensor in layer.state_dict().items():
            np.testing.assert_array_equal(tensors[f"conv{k}.{part}"], tensor)


def _layer(outputs: int, inputs: int) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.zeros(outputs, inputs, 3, 3), torch.zeros(outputs)


def _stack(**layers: tuple[int, int]) -> dict[str, Any]:
    state = {}
    for name, sizes in layers.items():
        state[f"{name}.weight"], state[f"{name}.bias"] = _layer(*sizes)
    return state


@pytest.mark.parametrize(
    ("state", "why"),
    [
        # Two orders fit, and no number tells which it is.
        (
            _stack(a=(4, 1), b=(4, 4), c=(4, 4), d=(1, 4)),
            "does not show the order of its layers (a, b, c",
        ),
        (_stack(a=(4, 1), b=(5, 3), c=(1, 5)), "does not show the order of its layers"),
        (_stack(a=(4, 1), b=(9, 4)), "does not show the order of its layers"),  # ESPCN at x3
        (_stack(a=(4, 1), b=(1, 4), c1=(1, 1), d=(1, 1)), "does not show the order of its layers"),
        (
            _stack(**{f"l{'x' * k}": (4, 4) for k in range(60)}),
            "does not show the order of its layers",
        ),
        (
            _stack(**{"0": (4, 1), "2": (5, 3), "4": (1, 5)}),
            "conv2 does not match the channels of conv1",
        ),
        (_stack(**{"0": (4, 1), "2": (9, 4)}), "converts 1 to 9 channels"),
        (_stack(**{"0": (1, 1)}), "is not a sequence of convolutions"),
        (
            _stack(**{"0": (4, 1), "2": (1, 4)}) | {"1.weight": torch.ones(4)},
            "the key '1.weight' belongs to no known layout",
        ),
        (
            _stack(**{"0": (4, 1), "2": (1, 4)}) | {"2.scale": torch.ones(4)},
            "the key '2.scale' belongs to no known layout",
        ),
        (_stack(conv1=(4, 1), conv3=(1, 5)), "conv2 does not match the channels of conv1"),
        ({"0.weight": torch.zeros(2**40, 0, 3, 3)}, "is not a sequence of convolutions"),
        ({"0.bias": torch.zeros(4)}, "the key '0.bias' belongs to no known layout"),
        ({"0.weight": "a text", "0.bias": torch.zeros(4)}, "no known layout"),
        (_stack(**{"9" * 5000: (4, 1), "0": (1, 4)}), "converts 4 to 4 channels"),
    ],
)
def test_what_is_no_srcnn_is_refused(tmp_path: Path, state: dict[str, Any], why: str) -> None:
    torch.save(state, tmp_path / "a.pth")
    with pytest.raises(ModelError) as caught:
        load(tmp_path / "a.pth", 3)
    assert why in str(caught.value)
    assert caught.value.exit_code == 6
    assert len(str(caught.value)) < 200
