"""A real ``srcnn serve`` in processes of its own, and clients that talk to it over sockets."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
UPSCALE = "/v1/upscale"


@dataclass(frozen=True)
class Answer:
    """What a client got back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def error(self) -> dict[str, str]:
        """The error that the body is; its four texts are there."""
        document: dict[str, str] = json.loads(self.body)
        assert set(document) == {"what", "why", "fix", "kind"}, document
        return document

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class Service:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path
    """Where all its temporary files are."""

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] = b"",
        headers: dict[str, str] | None = None,
        timeout: float = 300,
    ) -> Answer:
        """Send a request on a connection of its own; bodies in parts are sent without a length."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=timeout)
        with closing(connection):
            with suppress(BrokenPipeError, ConnectionResetError):  # refused before all was sent
                connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    def upscale(self, body: bytes | Iterable[bytes], query: str = "scale=2") -> Answer:
        return self.ask("PUT", f"{UPSCALE}?{query}", body)

    def connect(self, timeout: float = 120) -> socket.socket:
        return socket.create_connection((HOST, self.port), timeout)

    def json(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status == 200, answer
        return json.loads(answer.body)

    def metrics(self) -> dict[str, float]:
        text = self.ask("GET", "/metrics").body.decode()
        lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in lines}

    def processes(self) -> dict[int, str]:
        """Every process of the server, with its command line."""
        found, waiting = {}, [self.process.pid]
        while waiting:
            pid = waiting.pop()
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                for task in Path(f"/proc/{pid}/task").iterdir():
                    waiting += map(int, (task / "children").read_text().split())
            except OSError:
                continue
            found[pid] = words
        return found

    def workers(self) -> list[int]:
        """The processes that decode pixels."""
        return [pid for pid, words in self.processes().items() if "srcnn.serve.worker" in words]

    def http(self) -> int:
        """The process that speaks HTTP: the parent of the workers."""
        (http,) = set(self.processes()) - set(self.workers()) - {self.process.pid}
        return http

    def memory(self) -> float:
        """Megabytes of all its processes; memory that they share counts once (PSS)."""
        total = 0.0
        for pid in self.processes():
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total / 1024

    def descriptors(self) -> int:
        """Open files of all its processes but those that come and go with a worker."""
        return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in self.processes())

    def files(self) -> list[str]:
        """Temporary files of the server that have a name."""
        return sorted(
            str(p.relative_to(self.folder)) for p in self.folder.rglob("*") if p.is_file()
        )

    def wait_until_idle(self, workers: int = 0, seconds: float = 60) -> None:
        """Wait until nothing is in the queue and the workers are up."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            health = json.loads(self.ask("GET", "/healthz").body)
            if health["workers"] >= max(workers, 1) and not health["waiting"]:
                return
            time.sleep(0.1)
        raise AssertionError(f"still {health}")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(folder: Path, *options: object) -> Iterator[Service]:
    """Run a server with its temporary files in ``folder``, until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "srcnn", "serve", "--port", str(port), *map(str, options)]
    log = (folder / "log").open("wb")
    temporary = folder / "temporary"
    temporary.mkdir()
    with (
        log,
        subprocess.Popen(
            command, stdout=log, stderr=log, env=os.environ | {"TMPDIR": str(temporary)}
        ) as process,
    ):
        service = Service(process, port, temporary)
        try:
            _wait(service, folder / "log")
            yield service
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(service: Service, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert service.process.poll() is None, log.read_text()
        try:
            if service.ask("GET", "/healthz", timeout=5).status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())
