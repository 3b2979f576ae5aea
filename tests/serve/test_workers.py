"""Workers that die, hang or grow are replaced; each costs one request."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from ..cli.hostile_makers import png
from .service import Service, running
from .test_limits import PICTURE, busy, heavy


def until_at_work(service: Service) -> int:
    """Wait until a worker decodes a picture, and return its process."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        names = service.files()
        if any(name.endswith("/result") for name in names):
            (worker,) = service.workers()
            return worker
        time.sleep(0.02)
    raise AssertionError("no work")


def test_a_killed_worker_costs_one_request(folder: Path) -> None:
    with running(folder, "--workers", 1) as service, ThreadPoolExecutor(2) as clients:
        with busy(service, 1) as (first,):
            worker = until_at_work(service)
            following = clients.submit(service.upscale, PICTURE)
            os.kill(worker, signal.SIGKILL)
            answer = first.recv(65536)
        assert b" 503 " in answer
        assert b"retry-after: " in answer.lower()
        assert b"WorkerDied" in answer
        assert following.result().status == 200
        assert service.metrics()['srcnn_workers_replaced_total{reason="died"}'] == 1
        assert worker not in service.workers()
        assert service.files() == []


def test_a_worker_that_dies_idle_costs_nothing(folder: Path) -> None:
    with running(folder, "--workers", 1) as service:
        os.kill(service.workers()[0], signal.SIGKILL)
        assert service.upscale(PICTURE).status == 200
        assert service.ask("GET", "/healthz").status == 200


@pytest.mark.slow
def test_a_worker_that_hangs_is_replaced_at_its_deadline(folder: Path) -> None:
    options = ("--workers", 1, "--seconds", 3, "--seconds-per-megapixel", 0.1)
    with running(folder, *options) as service:
        worker = service.workers()[0]
        os.kill(worker, signal.SIGSTOP)
        started = time.monotonic()
        answer = service.upscale(PICTURE)
        assert (answer.status, answer.error["kind"]) == (504, "TooSlow")
        assert 2.5 < time.monotonic() - started < 10
        assert service.upscale(PICTURE).status == 200
        assert service.metrics()['srcnn_workers_replaced_total{reason="deadline"}'] == 1
        assert worker not in service.processes()


@pytest.mark.slow
def test_a_worker_that_grows_is_replaced(folder: Path) -> None:
    """A limit so low that a large picture is above it."""
    with running(folder, "--workers", 1, "--worker-memory", 151_000_000) as service:
        answer = service.upscale(png(5000, 400, None, 6, 16), "scale=3&model=srcnn-915")
        assert (answer.status, answer.error["kind"]) == (413, "LimitError")
        assert "memory" in answer.error["why"]
        assert service.metrics()['srcnn_workers_replaced_total{reason="memory"}'] == 1


@pytest.mark.slow
def test_a_job_is_given_up_when_its_client_leaves(folder: Path) -> None:
    with running(folder, "--workers", 1) as service:
        with closing(heavy(service)):
            until_at_work(service)
        started = time.monotonic()
        assert service.upscale(PICTURE).status == 200
        assert time.monotonic() - started < 15


def test_nothing_is_left_behind(folder: Path) -> None:
    """Neither files nor processes, however the server ends."""
    with running(folder, "--workers", 2) as service:
        assert service.upscale(PICTURE).status == 200
        everything = service.processes()
        service.process.send_signal(signal.SIGINT)
        assert service.process.wait(20) == 0
    assert list((folder / "temporary").iterdir()) == []
    assert not any(Path(f"/proc/{pid}").exists() for pid in everything)


@pytest.mark.slow
def test_workers_end_with_the_server(folder: Path) -> None:
    with running(folder, "--workers", 1) as service:
        worker, http = service.workers()[0], service.http()
        os.kill(http, signal.SIGKILL)
        assert service.process.wait(20) == 1
        end = time.monotonic() + 10
        while Path(f"/proc/{worker}").exists():
            assert time.monotonic() < end
            time.sleep(0.1)
    log = (folder / "log").read_text().splitlines()
    assert log[-1].startswith("error: srcnn serve: has ended by itself")
