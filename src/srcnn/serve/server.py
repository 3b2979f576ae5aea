"""Runs the application on granian: one process for HTTP, which starts the workers."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server
from starlette.types import ASGIApp

from srcnn.errors import SrcnnError, UsageError
from srcnn.serve.app import Service, make_app
from srcnn.terminal import say

_BUFFER = 64 * 1024
"""Bytes that are read from a connection at once; headers beyond it are refused."""
_CONNECTIONS = 1024
"""Most connections at a time; further ones wait."""


@dataclass(frozen=True)
class Address:
    """Where the server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return the address as a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def serve(address: Address, service: Service) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        address: Where to listen.
        service: The service; its crew's folder is made here.

    Raises:
        UsageError: If the address cannot be used.
        SrcnnError: If the server ends by itself.
    """
    check_free(address)
    if not address.is_local:
        say(
            f"warning: {address} can be reached from other machines, by anyone: put it behind a "
            "proxy that asks who they are"
        )
    with TemporaryDirectory(prefix="srcnn-serve-") as folder:
        crew = replace(service.crew, folder=Path(folder))
        service = replace(service, crew=crew, address=str(address))
        _run(address, service, partial(make_app, service))


def _run(address: Address, service: Service, factory: Callable[[], ASGIApp]) -> None:
    seconds = service.limits.header_seconds
    server = Server(
        "srcnn serve",
        address.host,
        address.port,
        interface=Interfaces.ASGI,
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        websockets=False,
        backlog=_CONNECTIONS,
        backpressure=_CONNECTIONS,
        http1_settings=HTTP1Settings(
            header_read_timeout=round(1000 * seconds), max_buffer_size=_BUFFER
        ),
        log_level=LogLevels.info if service.crew.verbose else LogLevels.critical,
        log_access=service.crew.verbose,
        workers_kill_timeout=10,
    )
    try:
        server.serve(target_loader=factory, wrap_loader=False)
    except SystemExit as ended:
        if ended.code:
            raise SrcnnError("srcnn serve", "has ended by itself", "see above") from None


def check_free(address: Address) -> None:
    """Check that nothing listens at an address.

    Raises:
        UsageError: If something does, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
            probe.listen()
        except (OSError, OverflowError) as error:
            why = f"cannot be used ({getattr(error, 'strerror', None) or error})"
            raise UsageError(str(address), why, "choose another with --host or --port") from None
