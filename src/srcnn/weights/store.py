"""Where weights files are found: the shipped ones by name, any other by its path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from srcnn.errors import ModelError, choices

FILES = Path(__file__).parent / "files"
DEFAULTS = ("fast", "srcnn-955", "srcnn-935", "srcnn-915")
"""The default network is the first of these that is shipped for a scale."""

PYTORCH = (".pth", ".pt", ".pth.tar")
SUFFIXES = (".onnx", ".safetensors", ".mat", *PYTORCH)
"""Of the weights files that can be opened."""

SCALES = (2, 3, 4)
"""The scales that networks are trained for."""

_LARGEST = 2**28
"""Bytes of a weights file: a thousand times the paper's largest network."""
_SHIPPED = re.compile(r"(?P<name>.+)-x(?P<scale>\d+)\.onnx")


def shipped() -> dict[tuple[str, int], Path]:
    """Every shipped weights file by (name, scale); a name may carry ``@tag``."""
    found = {}
    for path in sorted(FILES.glob("*.onnx")):
        match = _SHIPPED.fullmatch(path.name)
        if match:
            found[match["name"], int(match["scale"])] = path
    return found


def default(*scales: int) -> str:
    """Return the name of the default network, which is shipped for all of these scales."""
    files = shipped()
    for name in DEFAULTS:
        if all((name, scale) in files for scale in scales):
            return name
    wanted = ", ".join(f"x{scale}" for scale in scales)
    raise ModelError(f"a network for {wanted}", "none is shipped", "name one with -m")


def find(model: str, scale: int, others: Sequence[str] = ()) -> Path:
    """The file of a shipped name or of a path; `ModelError` when there is none, which names ``others``, too."""
    if is_file_name(model):
        path = Path(model)
        if not path.is_file():
            raise ModelError(model, "no such weights file")
        return path
    files = shipped()
    if (model, scale) in files:
        return files[model, scale]
    scales = sorted(s for name, s in files if name == model)
    if scales:
        known = ", ".join(f"x{s}" for s in scales)
        raise ModelError(f"model '{model}'", f"is not shipped for x{scale}", f"it is for {known}")
    raise _unknown(model, others)


def scales_of(model: str, others: Sequence[str] = ()) -> tuple[int, ...]:
    """Return the scales that a shipped name has networks for.

    Raises:
        ModelError: There is none of that name; the error also names ``others``.
    """
    scales = tuple(sorted(scale for name, scale in shipped() if name == model))
    if not scales:
        raise _unknown(model, others)
    return scales


def _unknown(model: str, others: Sequence[str]) -> ModelError:
    names = list(dict.fromkeys((*(name for name, _ in shipped()), *others)))
    every = f"use {', '.join(names)}, or a weights file"
    return ModelError(f"model '{model}'", "is unknown", choices(model, names, every))


def is_file_name(model: str) -> bool:
    """Whether a model is given as a file rather than by its name."""
    return "/" in model or "\\" in model or model.endswith(SUFFIXES)


def read_bytes(path: Path) -> bytes:
    """The bytes of a weights file; `ModelError` when it cannot be read, or is far too large for one."""
    try:
        if path.stat().st_size > _LARGEST:
            raise ModelError(path, f"has over {_LARGEST} bytes; no SRCNN is that large")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(path, f"cannot be read ({error.strerror})") from None
