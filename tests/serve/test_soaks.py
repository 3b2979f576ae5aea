"""The long runs, at a tenth of their size unless ``--soak`` is given; `results/serve.json` has the full ones."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from srcnn.serve.pool import IDLE

from .service import running
from .soaks import (
    ask_anyhow,
    concurrent,
    hostile,
    hostile_files,
    mixed,
    photos,
    results_of,
    slow_clients,
    watched,
)

pytestmark = [pytest.mark.slow, pytest.mark.soak, pytest.mark.timeout(3600)]


@pytest.fixture
def part(request: pytest.FixtureRequest) -> float:
    return 1.0 if request.config.getoption("--soak") else 0.1


def test_concurrent_uploads_are_not_swapped(part: float, folder: Path) -> None:
    pictures = photos(round(100 * part), (480, 640))
    expected = results_of(pictures)
    with running(folder) as service, watched(service) as seen:
        answers = concurrent(service, pictures)
    busy = [answer for answer in answers if answer.status == 503]
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in busy)
    for answer, digest in zip(answers, expected, strict=True):
        assert answer.status == 503 or (answer.status, answer.sha256) == (200, digest)
    assert len(answers) - len(busy) >= min(30, len(pictures))
    assert max(seen.memory) < 1500
    assert max(seen.health) < 0.2 if part == 1 else 2  # other tests may run beside a small soak


def test_hostile_files_harm_nobody(part: float, folder: Path) -> None:
    files = hostile_files(round(500 * part))
    picture = photos(1, (48, 64))
    (expected,) = results_of(picture)
    with running(folder) as service:
        for _ in range(20):
            assert ask_anyhow(service, picture[0]) == 200
        before = service.memory()
        statuses = hostile(service, files)
        service.wait_until_idle()
        time.sleep(IDLE + 5)  # then workers that have grown are replaced
        assert not [status for status in statuses if status >= 500 and status not in (503, 504)]
        assert service.memory() - before < 50
        assert service.upscale(picture[0], "scale=2&model=srcnn-915").sha256 == expected
        assert service.files() == []


def test_slow_connections_hold_nobody_up(part: float, folder: Path) -> None:
    (picture,) = photos(1, (48, 64))
    with running(folder) as service:
        seen = slow_clients(service, round(200 * part), max(60 * part, 42), picture)
    assert seen.closed_after < 40
    assert seen.served_in < 2
    assert seen.served > 10


def test_many_mixed_requests(part: float, folder: Path) -> None:
    with running(folder) as service:
        seen = mixed(service, round(10_000 * part), round(100 * part))
        files = service.files()
    assert [status for status in seen.statuses if status >= 500] == []
    assert seen.wrong == 0
    assert seen.slope < (1 if part == 1 else 30)
    # There are fewer while a worker is replaced, and never more.
    half = len(seen.descriptors) // 2
    assert max(seen.descriptors[half:]) <= max(seen.descriptors[:half])
    assert files == []


def test_killing_workers_again_and_again(part: float, folder: Path) -> None:
    (picture,) = photos(1, (48, 64))
    with running(folder, "--workers", 1) as service:
        for _ in range(round(20 * part)):
            os.kill(service.workers()[0], signal.SIGKILL)
            assert ask_anyhow(service, picture) == 200
            time.sleep(0.1)
        assert service.files() == []
