"""Weights of others: PyTorch's layouts, safetensors, and what is refused."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import scipy.io
import torch

from srcnn.errors import ModelError
from srcnn.weights.foreign import load, to_safetensors
from srcnn.weights.graph import to_onnx

from .reference import Tensors, card_of, random_tensors

TENSORS = random_tensors((9, 5, 5), (6, 4))
STAGES = {"conv1": "features.0", "conv2": "map.0", "conv3": "reconstruction"}

State = dict[str, torch.Tensor]


def state_of(tensors: Tensors, rename: Callable[[str], str] = str) -> State:
    return {rename(name): torch.from_numpy(tensor) for name, tensor in tensors.items()}


def staged(name: str) -> str:
    layer, part = name.split(".")
    return f"{STAGES[layer]}.{part}"


def assert_same(loaded: Tensors) -> None:
    assert set(loaded) == set(TENSORS)
    for name, tensor in TENSORS.items():
        assert loaded[name].dtype == np.float32
        np.testing.assert_array_equal(loaded[name], tensor)


@pytest.mark.parametrize(
    "content",
    [
        state_of(TENSORS),
        state_of(TENSORS, staged),
        state_of(TENSORS, lambda name: f"module.{name}"),
        state_of(TENSORS, lambda name: f"module.net.{staged(name)}"),
        {"state_dict": state_of(TENSORS), "epoch": 3, "best": 32.5},
        {  # mmediting and mmagic
            "meta": {"iter": 1000},
            "state_dict": state_of(TENSORS, lambda name: f"generator.{name}")
            | {"step_counter": torch.zeros(1)},
        },
        {"model_state_dict": state_of(TENSORS, lambda name: f"module.{staged(name)}")},
        {"model": state_of(TENSORS), "args": {"lr": 0.1}},
    ],
    ids=[
        "conv",
        "stages",
        "module",
        "module stages",
        "state_dict",
        "mmagic",
        "model_state_dict",
        "model",
    ],
)
def test_known_layouts_of_pytorch(tmp_path: Path, content: dict[str, Any]) -> None:
    """Each way of saving the same network gives the same tensors, and a card made from them."""
    path = tmp_path / "someone.pth"
    torch.save(content, path)
    tensors, card = load(path, 4)
    assert_same(tensors)
    assert (card.name, card.scale, card.f, card.n) == ("someone", 4, (9, 5, 5), (6, 4))
    assert card.color == "Y"


@pytest.mark.parametrize("legacy", [True, False])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_other_depths_become_float32(tmp_path: Path, dtype: torch.dtype, legacy: bool) -> None:
    state = {name: tensor.to(dtype) for name, tensor in state_of(TENSORS).items()}
    torch.save(state, tmp_path / "a.pth", _use_new_zipfile_serialization=not legacy)
    tensors, _ = load(tmp_path / "a.pth", 3)
    for name, tensor in state.items():
        assert tensors[name].dtype == np.float32
        np.testing.assert_array_equal(tensors[name], tensor.float().numpy())


@pytest.mark.parametrize("rename", [str, staged, lambda name: f"module.{name}"])
def test_safetensors(tmp_path: Path, rename: Callable[[str], str]) -> None:
    path = tmp_path / "a.safetensors"
    safetensors.numpy.save_file({rename(name): value for name, value in TENSORS.items()}, path)
    tensors, card = load(path, 2)
    assert_same(tensors)
    assert (card.scale, card.f) == (2, (9, 5, 5))


def test_safetensors_with_a_card(tmp_path: Path) -> None:
    """The card in the metadata is believed, and has to fit; other metadata is nothing to us."""
    path = tmp_path / "a.safetensors"
    card = card_of((9, 5, 5), (6, 4), scale=3)
    path.write_bytes(to_safetensors(TENSORS, card))
    tensors, again = load(path, 2)
    assert_same(tensors)
    assert again == card
    path.write_bytes(to_safetensors(TENSORS, card_of((9, 1, 5), (6, 4))))
    with pytest.raises(ModelError, match="has a card that does not fit its weights"):
        load(path, 3)
    safetensors.numpy.save_file(TENSORS, path, {"srcnn.card": "no card"})
    with pytest.raises(ModelError, match="has a damaged card"):
        load(path, 3)
    safetensors.numpy.save_file(TENSORS, path, {"format": "pt"})
    assert load(path, 2)[1].scale == 2


def test_our_own_file_keeps_its_card(tmp_path: Path) -> None:
    card = card_of((9, 5, 5), (6, 4), scale=3)
    (tmp_path / "a.onnx").write_bytes(to_onnx(TENSORS, card))
    tensors, again = load(tmp_path / "a.onnx", 4)
    assert_same(tensors)
    assert again == card


def test_colour_is_seen_from_the_channels(tmp_path: Path) -> None:
    torch.save(state_of(random_tensors((5, 3), (4,), channels=3)), tmp_path / "a.pth")
    assert load(tmp_path / "a.pth", 3)[1].color == "RGB"


class Harmful:
    """A pickle of this makes a file when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("how", ["torch", "pickle"])
