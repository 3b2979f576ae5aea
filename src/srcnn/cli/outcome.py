"""What a command that failed as a whole says: one line, and the JSON document that was asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from srcnn.cli.console import flag_line, report_error, write_json
from srcnn.cli.options import Voice
from srcnn.errors import SrcnnError
from srcnn.images.files import is_special
from srcnn.images.formats import SUFFIXES
from srcnn.weights.store import SUFFIXES as WEIGHTS

_OPTION = "--json"
_ITSELF = re.compile(r"--json(?![\w-])")
"""In an error that is about the document's own place."""
_HEAD = 400
"""Characters of a file by which a document of ours is known."""


@dataclass(frozen=True)
class Failure:
    """Why a command did nothing, or not all of it.

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
        """Return what an exception means; one that is not ours is a mistake of the program."""
        kind = type(error).__name__
        if isinstance(error, SrcnnError):
            return cls(flag_line(error), kind, error.exit_code)
        return cls(f"{kind}: {error}", kind, 1)

    def report(self, words: Sequence[str], voice: Voice) -> int:
        """Print the line, write the document that ``words``, a command line, ask for; return the code."""
        report_error(self.line, voice)
        self.write(words, voice)
        return self.code

    def write(self, words: Sequence[str], voice: Voice) -> None:
        """Write the document that a command line asks for, unless the command has done so.

        A document that cannot be written is passed over: the command has failed already.
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
    """Return what follows the last ``--json`` of a command line, which need not be a correct one."""
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
    """Return whether a document may be written there, of a command line that nobody has checked.

    It must not take the place of a picture, weights, or anything else than an earlier document.
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
