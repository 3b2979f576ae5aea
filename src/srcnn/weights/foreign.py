"""Any weights file to named tensors: ours, the authors' .mat, PyTorch's .pth, safetensors.

Needs the extra ``train``.
"""

from __future__ import annotations

import pickle
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
import scipy.io
import torch
from numpy.typing import NDArray

from srcnn.errors import ModelError
from srcnn.weights.card import Card
from srcnn.weights.graph import from_onnx, shape_of

Tensors = dict[str, NDArray[np.float32]]


def load(path: Path, scale: int) -> tuple[Tensors, Card]:
    """Tensors and card of any weights file. A file without a card gets one that states ``scale``."""
    source = str(path)
    if path.suffix == ".onnx":
        return from_onnx(path.read_bytes(), source)
    readers = {".mat": _read_mat, ".pth": _read_pth, ".safetensors": _read_safetensors}
    if path.suffix not in readers:
        known = ", ".join([".onnx", *readers])
        raise ModelError(source, "is no weights file of a known kind", f"known are {known}")
    tensors = readers[path.suffix](path)
    f, n, channels = shape_of(tensors, source)
    return tensors, Card(path.stem, scale, f, n, color="Y" if channels == 1 else "RGB")


def _read_mat(path: Path) -> Tensors:
    """The layout of the authors' MATLAB demo code (SRCNN.m).

    ``weights_conv1`` is f1^2 x n1; ``weights_convK`` is n(K-1) x fK^2 x nK, the last n x f^2. A column
    of f^2 numbers is a filter in MATLAB's column-major order.
    """
    try:
        arrays = scipy.io.loadmat(path)
    except Exception as error:  # scipy raises what the broken bytes led to
        raise ModelError(path, f"is no MATLAB file ({error})") from None
    depth = sum(name.startswith("weights_conv") for name in arrays)
    tensors: Tensors = {}
    for k in range(1, depth + 1):
        try:
            weight = np.asarray(arrays[f"weights_conv{k}"], np.float64)
            bias = np.asarray(arrays[f"biases_conv{k}"], np.float64)
        except (KeyError, ValueError, TypeError):
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
            raise ModelError(path, f"weights_conv{k} has {area} taps, no square")
        # Column-major: the fast index runs down the rows of the filter.
        filters = weight.reshape(inputs, side, side, outputs).transpose(3, 0, 2, 1)
        tensors[f"conv{k}.weight"] = np.ascontiguousarray(filters, np.float32)
        tensors[f"conv{k}.bias"] = bias.ravel().astype(np.float32)
    return tensors


_LAYOUTS = (
    r"conv(?P<k>\d+)\.(?P<part>weight|bias)",
    r"(?P<stage>features|map|reconstruction)(\.\d+)?\.(?P<part>weight|bias)",
)
_STAGES = {"features": 1, "map": 2, "reconstruction": 3}
_WRAPPERS = ("state_dict", "model_state_dict", "model", "params_ema", "params", "net")


def _read_pth(path: Path) -> Tensors:
    """A PyTorch state dict with keys ``convK.*`` or ``features.0.*, map.0.*, reconstruction.*``.

    A checkpoint that wraps the state dict, and prefixes such as ``module.``, are seen through.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of a strange pickle before it refuses it
            state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        why = "is no PyTorch file, or holds more than tensors, and is not opened"
        raise ModelError(path, why) from None
    except Exception as error:  # torch raises what the broken bytes led to
        raise ModelError(path, f"is no PyTorch file ({error})") from None
    while isinstance(state, Mapping) and not any(
        isinstance(v, torch.Tensor) for v in state.values()
    ):
        inner = [state[key] for key in _WRAPPERS if isinstance(state.get(key), Mapping)]
        if not inner:
            break
        state = inner[0]
    return _named(state, path)


def _read_safetensors(path: Path) -> Tensors:
    """The same keys as in a .pth."""
    try:
        state = safetensors.torch.load(path.read_bytes())
    except Exception as error:  # safetensors raises what the broken bytes led to
        raise ModelError(path, f"is no safetensors file ({error})") from None
    return _named(state, path)


def _named(state: Any, path: Path) -> Tensors:
    if not isinstance(state, Mapping):
        raise ModelError(path, "is no state dict")
    tensors = {
        _known_name(str(key), path): _numpy(key, value, path) for key, value in state.items()
    }
    if len(tensors) != len(state):
        raise ModelError(path, "names a layer twice")
    return tensors


def _known_name(key: str, path: Path) -> str:
    for layout in _LAYOUTS:
        match = re.fullmatch(r"(\w+\.)*?" + layout, key)
        if match:
            groups = match.groupdict()
            k = groups.get("k") or _STAGES[groups["stage"]]
            return f"conv{k}.{groups['part']}"
    raise ModelError(path, f"the key '{key}' is of no known layout of SRCNN")


def _numpy(key: object, value: Any, path: Path) -> NDArray[np.float32]:
    if not isinstance(value, torch.Tensor):
        raise ModelError(path, f"'{key}' is no tensor")
    return value.detach().to(torch.float32).numpy()
