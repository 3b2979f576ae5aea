"""Other people's networks, which spandrel recognizes by their state dict; extra ``spandrel``.

spandrel (MIT) knows about forty published architectures and reads their sizes from the shapes
of the tensors. `srcnn.weights.foreign` reads the files instead of spandrel; it loads only
tensors, so nothing in a file is executed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from types import ModuleType
from typing import Any

import torch

from srcnn._optional import need
from srcnn.errors import MissingExtra, ModelError

MOST = 2**27
"""Largest number of weights of a network; ESRGAN has 2**24."""
_LICENSES = ("license", "licence", "modelspec.license")
"""Metadata keys under which safetensors files state the license of their weights."""
_importing = Lock()


def describe(state: Any, source: str) -> Any:
    """Return a state dict as spandrel's ``ImageModelDescriptor``, on the CPU, in float32.

    Args:
        state: The result of `srcnn.weights.foreign.read_state`.
        source: Name of the file, for error messages.

    Raises:
        MissingExtra: spandrel is not installed.
        ModelError: spandrel does not know the network, or it does not upscale gray or RGB images.
    """
    try:
        need("spandrel", source, "spandrel", "torch")
    except MissingExtra as error:
        why = "is not an SRCNN, and other networks need spandrel"
        raise MissingExtra(source, why, error.fix) from None
    _check_tensors(state, source)
    spandrel = import_spandrel()
    try:
        found = spandrel.ModelLoader().load_from_state_dict(
            spandrel.canonicalize_state_dict(dict(state))
        )
    except spandrel.UnsupportedModelError:
        why = "is neither an SRCNN nor a network that spandrel knows"
        raise ModelError(source, why) from None
    except Exception as error:  # shapes that do not fit can make spandrel raise any exception
        raise ModelError(source, f"cannot be opened by spandrel ({error})") from None
    name = found.architecture.name
    if not isinstance(found, spandrel.ImageModelDescriptor) or found.purpose != "SR":
        raise ModelError(source, f"is not an upscaling network ({name})")
    if found.scale == 1:
        raise ModelError(source, "is for scale 1 and cannot upscale")
    if found.input_channels != found.output_channels or found.input_channels not in (1, 3):
        channels = f"{found.input_channels} to {found.output_channels} channels"
        raise ModelError(source, f"converts {channels}; only gray and RGB networks are supported")
    return found.float().eval()


def license_in(metadata: Mapping[str, str]) -> str:
    """Return the license that a file's metadata states, or that it states none."""
    for key in _LICENSES:
        if key in metadata:
            return " ".join(str(metadata[key]).split())[:100]
    return "not stated in the file"


def _check_tensors(state: object, source: str) -> None:
    """Check that a state dict contains only plain tensors, and not too many numbers.

    Raises:
        ModelError: It does not.
    """
    if not isinstance(state, Mapping):
        raise ModelError(source, "is not a state dict")
    numbers = 0
    for key, value in state.items():
        plain = (
            isinstance(value, torch.Tensor)
            and not value.is_nested
            and not value.is_quantized
            and value.layout == torch.strided
            and value.device.type == "cpu"
        )
        if not plain:
            raise ModelError(source, f"'{key}' is not a plain tensor of numbers")
        numbers += value.numel()
    if numbers > MOST:
        raise ModelError(source, f"has {numbers} numbers, over the limit of {MOST}")


def import_spandrel() -> Any:
    """Import spandrel, even if torchvision cannot be imported.

    torchvision must match the installed torch exactly: a CUDA build fails beside a CPU build of
    torch. spandrel needs only three names from it, for two networks that are rejected here anyway
    (LaMa inpaints, RestoreFormer restores faces), so stand-ins suffice.
    """
    with _importing:
        try:
            import torchvision  # noqa: F401
        except Exception:  # an ImportError, or a RuntimeError when operators cannot be registered
            with _stand_ins("torchvision", "transforms", "functional") as functional:
                for name in ("InterpolationMode", "rotate", "normalize"):
                    setattr(functional, name, None)
                import spandrel
        else:
            import spandrel
        return spandrel


@contextmanager
def _stand_ins(*path: str) -> Iterator[ModuleType]:
    """Temporarily install empty modules at a dotted path, and yield the innermost one."""
    names = [".".join(path[: k + 1]) for k in range(len(path))]
    modules = {name: ModuleType(name) for name in names}
    before = {name: sys.modules.get(name) for name in names}
    sys.modules.update(modules)
    try:
        yield modules[names[-1]]
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