def test_a_pickle_that_runs_code_is_not_opened(tmp_path: Path, how: str, protocol: int) -> None:
    """Refused without a warning beside the error, and what it would do is not done."""
    trap = tmp_path / "trap"
    content = {"conv1.weight": Harmful(trap)}
    path = tmp_path / "a.pth"
    if how == "torch":
        torch.save(content, path, pickle_protocol=protocol)
    else:
        path.write_bytes(pickle.dumps(content, protocol))
    with pytest.raises(ModelError, match="not a PyTorch file of tensors only") as caught:
        load(path, 3)
    assert caught.value.exit_code == 6
    assert not trap.exists()
    pickle.loads(pickle.dumps(Harmful(trap)))
    assert trap.exists(), "the trap of this test does not work"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # there are such files all the same
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not a PyTorch file, or is damaged$"),
        (b"PK\3\4" + bytes(60), "is not a PyTorch file, or is damaged$"),
        (
            None,
            r"is a TorchScript program, not a state dict; save its state_dict\(\) with torch.save$",
        ),
    ],
)
def test_no_state_dicts_at_all(tmp_path: Path, data: bytes | None, message: str) -> None:
    """In our words: torch's advise to open the file unsafely."""
    path = tmp_path / "a.pth"
    if data is None:
        torch.jit.script(torch.nn.Conv2d(1, 1, 1)).save(str(path))  # type: ignore[no-untyped-call]
    else:
        path.write_bytes(data)
    with pytest.raises(ModelError, match=message):
        load(path, 3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1, 2, 3], "is not a state dict"),
        ({"conv1.weight": [1.0]}, "'conv1.weight' is not a tensor"),
        ({"body.0.weight": torch.zeros(3)}, "the key 'body.0.weight' belongs to no known layout"),
        (state_of(TENSORS) | {"x.conv1.bias": torch.zeros(6)}, "several layers of one name"),
        (state_of(TENSORS) | {"conv2.bias": torch.full((4,), np.nan)}, "conv2.bias contains NaN"),
        ({"conv1.weight": torch.zeros(4, 1, 3, 3)}, "not a sequence of convolutions"),
    ],
)
def test_state_dicts_of_something_else(tmp_path: Path, content: Any, message: str) -> None:
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(ModelError) as caught:
        load(tmp_path / "a.pth", 3)
    assert message in str(caught.value)


def write(path: Path) -> None:
    """A good file of the kind that the name asks for."""
    if path.suffix == ".pth":
        torch.save(state_of(TENSORS), path)
    elif path.suffix == ".safetensors":
        safetensors.numpy.save_file(TENSORS, path)
    elif path.suffix == ".onnx":
        path.write_bytes(to_onnx(TENSORS, card_of((9, 5, 5), (6, 4))))
    else:
        scipy.io.savemat(path, {"weights_conv1": np.ones((81, 6)), "biases_conv1": np.ones((6, 1))})


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.97])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors", ".onnx", ".mat"])
def test_truncated_files(tmp_path: Path, suffix: str, part: float) -> None:
    path = tmp_path / f"a{suffix}"
    write(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(ModelError) as caught:
        load(path, 3)
    assert caught.value.exit_code == 6
    assert len(str(caught.value)) < 200
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("suffix", [".pth", ".safetensors", ".onnx", ".mat", ".txt", ""])
def test_a_text_is_no_weights_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text("These are not weights.\n" * 20)
    with pytest.raises(ModelError, match=r"is not (a|an) .*(file|kind)"):
        load(path, 3)


def test_names_that_ports_give_their_files(tmp_path: Path) -> None:
    """.pth, .pt and .pth.tar are all what `torch.save` writes."""
    for name in ("a.pth", "b.pt", "c_x3-T91-5b7a7a84.pth.tar"):
        torch.save({"state_dict": state_of(TENSORS), "best": np.float64(32.5)}, tmp_path / name)
        assert_same(load(tmp_path / name, 3)[0])


def test_the_average_of_mmagic_and_what_is_no_layer(tmp_path: Path) -> None:
    other = {name: torch.zeros_like(tensor) for name, tensor in state_of(TENSORS).items()}
    state = {f"module.generator.{name}": tensor for name, tensor in other.items()}
    beside = {"module.step_counter": torch.zeros(1), "data_preprocessor.mean": torch.zeros(3)}
    torch.save(state_of(TENSORS, lambda name: f"generator_ema.{name}") | beside, tmp_path / "a.pth")
    assert_same(load(tmp_path / "a.pth", 3)[0])
    both = {f"generator_ema.{name}": tensor for name, tensor in state_of(TENSORS).items()}
    torch.save(state | both | beside, tmp_path / "b.pth")
    assert_same(load(tmp_path / "b.pth", 3)[0])


def _itself() -> dict[str, Any]:
    state: dict[str, Any] = {}
    state["state_dict"] = state
    return state


def _nested() -> torch.Tensor:
    with warnings.catch_warnings(action="ignore"):  # torch may yet change them
        return torch.nested.nested_tensor([torch.zeros(4, 1, 9, 9)])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (_itself(), "no known layout"),
        ({"conv1.weight": torch.zeros(1).expand(64, 1, 9001, 9001)}, "too large for an SRCNN"),
        ({"conv1.weight": torch.zeros(4, 1, 9, 9).to_sparse()}, "not a plain tensor"),
        ({"conv1.weight": torch.zeros(4, 1, 9, 9, device="meta")}, "not a plain tensor"),
        ({"conv1.weight": torch.zeros(4, 1, 9, 9, dtype=torch.complex64)}, "complex64"),
        ({"conv1.weight": _nested()}, "not a plain tensor"),
    ],
    ids=["holds itself", "repeated", "sparse", "meta", "complex", "nested"],
)
@pytest.mark.timeout(60)
def test_tensors_that_are_none(tmp_path: Path, content: Any, why: str) -> None:
    """A few bytes that would take memory or time without end, and tensors that no layer can have."""
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(ModelError, match=why):
        load(tmp_path / "a.pth", 3)
