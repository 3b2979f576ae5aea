"""Answers: an error as JSON, and a result from its file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from srcnn.serve.errors import Refusal
from srcnn.serve.process import Finished

MEDIA = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "tiff": "image/tiff",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "ppm": "image/x-portable-anymap",
}
"""Media type of each format of `srcnn.images.formats.FORMATS`."""
_CHUNK = 2**18
"""Bytes of a result that are sent at once."""
_STALLED = 30.0
"""Seconds for which a client may take nothing of its result."""
_WARNINGS = 1000
"""Longest warnings in a header, in characters."""


def refusal_response(refusal: Refusal) -> Response:
    """Return an error as JSON."""
    headers = {"Cache-Control": "no-store"}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    return JSONResponse(refusal.document, refusal.status, headers)


class ResultResponse(Response):
    """A result, sent from its file, which is closed at the end."""

    def __init__(self, finished: Finished, moved: Callable[[str, int], None]) -> None:
        """Prepare the answer.

        Args:
            finished: The result.
            moved: Called with ``"out"`` and the number of bytes sent.
        """
        report = finished.report
        warnings, length = [], 0
        for text in report["warnings"]:
            length += len(text)
            warnings += [text] if length < _WARNINGS else []
        headers = {
            "Content-Length": str(finished.size),
            "Cache-Control": "no-store",
            "Srcnn-Result": json.dumps({**report, "warnings": warnings}),
        }
        super().__init__(None, 200, headers, MEDIA[report["format"]])
        self._finished, self._moved = finished, moved

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the headers, then the file in parts."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        left = self._finished.size
        with self._finished.file as file:
            await send(start)
            while left:
                part = file.read(_CHUNK)
                left -= len(part)
                async with asyncio.timeout(_STALLED):
                    await send({"type": "http.response.body", "body": part, "more_body": left > 0})
                self._moved("out", len(part))
