"""Every error that srcnn raises on purpose, and the exit code that each one means.

::

    SrcnnError               1   of several inputs some failed; a run diverged, a server cannot be reached
    ├── UsageError           2   the command line or a recipe is wrong; nothing was started
    │   ├── DestinationExists
    │   ├── MissingData
    │   └── MissingExtra
    ├── InputError           3   a picture is missing or cannot be read
    ├── LimitError           4   a limit was met; the message names the flag that raises it
    ├── OutputError          5   the output cannot be written
    ├── ModelError           6   a model or checkpoint is unknown or cannot be used
    └── Stopped            130   the caller asked to stop; nothing was written

An error reads as one line, ``<what>: <why>; <what to do>``, of under 190 characters.
"""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 185


class SrcnnError(Exception):
    """Base of all errors.

    Attributes:
        what: The thing that the error is about.
        why: The reason.
        fix: What to do; may be empty.
        option: Python name of the argument to change, such as ``max_pixels``; may be empty. Wherever
            the three texts say ``{option}``, `line` puts the name in the caller's own spelling.
    """

    exit_code = 1

    def __init__(self, what: object, why: object, fix: str = "", option: str = "") -> None:
        super().__init__(what, why, fix, option)
        self.what = str(what)
        self.why = str(why)
        self.fix = fix
        self.option = option

    def __str__(self) -> str:
        return self.line(f"{self.option}=")

    def line(self, option: str) -> str:
        """Return the error as one line in which ``option`` is how the caller spells the argument."""
        what, why, fix = (
            _one_line(text.replace("{option}", option) if self.option else text)
            for text in (self.what, self.why, self.fix)
        )
        fix = f"; {fix}" if fix else ""
        # The remedy is what the reader needs most, so the name gives way first, then the reason.
        if len(what) + len(why) + len(fix) > _LONGEST:
            what = _shorten(what, max(40, _LONGEST - len(why) - len(fix)))
        if len(what) + len(why) + len(fix) > _LONGEST:
            why = _shorten(why, max(40, _LONGEST - len(what) - len(fix)))
        return f"{what}: {why}{fix}"[:198]


class UsageError(SrcnnError):
    """The command line, an argument or a recipe is wrong; nothing was started."""

    exit_code = 2


class DestinationExists(UsageError):
    """The file to be written is already there, and nobody said what to do with it."""


class MissingData(UsageError):
    """A data set is not where it was looked for."""


class MissingExtra(UsageError):
    """A package of an optional extra is not installed."""


class InputError(SrcnnError):
    """A picture is missing or cannot be read as an image."""

    exit_code = 3


class LimitError(SrcnnError):
    """A limit on pixels or bytes was met."""

    exit_code = 4


class OutputError(SrcnnError):
    """The output cannot be written."""

    exit_code = 5


class ModelError(SrcnnError):
    """A model, a weights file or a checkpoint is unknown or cannot be used."""

    exit_code = 6


class Stopped(SrcnnError):
    """The caller asked to stop; nothing was written."""

    exit_code = 130


def choices(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return what to do about a name that is not ``known``: take the one that it resembles.

    Where it resembles none, ``otherwise``, or all of them.
    """
    from difflib import get_close_matches

    known, name = list(known), name.lower()
    folded = {word.lower(): word for word in known}
    begun = [word for word in folded if len(name) > 2 and word.startswith(name)]
    for near in begun[:1] or get_close_matches(name, folded, 1, 0.7):
        return f"did you mean {folded[near]}?"
    return otherwise or f"use {', '.join(known)}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shorten(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    head = (length - 3) // 3
    return text[:head] + "..." + text[len(text) - (length - 3 - head) :]
