"""Every error that srcnn raises on purpose, and the exit code of each.

::

    SrcnnError               1   some of several inputs failed, a run diverged, no server answered
    ├── UsageError           2   the command line or a recipe is wrong; nothing was started
    │   ├── DestinationExists
    │   ├── MissingData
    │   └── MissingExtra
    ├── InputError           3   an image is missing or cannot be read
    ├── LimitError           4   a limit was exceeded; the message names the flag that raises it
    ├── OutputError          5   the output cannot be written
    ├── ModelError           6   a model or checkpoint is unknown or cannot be used
    ├── StoreError           1   an object store failed; the picture itself may be fine
    ├── WorkerDied           1   a worker process died while it enlarged a picture
    └── Stopped            130   the caller asked to stop; nothing was written

An error prints as one line of fewer than 200 characters: ``<what>: <why>; <what to do>``.
"""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 185
"""Characters of the three texts together, without the separators between them."""


class SrcnnError(Exception):
    """Base class of all errors.

    Attributes:
        what: What the error is about, such as a file name.
        why: What is wrong with it.
        fix: What to do about it; may be empty.
        option: Python name of the argument to change, such as ``max_pixels``; may be empty.
            Wherever one of the three texts contains ``{option}``, `line` inserts the caller's own
            spelling.
        exit_code: Exit code of the command line; each subclass has its own.
    """

    exit_code = 1

    def __init__(self, what: object, why: object, fix: str = "", option: str = "") -> None:
        """Store the parts of the message.

        Args:
            what: What the error is about; converted to a string.
            why: What is wrong with it; converted to a string.
            fix: What to do about it.
            option: Python name of the argument to change.
        """
        super().__init__(what, why, fix, option)
        self.what = str(what)
        self.why = str(why)
        self.fix = fix
        self.option = option

    def __str__(self) -> str:
        """Return the error as one line, with the option spelled as a Python argument."""
        return self.line(f"{self.option}=")

    def line(self, option: str) -> str:
        """Return the error as one line.

        Args:
            option: The caller's spelling of the argument to change, such as ``--max-pixels``.

        Returns:
            ``<what>: <why>; <fix>``; long parts are shortened in the middle.
        """
        what, why, fix = (
            _one_line(text.replace("{option}", option) if self.option else text)
            for text in (self.what, self.why, self.fix)
        )
        fix = f"; {fix}" if fix else ""
        # The reader needs the fix most, so shorten the name first, then the reason.
        if len(what) + len(why) + len(fix) > _LONGEST:
            what = _shorten(what, max(40, _LONGEST - len(why) - len(fix)))
        if len(what) + len(why) + len(fix) > _LONGEST:
            why = _shorten(why, max(40, _LONGEST - len(what) - len(fix)))
        return f"{what}: {why}{fix}"[:198]


class UsageError(SrcnnError):
    """The command line, an argument or a recipe is wrong; nothing was started."""

    exit_code = 2


class DestinationExists(UsageError):
    """The output file already exists, and the caller did not say to overwrite it."""


class MissingData(UsageError):
    """A data set was not found in the place where it was expected."""


class MissingExtra(UsageError):
    """A package of an optional extra is not installed."""


class InputError(SrcnnError):
    """An image is missing or cannot be read."""

    exit_code = 3


class LimitError(SrcnnError):
    """A limit on pixels or bytes was exceeded."""

    exit_code = 4


class OutputError(SrcnnError):
    """The output cannot be written."""

    exit_code = 5


class ModelError(SrcnnError):
    """A model, a weights file or a checkpoint is unknown or cannot be used."""

    exit_code = 6


class StoreError(SrcnnError):
    """An object store, such as S3, did not answer or refused; the picture itself may be fine."""


class WorkerDied(SrcnnError):
    """A worker process died while it enlarged a picture."""


class Stopped(SrcnnError):
    """The caller asked to stop; nothing was written."""

    exit_code = 130


def choices(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return advice for an unknown name.

    Args:
        name: The unknown name.
        known: The names that exist.
        otherwise: Advice when no known name resembles ``name``. Empty lists all known names.

    Returns:
        "did you mean ...?" for a similar known name, else ``otherwise`` or the list of names.
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
