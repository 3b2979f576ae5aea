"""The one place that turns a missing extra into the command that installs it."""

from __future__ import annotations

from importlib.util import find_spec

from srcnn.errors import MissingExtra

# Those of pyproject.toml by the names that are imported; what one extra takes over from another is left out.
_MODULES = {
    "evaluate": ("pooch", "pyrtools", "scipy", "sklearn"),
    "heic": ("pi_heif",),
    "ncnn": ("ncnn",),
    "openvino": ("openvino",),
    "spandrel": ("onnx", "safetensors", "spandrel", "torch"),
    "train": (
        *("torch", "filelock", "lightning_fabric", "matplotlib", "onnx", "pydantic"),
        *("safetensors", "tensorboardX", "yaml"),
    ),
}


def need(extra: str, purpose: str, *modules: str) -> None:
    """Raise `MissingExtra` if a package is not installed; nothing is imported.

    Args:
        extra: The extra that brings it.
        purpose: What needs it.
        modules: What is looked for; none is everything that the extra brings.
    """
    missing = [name for name in modules or _MODULES[extra] if find_spec(name) is None]
    if missing:
        fix = f"run: pip install 'srcnn[{extra}]'"
        if "torch" in missing:
            fix += " (torch for the CPU alone: README)"
        raise MissingExtra(purpose, f"needs {', '.join(missing).replace('_', '-')}", fix)


def has(extra: str) -> bool:
    """Return whether every package of ``extra`` is there; nothing is imported."""
    return all(find_spec(name) is not None for name in _MODULES[extra])
