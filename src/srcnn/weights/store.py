"""Find weights files: shipped ones by name, others by path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from srcnn.errors import ModelError, choices

FILES = Path(__file__).parent / "files"
DEFAULTS = ("fast", "srcnn-955", "srcnn-935", "srcnn-915")
"""Candidates for the default network; the first that is shipped for a scale is used."""

AUTO = "auto"
"""Name that lets the program choose, for each image, the default network or its `PHOTO`."""
PHOTO = "@photo"
"""Added to a network's name: the training of it for images with blur, noise and compression."""

PYTORCH = (".pth", ".pt", ".pth.tar")
"""Suffixes of files written by `torch.save`."""
SUFFIXES = (".onnx", ".safetensors", ".mat", *PYTORCH)
"""Suffixes of the weights files that can be opened."""

SCALES = (2, 3, 4)
"""The scales that networks are trained for."""

_LARGEST = 2**28
"""Largest size of a weights file in bytes, a thousand times the paper's largest network."""
_SHIPPED = re.compile(r"(?P<name>.+)-x(?P<scale>\d+)\.onnx")


def shipped() -> dict[tuple[str, int], Path]:
    """Return every shipped weights file by (name, scale); a name may contain ``@tag``."""
    found = {}
    for path in sorted(FILES.glob("*.onnx")):
        match = _SHIPPED.fullmatch(path.name)
        if match:
            found[match["name"], int(match["scale"])] = path
    return found


def default(*scales: int) -> str:
    """Return the name of the default network that is shipped for all ``scales``.

    Raises:
        ModelError: No network is shipped for all of them.
    """
    files = shipped()
    for name in DEFAULTS:
        if all((name, scale) in files for scale in scales):
            return name
    wanted = ", ".join(f"x{scale}" for scale in scales)
    raise ModelError(f"network for {wanted}", "none is shipped", "choose one with -m")


def photo_of(name: str) -> str | None:
    """Return the name of a network's training for photos, or None if it is not shipped."""
    photo = name + PHOTO
    return photo if any(known == photo for known, _ in shipped()) else None


def find(model: str, scale: int, others: Sequence[str] = ()) -> Path:
    """Return the file of a shipped name or a path.

    Args:
        model: Name of a shipped model, or a weights file.
        scale: Scale of the network.
        others: More valid names, for the error message.

    Raises:
        ModelError: The file does not exist, or no such model is shipped for ``scale``.
    """
    if is_file_name(model):
        path = Path(model)
        if not path.is_file():
            raise ModelError(model, "no such weights file")
        return path
    if model == AUTO:
        raise ModelError("model 'auto'", "chooses for each picture", "name one, such as fast")
    files = shipped()
    if (model, scale) in files:
        return files[model, scale]
    scales = sorted(s for name, s in files if name == model)
    if scales:
        known = ", ".join(f"x{s}" for s in scales)
        raise ModelError(f"model '{model}'", f"is not shipped for x{scale}", f"use {known}")
    raise _unknown(model, others)


def scales_of(model: str, others: Sequence[str] = ()) -> tuple[int, ...]:
    """Return the scales for which a model is shipped, in ascending order.

    Args:
        model: Name of a shipped model.
        others: More valid names, for the error message.

    Raises:
        ModelError: No model has this name.
    """
    scales = tuple(sorted(scale for name, scale in shipped() if name == model))
    if not scales:
        raise _unknown(model, others)
    return scales


def _unknown(model: str, others: Sequence[str]) -> ModelError:
    names = list(dict.fromkeys((*(name for name, _ in shipped()), *others)))
    # Other trainings of a network would make the line too long; `srcnn models` lists them.
    plain = [name for name in names if "@" not in name]
    every = f"use {', '.join(plain)}, or a weights file"
    return ModelError(f"model '{model}'", "is unknown", choices(model, names, every))


def is_file_name(model: str) -> bool:
    """Return whether a model is given as a file rather than by name."""
    return "/" in model or "\\" in model or model.endswith(SUFFIXES)


def read_bytes(path: Path) -> bytes:
    """Return the contents of a weights file.

    Raises:
        ModelError: The file cannot be read, or is far too large for a weights file.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ModelError(path, f"has more than {_LARGEST} bytes, too large for an SRCNN")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(path, f"cannot be read ({error.strerror})") from None
