"""Limits on what a client may send: sizes, headers, hosts, time; nothing of it stops the others."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from srcnn.serve.guard import is_foreign, is_served

from ..cli.hostile_makers import gif, png
from .service import UPSCALE, Answer, Service, running
from .test_upscale import PICTURES

PICTURE = PICTURES["photo.png"]
MOST = 25_000_000


def chunks(count: int, size: int = 2**20) -> Iterator[bytes]:
    for _ in range(count):
        yield bytes(size)


@pytest.mark.parametrize("length", [True, False], ids=["with its length", "in chunks"])
def test_a_body_over_the_limit(length: bool, service: Service) -> None:
    body = bytes(MOST + 1) if length else chunks(26)
    answer = service.upscale(body)
    assert (answer.status, answer.error["kind"]) == (413, "LimitError")
    assert str(MOST) in answer.error["why"]
    assert service.metrics()["srcnn_held_bytes"] == 0


def test_an_announced_body_over_the_limit_is_refused_before_it_comes(service: Service) -> None:
    with closing(service.connect(20)) as client:
        head = f"PUT {UPSCALE}?scale=2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: {10**12}\r\n"
        client.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        started = time.monotonic()
        answered = b""
        while b"LimitError" not in answered and (part := client.recv(4096)):
            answered += part
    assert b" 413 " in answered
    assert b" 100 " not in answered
    assert time.monotonic() - started < 3


def test_a_body_at_the_limit_is_taken(service: Service) -> None:
    answer = service.upscale(PICTURE + bytes(MOST - len(PICTURE)))
    assert answer.status in (200, 422)  # trailing bytes are the decoder's affair


@pytest.mark.parametrize(
    ("query", "body", "kind"),
    [
        ("scale=1.5", png(4001, 4001, None, 2), "LimitError"),  # 16,008,001 pixels
        ("width=9000", PICTURE, "LimitError"),
    ],
    ids=["of the picture", "of the result"],
)
def test_pixels(query: str, body: bytes, kind: str, service: Service) -> None:
    answer = service.upscale(body, query)
    assert (answer.status, answer.error["kind"]) == (413, kind)


def test_pages(service: Service) -> None:
    answer = service.upscale(gif((1, 1), 501), "scale=2&model=bicubic")
    assert (answer.status, answer.error["kind"]) == (413, "LimitError")
    assert "501 pages" in answer.error["why"]
    assert service.upscale(gif((4, 4), 500), "scale=2&model=bicubic").status == 200


def test_an_estimate_beyond_the_deadline_is_refused_before_decoding(service: Service) -> None:
    body = png(3900, 3900, None, 2)  # 15 megapixels
    started = time.monotonic()
    answer = service.upscale(body, "scale=2&model=srcnn-955&tta=1")
    assert (answer.status, answer.error["kind"]) == (413, "LimitError")
    assert "s for its size" in answer.error["why"]
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/healthz", {"X-Long": "a" * 10_000}, 431),
        ("/healthz", {f"X-{k}": "a" * 100 for k in range(90)}, 431),
        ("/healthz", {f"X-{k}": "a" for k in range(500)}, 431),
        ("/healthz", {"X-Long": "a" * 1_000_000}, 431),
        ("/healthz?" + "&".join(f"k{k}=1" for k in range(1000)), {}, 400),
        ("/healthz?" + "&" * 200, {}, 400),
        ("/healthz?k=" + "a" * 5000, {}, 400),
        ("/healthz", {"Host": "example.com"}, 400),
        ("/healthz", {"Host": ""}, 400),
        ("/healthz", {"Host": "localhost:1:2"}, 400),
        ("/healthz", {"Host": "[::1]:8000"}, 200),
        ("/healthz", {"Host": "localhost:80"}, 200),
        ("/healthz", {"Host": "192.168.0.7"}, 200),
        ("/healthz", {"Origin": "https://example.com"}, 403),
        ("/healthz", {"Origin": "null"}, 403),
    ],
)
def test_headers_and_queries(
    path: str, headers: dict[str, str], status: int, service: Service
) -> None:
    try:
        answer = service.ask("GET", path, headers=headers)
    except (ConnectionError, TimeoutError):
        assert status == 431, "only headers that are far too large may end the connection"
        return
    assert answer.status == status
    if status in (400, 403):
        assert answer.error["fix"]


def test_no_other_site_may_read_an_answer(service: Service) -> None:
    answer = service.ask("GET", "/v1/models")
    assert "Access-Control-Allow-Origin" not in answer.headers
    own = service.ask("GET", "/v1/models", headers={"Origin": f"http://127.0.0.1:{service.port}"})
    assert own.status == 200


def test_hosts() -> None:
    assert is_served("Example.com:443", ["example.com"])
    assert not is_served("example.com.evil.com", ["example.com"])
    assert not is_served("127.0.0.1.evil.com", [])
    assert not is_served("", [])
    assert is_foreign("http://localhost", None, "localhost:8000")
    assert not is_foreign("https://a.b", None, "A.b")
    assert is_foreign("https://a.b", "cross-site", "a.b")


def test_slow_clients_are_dropped(folder: Path) -> None:
    limits = ("--header-seconds", 1, "--body-seconds", 2, "--workers", 1)
    with running(folder, *limits) as service:
        with closing(service.connect()) as silent, closing(service.connect()) as slow:
            silent.sendall(b"PUT /v1/upscale HTTP/1.1\r\nHost: loc")
            slow.sendall(
                b"PUT /v1/upscale HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na"
            )
            started = time.monotonic()
            assert silent.recv(1000) == b""
            assert 0.5 < time.monotonic() - started < 10
            assert b" 408 " in slow.recv(1000)
            assert 1.5 < time.monotonic() - started < 11
            while slow.recv(1000):
                pass
        # A client that has sent half and left is not an error either.
        with closing(service.connect()) as gone:
            gone.sendall(
                b"PUT /v1/upscale HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na"
            )
        assert service.upscale(PICTURE).status == 200
        assert service.metrics()["srcnn_held_bytes"] == 0


@contextmanager
def busy(service: Service, count: int) -> Iterator[list[socket.socket]]:
    """Clients that have sent a picture of some seconds' work and wait for the answer."""
    body = png(400, 400, None, 2)
    head = f"PUT {UPSCALE}?scale=3&model=srcnn-955 HTTP/1.1\r\nHost: localhost\r\n"
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(service.connect())) for _ in range(count)]
        for client in clients:
            client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        yield clients


