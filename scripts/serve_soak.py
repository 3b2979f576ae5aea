"""Run the soaks of tests/serve at full size and write what they measure to a JSON file.

Usage: PYTHONPATH=. python scripts/serve_soak.py results/serve.json [part] [soak ...]

``part`` is the share of the full size, 1 by default. Soaks that are not named keep their last figures.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.serve import soaks
from tests.serve.service import Service, running

from srcnn.engine.threads import cores
from srcnn.serve.pool import IDLE

Row = Mapping[str, object]


@contextmanager
def server() -> Iterator[Service]:
    with TemporaryDirectory() as folder, running(Path(folder)) as service:
        yield service


def concurrent(part: float) -> Row:
    pictures = soaks.photos(round(100 * part), (480, 640))
    expected = soaks.results_of(pictures)
    with server() as service, soaks.watched(service) as seen:
        answers = soaks.concurrent(service, pictures)
    right = sum(a.sha256 == digest for a, digest in zip(answers, expected, strict=True))
    return {
        "uploads": len(answers),
        "megapixels": 0.3,
        "equal_to_the_command_line": right,
        "busy_with_retry_after": sum(
            a.status == 503 and "Retry-After" in a.headers for a in answers
        ),
        "largest_memory_mb": round(max(seen.memory)),
        "slowest_healthz_ms": round(1000 * max(seen.health)),
    }


def hostile(part: float) -> Row:
    files = soaks.hostile_files(round(500 * part))
    (picture,) = soaks.photos(1, (48, 64))
    with server() as service:
        for _ in range(20):
            soaks.ask_anyhow(service, picture)
        before = service.memory()
        statuses = soaks.hostile(service, files)
        service.wait_until_idle()
        time.sleep(IDLE + 5)  # then workers that have grown are replaced
        after = service.memory()
        return {
            "files": len(files),
            "statuses": dict(sorted(statuses.items())),
            "memory_mb": [round(before), round(after)],
            "files_left": len(service.files()),
        }


def slow(part: float) -> Row:
    (picture,) = soaks.photos(1, (48, 64))
    with server() as service:
        seen = soaks.slow_clients(service, round(200 * part), 60, picture)
    return {
        "connections": round(200 * part),
        "seconds": 60,
        "last_closed_after_s": round(seen.closed_after, 1),
        "normal_clients_served": seen.served,
        "slowest_normal_client_s": round(seen.served_in, 2),
    }


def mixed(part: float) -> Row:
    with server() as service:
        seen = soaks.mixed(service, round(10_000 * part), round(100 * part))
    return {
        "requests": sum(seen.statuses.values()),
        "statuses": dict(sorted(seen.statuses.items())),
        "swapped_or_wrong": seen.wrong,
        "memory_slope_mb_per_1000": round(seen.slope, 3),
        "memory_mb": [round(value) for _, value in seen.memory[::5]],
        "descriptors": seen.descriptors[::5],
    }


SOAKS: dict[str, Callable[[float], Row]] = {
    "concurrent": concurrent,
    "hostile": hostile,
    "slow": slow,
    "mixed": mixed,
}


def main() -> None:
    path, part = Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    rows = json.loads(path.read_text())["soaks"] if path.exists() else {}
    for name in sys.argv[3:] or SOAKS:
        started = time.monotonic()
        row = SOAKS[name](part)
        rows[name] = {**row, "took_s": round(time.monotonic() - started), "cores": cores()}
        print(name, rows[name], flush=True)
        path.write_text(json.dumps({"schema": 1, "soaks": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
