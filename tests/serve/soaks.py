"""Long runs against a server: many clients, slow ones, hostile ones. `scripts/serve_soak.py` records them."""

from __future__ import annotations

import hashlib
import io
import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from srcnn.conversion.conversion import Conversion
from srcnn.conversion.convert import convert
from srcnn.conversion.pool import UpscalerPool
from srcnn.conversion.size import TargetSize
from srcnn.engine.upscaler import load

from ..cli.hostile_files import BOMBS, FILES, HEAVY
from ..cli.hostile_makers import by_pillow, scan_bomb
from ..conftest import EXAMPLE
from .service import HOST, UPSCALE, Answer, Service

QUERY = "scale=2&model=srcnn-915"
LIGHT = "scale=1.1&model=bicubic"
"""For hostile files: what they attack is the reading."""


def photos(count: int, size: tuple[int, int]) -> list[bytes]:
    """``count`` different pictures: crops of the example, tiled, each with a corner of its own."""
    with Image.open(EXAMPLE) as image:
        pixels = np.asarray(image.convert("RGB"))
    tiled = np.tile(pixels, (size[0] // pixels.shape[0] + 2, size[1] // pixels.shape[1] + 2, 1))
    made = []
    for k in range(count):
        crop = tiled[k : k + size[0], 2 * k % 97 : 2 * k % 97 + size[1]].copy()
        crop[:8, :8] = (k % 256, k // 256, 77)
        out = io.BytesIO()
        Image.fromarray(crop).save(out, "PNG", compress_level=1)
        made.append(out.getvalue())
    return made


def results_of(pictures: Sequence[bytes]) -> list[str]:
    """SHA-256 of the file that the command line makes of each picture, by `QUERY`."""
    pool = UpscalerPool(lambda at: load("srcnn-915", at))
    digests = []
    for picture in pictures:
        out = io.BytesIO()
        convert(picture, out, pool, Conversion(TargetSize(2.0)))
        digests.append(hashlib.sha256(out.getvalue()).hexdigest())
    return digests


@dataclass
class Watch:
    """What a thread saw beside the clients: memory, and how long /healthz took."""

    health: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


@contextmanager
def watched(service: Service, every: float = 0.5) -> Iterator[Watch]:
    """Look at the server while the block runs."""
    seen, stop = Watch(), threading.Event()

    def look() -> None:
        while not stop.wait(every):
            started = time.perf_counter()
            with suppress(OSError):
                assert service.ask("GET", "/healthz", timeout=30).status in (200, 503)
            seen.health.append(time.perf_counter() - started)
            seen.memory.append(service.memory())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def concurrent(service: Service, pictures: Sequence[bytes]) -> list[Answer]:
    """Send all pictures at the same moment; return the answers in their order."""
    barrier = threading.Barrier(len(pictures))

    def send(picture: bytes) -> Answer:
        barrier.wait()
        return service.upscale(picture, QUERY)

    with ThreadPoolExecutor(len(pictures)) as clients:
        return list(clients.map(send, pictures))


AT_THE_LIMIT: dict[str, Callable[[], bytes]] = {
    "scans.jpg": lambda: scan_bomb(3999, 5000),
    "whole.webp": lambda: by_pillow("WEBP", (3999, 3999), lossless=True),
    "whole.gif": lambda: by_pillow("GIF", (3999, 3999), "P"),
}
"""Files of a few bytes with as many pixels as the service takes."""


def hostile_files(count: int) -> dict[str, bytes]:
    """``count`` files made to break a reader, and damaged ones of good pictures."""
    table = FILES | HEAVY | BOMBS | AT_THE_LIMIT
    names = list(table)[:: max(1, len(table) // count)]
    files = {name: table[name]() for name in names[:count]}
    good = [data for data in files.values() if len(data) < 100_000] + photos(4, (64, 48))
    random = np.random.default_rng(20160101)
    while len(files) < count:
        data = bytearray(good[random.integers(len(good))])
        for _ in range(random.integers(1, 6)):
            if data:
                data[random.integers(len(data))] = random.integers(256)
        files[f"damaged {len(files)}"] = bytes(data)
    return files


def ask_anyhow(service: Service, body: bytes, query: str = QUERY) -> int:
    """Status of the answer; of a server that is full, ask again."""
    for _ in range(100):
        answer = service.upscale(body, query)
        if answer.status != 503 or answer.error["kind"] != "Busy":
            return answer.status
        time.sleep(0.2)
    return answer.status


def hostile(service: Service, files: dict[str, bytes], clients: int = 4) -> Counter[int]:
    """Send every file; return how many answers there were of each status."""
    with ThreadPoolExecutor(clients) as pool:
        return Counter(pool.map(lambda body: ask_anyhow(service, body, LIGHT), files.values()))


@dataclass(frozen=True)
class Slow:
    """How slow clients fared, and a normal one beside them."""

    closed_after: float
    """Seconds until the last slow connection was closed."""
    served_in: float
    """Longest time, in seconds, for a normal client's picture."""
    served: int


def slow_clients(service: Service, count: int, seconds: float, picture: bytes) -> Slow:
    """Hold ``count`` connections that send a byte now and then; half of them never end their headers."""
    started = time.monotonic()
    alive: dict[socket.socket, bytes] = {}
    longest, served, closed_after = 0.0, 0, 0.0
    with ExitStack() as stack:
        for k in range(count):
            client = stack.enter_context(closing(service.connect()))
            head = f"PUT {UPSCALE}?scale=2 HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 99999\r\n"
            client.sendall(head.encode() + (b"\r\n" if k % 2 else b""))
            client.setblocking(False)
            alive[client] = b"x" if k % 2 else b"X-Slow: 1\r\n"
        while time.monotonic() - started < seconds:
            for client, more in list(alive.items()):
                try:
                    if client.recv(4096) == b"":
                        raise ConnectionResetError
                except BlockingIOError:
                    with suppress(OSError):
                        client.send(more)
                except OSError:
                    del alive[client]
                    closed_after = time.monotonic() - started
            before = time.monotonic()
            assert service.upscale(picture, QUERY).status == 200
            longest = max(longest, time.monotonic() - before)
            served += 1
            time.sleep(0.5)
    return Slow(float("inf") if alive else closed_after, longest, served)


@dataclass
class Mixed:
    """What 10,000 mixed requests gave."""

    statuses: Counter[int]
    wrong: int
    memory: list[tuple[int, float]]
    descriptors: list[int]

    @property
    def slope(self) -> float:
        """Megabytes of memory that a thousand requests add, by the median of all slopes."""
        points = self.memory[len(self.memory) // 4 :]  # the caches fill first
        slopes = [
            1000 * (b - a) / (m - n)
            for k, (n, a) in enumerate(points)
            for m, b in points[k + 1 :]
            if m > n
        ]
        return statistics.median(slopes) if slopes else 0.0


def mixed(service: Service, count: int, every: int, clients: int = 4) -> Mixed:
    """Send ``count`` requests, a fifth of them hostile; look at the server after each ``every``."""
    pictures = photos(16, (48, 64))
    expected = results_of(pictures)
    bad = [data for data in hostile_files(len(FILES) + 150).values() if len(data) < 2_000_000]
    bad += [b"", b"hello", pictures[0][:300]]
    queries = (QUERY, "scale=two", "made=up", "scale=2&model=none", "k=1&" * 40, "width=99999")
    total = Mixed(Counter(), 0, [], [])

    def one(number: int) -> tuple[int, bool]:
        if number % 5:
            at = number % len(pictures)
            answer = service.upscale(pictures[at], QUERY)
            return answer.status, answer.status == 200 and answer.sha256 != expected[at]
        if number % 10:
            query = queries[number // 10 % len(queries)]
            return service.upscale(pictures[0], query).status, False
        return service.upscale(bad[number // 10 % len(bad)], LIGHT).status, False

    with ThreadPoolExecutor(clients) as pool:
        for start in range(0, count, every):
            for status, wrong in pool.map(one, range(start, min(start + every, count))):
                total.statuses[status] += 1
                total.wrong += wrong
            service.wait_until_idle()
            total.memory.append((start + every, service.memory()))
            total.descriptors.append(service.descriptors())
    return total
