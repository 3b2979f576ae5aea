"""The one place that turns a missing extra into the command that installs it."""

from __future__ import annotations

from importlib.util import find_spec

from srcnn.errors import MissingExtra

# Those of pyproject.toml by the names that are imported.
_MODULES = {
    "ncnn": ("ncnn",),
    "openvino": ("openvino",),
    "spandrel": ("spandrel",),
    "train": (
        *("torch", "filelock", "lightning_fabric", "matplotlib", "onnx", "pooch", "pydantic"),
        *("pyrtools", "safetensors", "scipy", "sklearn", "tensorboardX", "yaml"),
    ),
}


def need(extra: str, purpose: str) -> None:
    """Raise `MissingExtra` unless every package of ``extra`` is there; nothing is imported."""
    missing = [name for name in _MODULES[extra] if find_spec(name) is None]
    if missing:
        raise MissingExtra(
            purpose, f"needs {', '.join(missing)}", f"run: pip install 'srcnn[{extra}]'"
        )
