"""Reads bodies within limits on size, time and the memory of all of them together."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import ClientDisconnect, Request

from srcnn.errors import LimitError
from srcnn.serve.errors import RETRY, Busy, SlowClient, TooManyRequests
from srcnn.serve.limits import ServeLimits
from srcnn.serve.memory import give_back

_FREED = 2**24
"""Bytes of bodies after whose end freed memory is given back."""
_SOON = 1.0
"""Seconds until then."""


class Inbox:
    """Holds the bodies of all requests in progress.

    Attributes:
        held: Bytes held now.
    """

    def __init__(self, limits: ServeLimits) -> None:
        """Start empty."""
        self.held = 0
        self._freed = 0
        self._limits = limits
        self._clients: Counter[str] = Counter()

    @contextmanager
    def client(self, address: str) -> Iterator[None]:
        """Count a request of a client.

        Raises:
            TooManyRequests: If it has too many in progress.
        """
        most = self._limits.per_client
        if most and self._clients[address] >= most:
            why = f"has {most} requests in progress, the limit"
            raise TooManyRequests("this client", why, "wait for an answer")
        self._clients[address] += 1
        try:
            yield
        finally:
            self._clients[address] -= 1
            self._clients += Counter()  # drops addresses that have none

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Make a place for one body, which is held until the block ends."""
        place = Place(self, self._limits)
        try:
            yield place
        finally:
            self.held -= place.size
            self._freed += place.size
            if self._freed > _FREED:
                self._freed = 0
                # Later, when the body itself is gone.
                asyncio.get_running_loop().call_later(_SOON, give_back)


class Place:
    """One body.

    Attributes:
        size: Bytes that have arrived.
    """

    def __init__(self, inbox: Inbox, limits: ServeLimits) -> None:
        """Start empty; `Inbox.place` makes one."""
        self.size = 0
        self._inbox, self._limits = inbox, limits

    async def read(self, request: Request) -> bytearray:
        """Return the body of a request.

        Raises:
            LimitError: If it is too large.
            Busy: If all bodies together are.
            SlowClient: If it does not arrive in time, or its sender has left.
        """
        most = self._limits.max_bytes
        if _announced(request) > most:
            raise _too_large(most)
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                async for part in request.stream():
                    self.size += len(part)
                    self._inbox.held += len(part)
                    if self.size > most:
                        raise _too_large(most)
                    if self._inbox.held > self._limits.held_bytes:
                        raise Busy("the server", "holds as many pictures as it can", RETRY)
                    body += part
        except TimeoutError:
            why = f"did not arrive in {self._limits.body_seconds:g} s"
            raise SlowClient("the body", why, "send a smaller file") from None
        except ClientDisconnect:
            raise SlowClient("the client", "has left") from None
        return body


def _announced(request: Request) -> int:
    text = request.headers.get("content-length", "0")
    return int(text) if text.isdecimal() and len(text) < 20 else 0


def _too_large(most: int) -> LimitError:
    return LimitError("the body", f"has over {most} bytes, the limit", option="max_bytes")
