"""Errors of one image among several, in the words of the command line."""

from __future__ import annotations

from srcnn.errors import LimitError, SrcnnError


def flag_line(error: SrcnnError) -> str:
    """Return an error as one line that names the command-line option."""
    return error.line("--" + error.option.replace("_", "-"))


def as_ours(error: Exception, source: str) -> SrcnnError:
    """Return any exception about an image as an error that reads as one line."""
    if isinstance(error, SrcnnError):
        return error
    if isinstance(error, MemoryError):
        return LimitError(source, "does not fit in memory", "use a smaller --tile or scale")
    return SrcnnError(source, f"{type(error).__name__}: {error}")
