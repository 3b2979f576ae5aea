"""Checks of a caller's arguments: misspelled keywords, and numbers of NumPy and other libraries."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from functools import wraps
from inspect import signature
from operator import index
from typing import Any, ParamSpec, TypeVar

from srcnn.errors import UsageError

P = ParamSpec("P")
R = TypeVar("R")


def keywords_named(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a public function so that its TypeError for a misspelled keyword suggests a name."""
    known = list(signature(function).parameters)

    @wraps(function)
    def checked(*args: P.args, **options: P.kwargs) -> R:
        for option in options:
            if option not in known:
                near = get_close_matches(option, known, 1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                name = f"{function.__name__}()"
                raise TypeError(f"{name} got an unexpected keyword argument '{option}'{hint}")
        return function(*args, **options)

    return checked


def whole(value: Any, option: str) -> int:
    """Return an integer of any type as an ``int``.

    Raises:
        UsageError: If ``value`` is not a whole number; ``option`` names the argument.
    """
    try:
        return index(value)
    except TypeError:
        raise UsageError(f"{option} {value!r}", "is not a whole number", option=option) from None


def number(value: Any, option: str) -> float:
    """Return a real number of any type as a ``float``.

    Raises:
        UsageError: If ``value`` is not a number; ``option`` names the argument.
    """
    try:
        if isinstance(value, str | bytes | bytearray) or getattr(value, "ndim", None):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise UsageError(f"{option} {value!r}", "is not a number", option=option) from None


def positive(value: Any, option: str) -> int:
    """Return an integer of 1 or more as an ``int``.

    Raises:
        UsageError: If ``value`` is not one; ``option`` names the argument.
    """
    checked = whole(value, option)
    if checked < 1:
        raise UsageError(f"{option} {checked}", "must be positive", option=option)
    return checked


def pair(value: Any, option: str) -> tuple[int, int]:
    """Return two integers of 1 or more as a tuple.

    Raises:
        UsageError: If ``value`` is not such a pair; ``option`` names the argument.
    """
    try:
        height, width = value
    except (TypeError, ValueError):
        raise UsageError(f"{option} {value!r}", "must be (height, width)", option=option) from None
    return positive(height, option), positive(width, option)


def callback(value: object, option: str) -> None:
    """Check that ``value`` is None or can be called.

    Raises:
        UsageError: If it is neither; ``option`` names the argument.
    """
    if value is not None and not callable(value):
        raise UsageError(f"{option} {value!r}", "is not a function", option=option)
