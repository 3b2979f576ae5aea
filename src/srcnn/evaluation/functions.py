"""Functions and torch modules of a caller, as models to score."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import ModelError, SrcnnError, UsageError
from srcnn.images.color import COLORS, Color, channels_in
from srcnn.images.grid import ENLARGED, Grid
from srcnn.images.quantize import to_float, to_uint8

DTYPES = ("uint8", "float32")
"""Types of image that a function can receive: 0 to 255, or floats around [0, 1]."""
_LARGEST = 4.0
"""Largest absolute value that is accepted for floats in [0, 1]. No network overshoots that far."""
Answer = Callable[[NDArray[np.number]], NDArray[np.number]]


@dataclass(frozen=True)
class Function:
    """A function that enlarges a low-resolution image, as an evaluation receives it.

    Attributes:
        call: Function of (h, w) or (h, w, 3) pixels, and of ``scale`` if it has a parameter of that
            name, or a torch module of (1, C, h, w) float32 around [0, 1].
        name: Its name in reports.
        color: Channels that it receives and returns.
        dtype: One of `DTYPES`. A module always receives ``float32``.
    """

    call: Callable[..., Any]
    name: str
    color: Color
    dtype: str

    def __str__(self) -> str:
        """Return the name and the input type, for reports."""
        given = "float32 module" if _is_module(self.call) else self.dtype
        return f"{self.name} ({self.color}, {given})"

    def at(self, scale: int) -> FunctionAt:
        """Return the function as a model for a scale."""
        return FunctionAt(self, scale)


def model_of(model: object, color: str | None, dtype: str) -> str | Function:
    """Return a model as `srcnn.evaluation.request.Request` takes it; see `function_of`."""
    return str(model) if isinstance(model, str | Path) else function_of(model, color, dtype)


def function_of(call: object, color: str | None, dtype: str) -> Function:
    """Return a callable as a function to evaluate.

    Args:
        call: The callable.
        color: ``RGB``, ``Y`` or ``YCbCr``. None selects RGB, or Y for a torch module whose first
            filters take one channel.
        dtype: One of `DTYPES`.

    Raises:
        UsageError: If it is not callable, or an argument is invalid.
    """
    name = str(getattr(call, "__name__", type(call).__name__))
    if not callable(call):
        raise UsageError(f"model {name}", "is not a name, file, function or torch module")
    if isinstance(call, type):
        raise UsageError(f"model {name}", "is a class", f"pass an instance: {name}(...)")
    if dtype not in DTYPES:
        raise UsageError(f"dtype '{dtype}'", "is unknown", f"use {', '.join(DTYPES)}")
    if color is None:
        color = "Y" if _is_module(call) and _takes_one_channel(call) else "RGB"
    if color not in COLORS:
        raise UsageError(f"color '{color}'", "is unknown", f"use {', '.join(COLORS)}")
    return Function(call, name, color, dtype)


class FunctionAt:
    """A `Function` at one scale: an `srcnn.engine.network.Enhancer` that receives whole images."""

    def __init__(self, function: Function, scale: int) -> None:
        """Bind a function to a scale."""
        self.name, self.color = function.name, function.color
        self.grid = Grid(scale, 0)
        self._scale, self._dtype = scale, function.dtype
        self._module = function.call if _is_module(function.call) else None
        self._call = _of_arrays(function.call, scale)

    def enhance_picture(self, given: Callable[[], NDArray[np.number]]) -> NDArray[np.number]:
        """Enhance an image.

        A module that does not enlarge receives the image enlarged by bicubic interpolation, as
        SRCNN does.

        Args:
            given: Returns the image on the model's ``grid``, (C, h, w) floats around [0, 1].

        Returns:
            (C, scale * h, scale * w) floats, for a low-resolution image of h x w.

        Raises:
            ModelError: If the result has another size.
        """
        low = given()
        answer = self.enhance(low)
        if answer.shape == low.shape and self._module is not None and self.grid != ENLARGED:
            self.grid = ENLARGED
            low = given()
            answer = self.enhance(low)
        height, width = (self.grid.factor * side for side in low.shape[1:])
        if answer.shape != (len(low), height, width):
            why = f"returned {_size(answer)} for {_size(low)}, not {width} x {height}"
            raise ModelError(self.name, why, f"it must enlarge by {self._scale}")
        return answer

    def enhance(self, padded: NDArray[np.number]) -> NDArray[np.number]:
        """Return the output for a whole image: (C, h, w) floats to (C, H, W) floats.

        Raises:
            ModelError: If the function raises an exception, or does not return an image.
        """
        try:
            if self._module is not None:
                answer = _run_module(self._module, padded)
            else:
                pixels = np.moveaxis(padded, 0, 2) if len(padded) == 3 else padded[0]
                dtype = np.dtype(self._dtype)
                picture = to_uint8(pixels) if dtype == np.uint8 else pixels.astype(dtype)
                answer = np.asarray(self._call(np.ascontiguousarray(picture)))
        except SrcnnError:
            raise
        except Exception as error:  # a caller's code can raise anything
            raise ModelError(self.name, f"raised {type(error).__name__} ({error})") from error
        return _planes(answer, self.name, channels_in(self.color), self._module is not None)


def _planes(
    answer: NDArray[np.number], name: str, channels: int, first: bool
) -> NDArray[np.float64]:
    """Return an output as (C, H, W) floats. ``first`` says whether its channels come first."""
    if answer.dtype in (np.uint8, np.uint16):
        answer = to_float(answer, np.float64)
    elif answer.dtype.kind != "f":
        fix = "return uint8, uint16, or floats in [0, 1]"
        raise ModelError(name, f"returned {answer.dtype}", fix)
    planes = answer.astype(np.float64)
    if planes.ndim == 2:
        planes = planes[None]
    elif planes.ndim == 3 and not first:
        planes = np.moveaxis(planes, 2, 0)
    if planes.ndim != 3 or len(planes) != channels or not planes.size:
        given = " x ".join(map(str, planes.shape))
        wanted = "(H, W)" if channels == 1 else "(H, W, 3)"
        why = f"returned an array of shape {given}, not {'(1, C, H, W)' if first else wanted}"
        raise ModelError(name, why, "pass color= to choose its channels")
    if not np.isfinite(planes).all():
        raise ModelError(name, "returned NaN or infinity")
    if (largest := float(np.abs(planes).max())) > _LARGEST:
        fix = "divide by 255, or return uint8"
        raise ModelError(
            name, f"returned values up to {largest:.0f}; floats must be in [0, 1]", fix
        )
    return planes


def _size(planes: NDArray[np.number]) -> str:
    return f"{planes.shape[2]} x {planes.shape[1]} pixels"


def _is_module(call: object) -> bool:
    """Return whether an object is a torch module, without importing torch."""
    return all(hasattr(call, name) for name in ("forward", "parameters", "state_dict", "training"))


def _takes_one_channel(module: Any) -> bool:
    filters = next((each for each in module.parameters() if each.ndim == 4), None)
    return filters is not None and filters.shape[1] == 1


def _of_arrays(call: Callable[..., Any], scale: int) -> Callable[..., Any]:
    """Return the function with its ``scale`` bound, if it takes one."""
    try:
        takes_scale = "scale" in inspect.signature(call).parameters
    except (TypeError, ValueError):  # a function written in C
        takes_scale = False
    return (lambda picture: call(picture, scale=scale)) if takes_scale else call


def _run_module(module: Any, planes: NDArray[np.number]) -> NDArray[np.number]:
    """Run a torch module on (C, h, w) floats, in evaluation mode and on its own device."""
    import torch

    weight = next(module.parameters(), torch.zeros(1))
    given = torch.from_numpy(planes[None].astype(np.float32)).to(weight.device, weight.dtype)
    training = module.training
    module.eval()
    try:
        with torch.inference_mode():
            answer = module(given)
    finally:
        module.train(training)
    result: NDArray[np.number] = answer.float().cpu().numpy()
    return result[0] if result.ndim == 4 else result
