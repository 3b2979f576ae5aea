"""The outermost layer: refuses foreign hosts, foreign pages and large requests, and counts answers."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Callable, Collection, Iterable, MutableMapping
from contextlib import suppress
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from srcnn.errors import SrcnnError, UsageError
from srcnn.serve.errors import ForeignPage, LargeHeaders

_HEADERS = 8192
"""Largest size of all headers together, in bytes."""
_QUERY = 2048
"""Longest query, in bytes."""
MOST_KEYS = 32
"""Largest number of query keys."""
_DRAINING = 5.0
"""Seconds for which the rest of a refused body is read.

Many clients look for an answer only after they have sent everything.
"""
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers of every answer that does not set them itself."""

Message = MutableMapping[str, Any]
Answer = Callable[[SrcnnError], ASGIApp]


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        hosts: Collection[str],
        most: int,
        answer: Answer,
        answered: Callable[[str, int], None],
    ) -> None:
        """Wrap an application.

        Args:
            app: The application.
            hosts: Names under which the service may be called, beside addresses and localhost.
            most: Largest number of bytes of a refused body that are read.
            answer: Makes the answer to a request that is refused.
            answered: Called with the path and the status of each answer.
        """
        self._app, self._hosts, self._most = app, frozenset(hosts), most
        self._answer, self._answered = answer, answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = _Body(receive, asks="expect" in headers)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] >= 400:
                    refused = MutableHeaders(scope=message)
                    if message["status"] == 408:
                        refused["Connection"] = "close"
                    else:
                        await body.drain(self._most)
                _add_safe(message)
                self._answered(scope["path"], message["status"])
            await send(message)

        error = self._refusal(scope, headers)
        app = self._app if error is None else self._answer(error)
        await app(scope, body.receive, guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> SrcnnError | None:
        if sum(len(name) + len(value) for name, value in scope["headers"]) > _HEADERS:
            return LargeHeaders("the headers", f"have over {_HEADERS} bytes", "send fewer")
        host = headers.get("host", "")
        if not is_served(host, self._hosts):
            fix = "the operator can add it with --allow-host"
            return UsageError(f"host '{host[:60]}'", "is not served here", fix)
        query = scope["query_string"]
        if len(query) > _QUERY or query.count(b"&") >= MOST_KEYS:
            why = f"has over {_QUERY} bytes or {MOST_KEYS} keys"
            return UsageError("the query", why, "see /openapi.json")
        if is_foreign(headers.get("origin"), headers.get("sec-fetch-site"), host):
            return ForeignPage("a page of another site", "sent the request", "open / here")
        return None


def is_served(host: str, names: Iterable[str]) -> bool:
    """Return whether a Host header names this service.

    An address or localhost always does: a page of another site can point its own name at this
    machine (DNS rebinding), but not those.

    Args:
        host: The header.
        names: Other names that are allowed.
    """
    name = host.lower()
    if not name.endswith("]"):  # of [::1], the colons are not before a port
        name, colon, port = name.rpartition(":") if ":" in name else (name, "", "")
        if colon and not port.isdecimal():
            return False
    if name in ("localhost", *names):
        return True
    with suppress(ValueError):
        ipaddress.ip_address(name.strip("[]"))
        return True
    return False


def is_foreign(origin: str | None, site: str | None, host: str) -> bool:
    """Return whether a browser sent the request for a page of another site.

    Args:
        origin: Header Origin, which browsers send with POST, PUT and other than same-origin GET.
        site: Header Sec-Fetch-Site.
        host: Header Host.
    """
    if origin is None:
        return False
    return origin.lower().partition("://")[2] != host.lower() or site == "cross-site"


def _add_safe(message: Message) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in _SAFE.items():
        headers.setdefault(name, value)


class _Body:
    """The body of a request: remembers whether it has been read to its end."""

    def __init__(self, receive: Receive, asks: bool) -> None:
        """Wrap ``receive``; ``asks`` tells whether the client waits for a sign to send the body."""
        self._receive, self._asks, self._ended = receive, asks, False

    async def receive(self) -> Message:
        """Return the next message."""
        self._asks = False
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            self._ended = True
        return message

    async def drain(self, most: int) -> None:
        """Read on for a moment, at most ``most`` bytes."""
        until = time.monotonic() + _DRAINING
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAINING):
                while not self._ended and not self._asks and most > 0 and time.monotonic() < until:
                    most -= len((await self.receive()).get("body", b""))
