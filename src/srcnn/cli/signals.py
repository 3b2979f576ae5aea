"""SIGINT and SIGTERM: the first signal ends the command, and later ones are ignored."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from types import FrameType, TracebackType
from typing import Any

_HANDLED = (signal.SIGINT, signal.SIGTERM)
_LONGEST = 4.0
"""Longest time, in seconds, from a signal to the end of the process."""


class Terminated(BaseException):
    """SIGTERM arrived."""


class _Hold:
    """Whether signals wait, and the exception of the one that does."""

    on = False
    waiting: type[BaseException] | None = None


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a signal that `Signals` would raise wait until the block has ended.

    The block must be short, because nothing stops it but `Signals`' last resort.
    """
    _Hold.on = True
    try:
        yield
    finally:
        _Hold.on = False
        waiting, _Hold.waiting = _Hold.waiting, None
        if waiting is not None:
            raise waiting


class Signals:
    """Context manager in which a signal raises `KeyboardInterrupt` or `Terminated`, once.

    Cleaning up is therefore never interrupted, even if a shell or an impatient user sends a second
    signal. If the exception is lost or the clean-up hangs, the process ends anyway. It always ends
    as interrupted, even if the work was finished first. If the exception was converted on its way,
    for example into the ImportError of a library that was being loaded, the original is raised
    again.
    """

    def __init__(self) -> None:
        """Prepare; handlers are installed on entry."""
        self._last_resort: Timer | None = None
        self._meant: type[BaseException] = KeyboardInterrupt
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        for number in _HANDLED:
            # Shells make background jobs ignore SIGINT on purpose.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._arrived)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._last_resort is None:
            for number, handler in self._before.items():
                signal.signal(number, handler)
            return
        # The process is about to end; signals stay ignored until then.
        self._last_resort.cancel()
        if error is None or isinstance(error, Exception):
            raise self._meant from None

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        for handled in _HANDLED:
            signal.signal(handled, signal.SIG_IGN)
        self._last_resort = Timer(_LONGEST, os._exit, [128 + number])
        self._last_resort.daemon = True
        self._last_resort.start()
        self._meant = KeyboardInterrupt if number == signal.SIGINT else Terminated
        if _Hold.on:
            _Hold.waiting = self._meant
        else:
            raise self._meant
