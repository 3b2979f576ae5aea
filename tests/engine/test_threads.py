"""Numpy's own threads: one while pictures are made, and afterwards as many as before."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread

import pytest
from threadpoolctl import threadpool_info

from srcnn.engine.threads import _quota, cores, one_core_per_product


def blas_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_whoever_leaves_first_the_process_is_left_as_it_was() -> None:
    before = blas_threads()
    first, second = ExitStack(), ExitStack()
    first.enter_context(one_core_per_product())
    second.enter_context(one_core_per_product())
    assert blas_threads() == {1}
    first.close()
    assert blas_threads() == {1}, "the second is still at work"
    second.close()
    assert blas_threads() == before


def test_threads_limit_and_lift_together() -> None:
    """Two threads whose stays overlap: the limit holds for both, from anywhere, and is lifted."""
    entered, may_leave = [Event(), Event()], [Event(), Event()]
    seen = []

    def stay(k: int) -> None:
        with one_core_per_product():
            entered[k].set()
            may_leave[k].wait(10)
            seen.append(blas_threads())

    before = blas_threads()
    threads = [Thread(target=stay, args=(k,)) for k in (0, 1)]
    for k, thread in enumerate(threads):
        thread.start()
        assert entered[k].wait(10)
    for k, thread in enumerate(threads):
        assert blas_threads() == {1}
        may_leave[k].set()
        thread.join()
    assert seen == [{1}, {1}]
    assert blas_threads() == before


def in_fork(check: Callable[[], bool]) -> bool:
    """Return what ``check`` says in a forked process; False if it takes 20 seconds."""
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        try:
            os._exit(0 if check() else 1)
        finally:
            os._exit(2)
    return os.waitpid(child, 0)[1] == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_process_forked_inside_starts_anew() -> None:
    """It can enter and leave as often as it likes, and its own products get all cores back."""
    before = blas_threads()

    def enter() -> bool:
        with one_core_per_product():
            inside = blas_threads()
        return inside == {1} and blas_threads() == before

    stay = ExitStack()
    stay.enter_context(one_core_per_product())
    assert in_fork(enter)

    def leave_and_enter() -> bool:
        stay.close()
        return enter() and enter()

    assert in_fork(leave_and_enter)
    assert blas_threads() == {1}
    stay.close()
    assert blas_threads() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_lock_held_at_the_fork_is_no_obstacle() -> None:
    def enter() -> bool:
        with one_core_per_product():
            return blas_threads() == {1}

    with one_core_per_product._stay._lock:
        assert in_fork(enter)


def test_a_process_that_ends_inside_ends_in_silence() -> None:
    """As one does that breaks off a picture, and keeps its generator until the end."""
    code = (
        "from srcnn.engine.threads import _quota, cores, one_core_per_product\n"
        "def rows():\n"
        "    with one_core_per_product():\n"
        "        yield 1\n"
        "held = rows()\n"
        "next(held)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("groups", "files", "quota"),
    [
        ("0::/\n", {"cpu.max": "max 100000\n"}, math.inf),
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 1.5),
        # The quota of the group around it holds, too.
        ("0::/a/b\n", {"a/cpu.max": "100000 50000", "a/b/cpu.max": "400000 100000"}, 2.0),
        (
            "4:memory:/x\n3:cpu,cpuacct:/docker/1\n",
            {
                "cpu/cpu.cfs_quota_us": "250000",
                "cpu/cpu.cfs_period_us": "100000",
            },
            2.5,
        ),
        (
            "3:cpu,cpuacct:/\n",
            {"cpu,cpuacct/cpu.cfs_quota_us": "-1", "cpu,cpuacct/cpu.cfs_period_us": "100000"},
            math.inf,
        ),
        ("", {}, math.inf),
    ],
)
def test_quota_of_a_container(
    tmp_path: Path, groups: str, files: dict[str, str], quota: float
) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(groups)
    for name, text in files.items():
        path = tmp_path / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert _quota(tmp_path) == quota


@pytest.mark.parametrize(("quota", "counted"), [(0.3, 1), (1.0, 1), (1.5, 2), (64.0, 4)])
def test_a_part_of_a_processor_counts_as_one(
    monkeypatch: pytest.MonkeyPatch, quota: float, counted: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(4)), raising=False)
    monkeypatch.setattr("srcnn.engine.threads._quota", lambda: quota)
    assert cores() == counted
