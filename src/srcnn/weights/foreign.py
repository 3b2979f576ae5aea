"""Read any weights file into named tensors, and write safetensors.

Reads srcnn's own files, the authors' ``.mat``, PyTorch's ``.pth`` and safetensors. Needs the
extra ``train``.
"""

from __future__ import annotations

import io
import json
import pickle
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch
from numpy.typing import NDArray

from srcnn.errors import ModelError
from srcnn.weights.architectures.architecture import MOST
from srcnn.weights.architectures.table import card_for, check_fit
from srcnn.weights.binary import dtype_of
from srcnn.weights.card import METADATA_KEY, Card, card_from_json
from srcnn.weights.layouts import UnknownLayout, names_of
from srcnn.weights.matlab import read_arrays
from srcnn.weights.onnx_file import from_onnx
from srcnn.weights.skip import with_skip
from srcnn.weights.store import PYTORCH, SUFFIXES, find, read_bytes

Tensors = dict[str, NDArray[Any]]


def open_weights(model: str, scale: int) -> tuple[Tensors, Card]:
    """Return tensors and card of a shipped model or a weights file.

    Args:
        model: Name of a shipped model, or a weights file.
        scale: Scale that the weights have to be for.

    Raises:
        ModelError: The model is unknown, cannot be read, or is for another scale.
    """
    tensors, card = load(find(model, scale), scale)
    card.check_scale(scale, model)
    return tensors, card


def load(path: Path, scale: int) -> tuple[Tensors, Card]:
    """Return the tensors and the card of any weights file.

    A file without a card gets a new one with ``scale``. Unless ``scale`` is 0, such a file also
    gets the skip connection that its network may lack (`srcnn.weights.skip`).

    Args:
        path: The weights file.
        scale: Scale for the new card; 0 if it is unknown.

    Raises:
        ModelError: The file cannot be read as the weights of a network.
    """
    source = str(path)
    if path.suffix == ".onnx":
        return from_onnx(read_bytes(path), source)
    if path.suffix == ".safetensors":
        tensors, card = from_safetensors(read_bytes(path), source)
        if card is not None:
            return tensors, card
    elif path.suffix == ".mat":
        tensors = _read_mat(path)
    elif source.endswith(PYTORCH):
        tensors = _named(read_state(path), path)
    else:
        known = ", ".join(SUFFIXES)
        raise ModelError(source, "is not a known kind of weights file", f"known are {known}")
    card = card_for(path.stem, scale, tensors, source)
    if scale and card.weights == "fp32":
        tensors = with_skip(tensors, scale, source)
        card = card_for(path.stem, scale, tensors, source)
    return tensors, card


def _read_mat(path: Path) -> Tensors:
    """Read the layout of the authors' MATLAB demo code (SRCNN.m).

    ``weights_conv1`` is (f1^2, n1); ``weights_convK`` is (n(K-1), fK^2, nK), the last one (n, f^2).
    A column of f^2 numbers is a filter in MATLAB's column-major order.

    Raises:
        ModelError: The file cannot be read, or its arrays have other shapes.
    """
    try:
        arrays = read_arrays(read_bytes(path))
    except ValueError as error:
        raise ModelError(path, f"is not a readable MATLAB file ({error})") from None
    depth = sum(name.startswith("weights_conv") for name in arrays)
    tensors: Tensors = {}
    for k in range(1, depth + 1):
        try:
            weight, bias = arrays[f"weights_conv{k}"], arrays[f"biases_conv{k}"]
        except KeyError:
            raise ModelError(path, f"lacks numeric weights_conv{k} or biases_conv{k}") from None
        if k == 1 and weight.ndim == 2:
            weight = weight[None]
        elif weight.ndim == 2:
            weight = weight[..., None]
        if weight.ndim != 3:
            raise ModelError(path, f"weights_conv{k} has {weight.ndim} dimensions")
        inputs, area, outputs = weight.shape
        side = round(area**0.5)
        if side * side != area:
            raise ModelError(path, f"weights_conv{k} has {area} taps, which is not a square")
        # In column-major order the fast index runs down the rows of the filter.
        filters = weight.reshape(inputs, side, side, outputs).transpose(3, 0, 2, 1)
        with np.errstate(over="ignore"):  # `check_finite` reports infinities later
            tensors[f"conv{k}.weight"] = np.ascontiguousarray(filters, np.float32)
            tensors[f"conv{k}.bias"] = bias.ravel().astype(np.float32)
    return tensors


_NO_LAYER = r"(\w+\.)*(step_counter|data_preprocessor\.\w+)"
"""Keys that mmediting and mmagic store beside the layers, which they call ``generator.convK``."""
_AVERAGE = "generator_ema."
"""Prefix of their moving average, which they evaluate with if it exists."""
_WRAPPERS = ("state_dict", "model_state_dict", "model", "params_ema", "params", "net")
"""Keys under which checkpoints nest their state dict, in order of preference."""
_SCALARS: list[Any] = [
    *(
        (np.float64(0).__reduce__()[0], f"numpy.{core}.multiarray.scalar")
        for core in ("core", "_core")
    ),
    np.dtype,
    *(type(np.dtype(kind)) for kind in (np.float64, np.float32, np.int64)),
]
"""Types needed to unpickle a numpy scalar, such as the best PSNR stored in a checkpoint."""
_DEEPEST = 4
"""Largest number of nested wrappers to unwrap; a limit, because a mapping may contain itself."""


