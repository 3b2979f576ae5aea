"""A server of files on this machine, with the faults of servers."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

FOLDER = "owner/repository/main/pictures"


class Server(ThreadingHTTPServer):
    """Serves what is in ``files``, each with its announced length, and remembers what was asked for."""

    files: dict[str, bytes]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = {}
        self.lengths: dict[str, int] = {}
        self.asked: list[str] = []
        self.stalled = threading.Event()
        self.release = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name = unquote(self.path).removeprefix(f"/{FOLDER}/")
        self.server.asked.append(name)
        if name not in self.server.files:
            self.send_error(404)
            return
        body = self.server.files[name]
        length = self.server.lengths.get(name, len(body))
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)
        if length > len(body):
            self.wfile.flush()
            self.server.stalled.set()
            self.server.release.wait(20)

    def log_message(self, *_: object) -> None:
        pass
