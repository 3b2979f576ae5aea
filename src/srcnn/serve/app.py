"""The application: its routes and what each of them does."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from srcnn.errors import SrcnnError, UsageError
from srcnn.images.formats import FORMATS, HEIC, format_of_bytes
from srcnn.serve import site
from srcnn.serve.answers import ResultResponse, refusal_response
from srcnn.serve.body import Inbox
from srcnn.serve.errors import (
    Busy,
    Refusal,
    ServerMistake,
    SlowClient,
    UnknownFormat,
    UnknownPath,
    WrongMethod,
)
from srcnn.serve.guard import MOST_KEYS, Guard
from srcnn.serve.limits import ServeLimits
from srcnn.serve.metrics import Metrics
from srcnn.serve.models import models_document
from srcnn.serve.openapi import openapi_document
from srcnn.serve.pool import Crew, Pool
from srcnn.serve.process import Finished
from srcnn.serve.query import parse
from srcnn.terminal import say

_DRAINED = 4
"""Multiple of the largest body up to which a refused one is read to its end."""
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Service:
    """The settings of one server.

    Attributes:
        crew: The workers.
        limits: Limits on requests.
        hosts: Names under which it may be called.
        wasm: The unpacked package onnxruntime-web, see `srcnn.serve.site`.
        address: Where it listens, for the message at the start.
        quiet: Whether to print errors only.
    """

    crew: Crew
    limits: ServeLimits
    hosts: tuple[str, ...] = ()
    wasm: Path | None = None
    address: str = ""
    quiet: bool = False


class _Endpoints:
    """What the routes do. One instance lives as long as the server."""

    def __init__(self, service: Service) -> None:
        self.metrics = Metrics()
        self.pool = Pool(service.crew, service.limits, self.metrics)
        self._service = service
        self._inbox = Inbox(service.limits)
        self._models = models_document(service.limits)
        self._openapi = openapi_document(service.limits)

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Start the workers, and end them."""
        try:
            await self.pool.start()
        except SrcnnError as error:
            say(f"error: {error}")
            raise
        count = self._service.crew.count
        workers = f"{count} worker{'s' if count > 1 else ''}"
        say(f"{self._service.address} is served by {workers}; Ctrl-C ends it", self._service.quiet)
        try:
            yield
        finally:
            await self.pool.stop()

    async def upscale(self, request: Request) -> Response:
        """Enlarge the picture that is the body."""
        text = request.scope["query_string"].decode("latin-1")
        try:
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_KEYS)
        except ValueError:
            raise UsageError("the query", "cannot be read", "see /openapi.json") from None
        query = parse(pairs)
        query.conversion(self._service.limits)  # before the body, which may be large
        client = request.client.host if request.client else ""
        with self._inbox.client(client), self._inbox.place() as place:
            picture = await place.read(request)
            self.metrics.moved("in", len(picture))
            if format_of_bytes(bytes(picture[:16])) is None:
                raise _unknown(picture)
            answer = await _unless_it_leaves(request, self.pool.run(picture, query))
        if isinstance(answer, Finished):
            return ResultResponse(answer, self.metrics.moved)
        return refusal_response(answer)

    async def models(self, request: Request) -> Response:
        """List the networks."""
        return JSONResponse(self._models)

    async def openapi(self, request: Request) -> Response:
        """Describe the service."""
        return JSONResponse(self._openapi)

    async def health(self, request: Request) -> Response:
        """Tell whether pictures can be enlarged now."""
        ready, waiting = self.pool.ready, self.pool.waiting
        document = {"status": "ok" if ready else "starting", "workers": ready, "waiting": waiting}
        return JSONResponse(document, 200 if ready else 503)

    async def prometheus(self, request: Request) -> Response:
        """Return the metrics."""
        text = self.metrics.text(
            {
                "workers_ready": ("Workers that are up.", lambda: self.pool.ready),
                "requests_waiting": ("Requests in the queue.", lambda: self.pool.waiting),
                "held_bytes": ("Bytes of all bodies held now.", lambda: self._inbox.held),
            }
        )
        return PlainTextResponse(text, media_type=_PROMETHEUS)

    async def failed(self, request: Request, error: Exception) -> Response:
        """Return the answer to a request that failed."""
        if not isinstance(error, SrcnnError):
            traceback.print_exception(error)
        after = self.pool.retry_after() if isinstance(error, Busy) else None
        return refusal_response(Refusal.of(error, after))

    async def unrouted(self, request: Request, error: Exception) -> Response:
        """Return the answer to a path or method that is not served."""
        assert isinstance(error, HTTPException)
        path = request.scope["path"][:100]
        if error.status_code == 405:
            allowed = error.headers.get("Allow", "") if error.headers else ""
            fix = f"use {allowed}"
            ours: SrcnnError = WrongMethod(f"{request.method} {path}", "is not possible", fix)
        elif error.status_code == 404:
            ours = UnknownPath(path, "is not served", "see /openapi.json")
        else:
            ours = ServerMistake(path, str(error.detail))
        answer = refusal_response(Refusal.of(ours))
        answer.headers.update(error.headers or {})
        return answer

    def counted(self, known: Mapping[str, object], path: str, status: int) -> None:
        """Count an answer; paths of clients' own making are one."""
        self.metrics.answered(path if path in known else "other", status)


async def _unless_it_leaves(
    request: Request, running: Coroutine[Any, Any, Finished | Refusal]
) -> Finished | Refusal:
    """Return the result of a job, which is given up if the client leaves."""
    work = asyncio.ensure_future(running)
    left = asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({work, left}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise SlowClient("the client", "has left")
        return work.result()
    finally:
        left.cancel()
        work.cancel()


def _unknown(picture: bytearray) -> UnknownFormat:
    if not picture:
        return UnknownFormat("the body", "is empty", "send the bytes of a picture")
    known = ", ".join((*FORMATS, HEIC.name))
    return UnknownFormat("the body", "is not a picture of a known format", f"known are {known}")


def make_app(service: Service) -> ASGIApp:
    """Return the application."""
    does = _Endpoints(service)
    table = {
        "/v1/upscale": (does.upscale, ["POST", "PUT"]),
        "/v1/models": (does.models, ["GET"]),
        "/healthz": (does.health, ["GET"]),
        "/metrics": (does.prometheus, ["GET"]),
        "/openapi.json": (does.openapi, ["GET"]),
    }
    service_routes = [Route(path, run, methods=methods) for path, (run, methods) in table.items()]
    app = Starlette(
        routes=[*service_routes, *site.routes(service.wasm)],
        exception_handlers={
            SrcnnError: does.failed,
            HTTPException: does.unrouted,
            Exception: does.failed,
        },
        lifespan=does.lifespan,
    )
    return Guard(
        app,
        service.hosts,
        _DRAINED * service.limits.max_bytes,
        lambda error: refusal_response(Refusal.of(error)),
        partial(does.counted, table),
    )