def read_state(path: Path) -> Any:
    """Read a file of `torch.save` or safetensors without executing anything in it.

    Known wrappers around a state dict (such as ``params_ema``) are removed. The result usually maps
    keys to tensors, but this is not checked.

    Raises:
        ModelError: The file cannot be read, or contains more than tensors and numbers.
    """
    data = read_bytes(path)
    if path.suffix == ".safetensors":
        return _read_safetensors(data, str(path))[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns about a pickle before rejecting it
            with torch.serialization.safe_globals(_SCALARS):
                state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        why = "is not a PyTorch file of tensors only, so it is not opened"
        raise ModelError(path, why) from None
    except Exception as error:  # damaged bytes make torch raise almost any exception
        if "TorchScript" in str(error):
            fix = "save its state_dict() with torch.save"
            raise ModelError(path, "is a TorchScript program, not a state dict", fix) from None
        raise ModelError(path, "is not a PyTorch file, or is damaged") from None
    for _ in range(_DEEPEST):
        if not isinstance(state, Mapping) or any(
            isinstance(value, torch.Tensor) for value in state.values()
        ):
            break
        inner = [state[key] for key in _WRAPPERS if isinstance(state.get(key), Mapping)]
        if not inner:
            break
        state = inner[0]
    return state


def read_metadata(path: Path) -> dict[str, str]:
    """Return the metadata of a safetensors file; empty for any other file.

    Raises:
        ModelError: The file cannot be read.
    """
    if path.suffix != ".safetensors":
        return {}
    return _read_safetensors(read_bytes(path), str(path))[1]


def to_safetensors(tensors: Mapping[str, NDArray[np.number]], card: Card) -> bytes:
    """Return the bytes of a safetensors file with these tensors, and the card as metadata."""
    return safetensors.numpy.save(dict(tensors), {METADATA_KEY: card.to_json()})


def _read_safetensors(data: bytes, source: str) -> tuple[Any, dict[str, str]]:
    """Return the tensors of a safetensors file by key, and its metadata.

    Raises:
        ModelError: The file is not valid.
    """
    try:
        state = safetensors.torch.load(data)
        # The header is JSON and follows the 8 bytes of its length; `load` has validated it.
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    except Exception as error:  # damaged bytes make safetensors raise almost any exception
        raise ModelError(source, f"is not a readable safetensors file ({error})") from None
    return state, header.get("__metadata__", {})


def from_safetensors(data: bytes, source: str) -> tuple[Tensors, Card | None]:
    """Return the tensors of a safetensors file by layer name, and its card if it has one.

    Args:
        data: Contents of the file.
        source: Name of the file, for error messages.

    Raises:
        ModelError: The file is not valid, or is not the weights of a known network.
    """
    state, metadata = _read_safetensors(data, source)
    text = metadata.get(METADATA_KEY)
    if text is None:
        return _named(state, source), None
    card = card_from_json(text, source)
    tensors = _arrays(state, {key: key for key in state}, source)
    check_fit(tensors, card, source)
    return tensors, card


def _named(state: Any, path: Path | str) -> Tensors:
    if not isinstance(state, Mapping):
        raise ModelError(path, "is not a state dict")
    layers = {key: value for key, value in state.items() if not re.fullmatch(_NO_LAYER, str(key))}
    averages = {key: value for key, value in layers.items() if str(key).startswith(_AVERAGE)}
    layers = averages or layers
    names = names_of({str(key): _shape(value) for key, value in layers.items()}, str(path))
    tensors = _arrays(layers, names, path)
    if len(tensors) != len(layers):
        raise UnknownLayout(
            path, "has several layers of one name, so it is not a sequence of convolutions"
        )
    return _zero_biases(tensors) | tensors


def _arrays(layers: Mapping[Any, Any], names: Mapping[str, str], path: Path | str) -> Tensors:
    """Return the tensors of a state dict as numpy arrays under their new ``names``.

    Raises:
        ModelError: A value is not a plain tensor, or there are too many numbers.
    """
    # Count numbers, not bytes of the file: an expanded tensor can be huge with few bytes.
    numbers = sum(value.numel() for value in layers.values() if isinstance(value, torch.Tensor))
    if numbers > MOST:
        raise ModelError(path, f"has {numbers} numbers, which is too large for an SRCNN")
    return {
        names[str(key)]: _numpy(names[str(key)], key, value, path) for key, value in layers.items()
    }


def _zero_biases(tensors: Tensors) -> Tensors:
    """Return zero biases for all (n, c, f, f) weights; a layer may lack its own."""
    return {
        name.replace(".weight", ".bias"): np.zeros(len(weight), np.float32)
        for name, weight in tensors.items()
        if name.endswith(".weight") and weight.ndim == 4 and weight.size
    }


def _shape(value: object) -> tuple[int, ...]:
    # Nested tensors have no shape.
    return tuple(value.shape) if isinstance(value, torch.Tensor) and not value.is_nested else ()


def _numpy(name: str, key: object, value: Any, path: Path | str) -> NDArray[np.number]:
    if not isinstance(value, torch.Tensor):
        raise ModelError(path, f"'{key}' is not a tensor")
    if (
        value.layout != torch.strided
        or value.device.type != "cpu"
        or value.is_quantized
        or value.is_nested
    ):
        raise ModelError(path, f"'{key}' is not a plain tensor of numbers")
    if dtype_of(name) == np.uint8:
        if value.dtype != torch.uint8:
            raise ModelError(path, f"'{key}' must contain uint8")
        return value.numpy()
    if not value.is_floating_point():
        raise ModelError(path, f"'{key}' contains {value.dtype}, not floating-point numbers")
    return value.detach().to(torch.float32).numpy()
