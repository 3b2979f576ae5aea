"""SIGINT and SIGTERM: the first one ends the command, and those that follow change nothing."""

from __future__ import annotations

import os
import signal
from threading import Timer
from types import FrameType, TracebackType
from typing import Any

_MINDED = (signal.SIGINT, signal.SIGTERM)
_LONGEST = 4.0
"""Seconds from a signal to the end of the process, whatever it is at."""


class Terminated(BaseException):
    """SIGTERM arrived."""


class Signals:
    """Inside, a signal raises `KeyboardInterrupt` or `Terminated`, once.

    So nothing disturbs who tidies up: a shell may send a signal twice, an impatient user too. Should
    the exception be lost, or the tidying hang, the process ends all the same, and as interrupted even
    where the work was done sooner; and what the exception became on its way, such as the ImportError of
    a library that was being loaded, is it again.
    """

    def __init__(self) -> None:
        self._last_resort: Timer | None = None
        self._meant: type[BaseException] = KeyboardInterrupt
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        for number in _MINDED:
            # A shell has its background jobs ignore SIGINT, and means it.
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
        # The process is about to end, and nothing more shall disturb it.
        self._last_resort.cancel()
        if error is None or isinstance(error, Exception):
            raise self._meant from None

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        for minded in _MINDED:
            signal.signal(minded, signal.SIG_IGN)
        self._last_resort = Timer(_LONGEST, os._exit, [128 + number])
        self._last_resort.daemon = True
        self._last_resort.start()
        self._meant = KeyboardInterrupt if number == signal.SIGINT else Terminated
        raise self._meant
