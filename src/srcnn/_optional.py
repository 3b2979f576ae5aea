"""Turn a missing optional dependency into the command that installs it."""

from __future__ import annotations

from importlib.util import find_spec

from srcnn.errors import MissingExtra

# Import names of each extra's packages in pyproject.toml, without those that an extra gets by
# including another extra.
_MODULES = {
    "evaluate": ("pooch", "pyrtools", "scipy", "sklearn"),
    "heic": ("pi_heif",),
    "ncnn": ("ncnn",),
    "openvino": ("openvino",),
    "ray": ("fsspec", "pyarrow", "ray"),
    "serve": ("granian", "starlette"),
    "spandrel": ("onnx", "safetensors", "spandrel", "torch"),
    "train": (
        *("torch", "filelock", "lightning_fabric", "matplotlib", "onnx", "pydantic"),
        *("safetensors", "tensorboardX", "yaml"),
    ),
}


def need(extra: str, purpose: str, *modules: str) -> None:
    """Check that the packages of an extra are installed, without importing them.

    Args:
        extra: The extra that provides the packages.
        purpose: What needs them, for the error message.
        modules: Import names to look for. Default: all packages of the extra.

    Raises:
        MissingExtra: At least one package is not installed.
    """
    missing = [name for name in modules or _MODULES[extra] if find_spec(name) is None]
    if missing:
        fix = f"run: pip install 'srcnn[{extra}]'"
        if "torch" in missing:
            fix += " (torch for the CPU alone: README)"
        raise MissingExtra(purpose, f"needs {', '.join(missing).replace('_', '-')}", fix)


def has(extra: str) -> bool:
    """Return whether every package of ``extra`` is installed, without importing any."""
    return all(find_spec(name) is not None for name in _MODULES[extra])