def heavy(service: Service) -> socket.socket:
    """A client that waits for the work of a minute."""
    body = png(1500, 1500, None, 2)
    head = f"PUT {UPSCALE}?scale=4&model=srcnn-955 HTTP/1.1\r\nHost: localhost\r\n"
    client = service.connect()
    client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    return client


def status_of(client: socket.socket) -> int:
    return int(client.recv(65536).split()[1])


def waiting(service: Service) -> int:
    count: int = json.loads(service.ask("GET", "/healthz").body)["waiting"]
    return count


def until_waiting(service: Service, count: int) -> None:
    end = time.monotonic() + 30
    while waiting(service) != count:
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.slow
def test_the_queue_is_bounded(folder: Path) -> None:
    options = ("--workers", 1, "--waiting", 2, "--wait-seconds", 60)
    with running(folder, *options) as service, busy(service, 3) as clients:
        until_waiting(service, 2)
        extra = [service.upscale(PICTURE) for _ in range(3)]
        full: list[Answer] = [answer for answer in extra if answer.status == 503]
        assert full
        assert {answer.error["kind"] for answer in full} == {"Busy"}
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in full)
        clients[2].close()  # whoever leaves makes room
        until_waiting(service, 1)
        assert [status_of(client) for client in clients[:2]] == [200, 200]


@pytest.mark.slow
def test_no_wait_is_too_long(folder: Path) -> None:
    with running(folder, "--workers", 1, "--wait-seconds", 0.5) as service:
        with busy(service, 1) as clients:
            time.sleep(0.3)
            late = service.upscale(PICTURE)
            assert (late.status, late.error["kind"]) == (503, "Busy")
            assert int(late.headers["Retry-After"]) >= 1
            assert status_of(clients[0]) == 200
        assert service.upscale(PICTURE).status == 200


def test_all_bodies_together_and_those_of_one_client(folder: Path) -> None:
    options = ("--workers", 1, "--held-bytes", 100_000, "--per-client", 1)
    with running(folder, *options) as service:
        answer = service.upscale(bytes(200_000))
        assert (answer.status, answer.error["kind"]) == (503, "Busy")
        with closing(service.connect()) as other:
            other.sendall(
                b"PUT /v1/upscale HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na"
            )
            time.sleep(0.3)
            answer = service.upscale(PICTURE)
            assert (answer.status, answer.error["kind"]) == (429, "TooManyRequests")
            assert "Retry-After" in answer.headers
        time.sleep(0.3)
        assert service.upscale(PICTURE).status == 200
