"""Output of a command that failed as a whole: one line, and the requested JSON document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from srcnn.cli.console import report_error, write_json
from srcnn.cli.options import Voice
from srcnn.conversion.failures import flag_line
from srcnn.errors import SrcnnError
from srcnn.images.files import is_special
from srcnn.images.formats import SUFFIXES
from srcnn.weights.store import SUFFIXES as WEIGHTS

_OPTION = "--json"
_ITSELF = re.compile(r"--json(?![\w-])")
"""Matches an error about the location of the document itself."""
_HEAD = 400
"""Number of characters by which an earlier document is recognized."""


@dataclass(frozen=True)
class Failure:
    """Why a command did nothing, or only a part.

    Attributes:
        line: The error, as one line.
        kind: Name of its class.
        code: Exit code.
    """

    line: str
    kind: str
    code: int

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """Return the failure of an exception. An exception that is not an `SrcnnError` is a bug."""
        kind = type(error).__name__
        if isinstance(error, SrcnnError):
            return cls(flag_line(error), kind, error.exit_code)
        return cls(f"{kind}: {error}", kind, 1)

    def report(self, words: Sequence[str], voice: Voice) -> int:
        """Print the line, write the requested document, and return the exit code.

        Args:
            words: The command line.
            voice: The command's voice.
        """
        report_error(self.line, voice)
        self.write(words, voice)
        return self.code

    def write(self, words: Sequence[str], voice: Voice) -> None:
        """Write the document that a command line requests, unless the command has done so.

        If the document cannot be written, nothing is reported: the command has failed already.
        """
        target = asked_for(words)
        if target is None or voice.documented or _ITSELF.search(self.line):
            return
        if not _is_free(target):
            return
        document = {"schema": 1, "results": []}
        with suppress(SrcnnError, OSError, ValueError):
            write_json(
                {**document, "error": self.line, "kind": self.kind, "code": self.code}, target
            )


def asked_for(words: Sequence[str]) -> str | None:
    """Return the value of the last ``--json`` of a command line, which may be invalid."""
    target = None
    for word, following in zip(words, [*words[1:], "--"], strict=False):
        if word == "--":
            break
        if word == _OPTION and not following.startswith("--"):
            target = following
        elif word.startswith(f"{_OPTION}="):
            target = word.partition("=")[2]
    return target or None


def _is_free(target: str) -> bool:
    """Return whether a document may be written to a target of an unchecked command line.

    It must not replace an image, weights, or anything other than an earlier document.
    """
    path = Path(target)
    if target == "-" or is_special(path):
        return True
    if target.lower().endswith((*SUFFIXES, *WEIGHTS)):
        return False
    try:
        with path.open(encoding="utf-8") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
    return not head or (head.startswith("{") and '"schema"' in head)
