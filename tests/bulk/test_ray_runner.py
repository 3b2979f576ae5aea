"""What the command decides about Ray's workers, with a Ray that only keeps accounts."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from srcnn import __version__
from srcnn.bulk import ray_runner
from srcnn.bulk.ray_runner import RayRunner
from srcnn.bulk.task import Row, Task
from srcnn.engine.options import Engine
from srcnn.errors import SrcnnError

from .conftest import needs

pytestmark = needs("ray")


class RayError(Exception):
    """A worker died."""


class RayTaskError(RayError):
    """A worker raised an exception."""


class AccountingRay:
    """Runs a task when its result is asked for."""

    exceptions = SimpleNamespace(RayError=RayError, RayTaskError=RayTaskError)

    def __init__(self, resources: dict[str, float], deadly: tuple[str, ...] = ()) -> None:
        self.resources, self.deadly = resources, deadly
        self.version: Callable[[], str] = lambda: __version__
        self.options: list[dict[str, Any]] = []
        self.tried: list[str] = []

    def cluster_resources(self) -> dict[str, float]:
        return self.resources

    def put(self, value: object) -> object:
        return value

    def remote(self, kind: type) -> Any:
        def start(work: object) -> Any:
            alive = [True]

            def do(task: Task) -> Row:
                if not alive[0]:
                    raise RayError("died before")
                self.tried.append(task.source)
                if task.source in self.deadly:
                    alive[0] = False
                    raise RayError("died")
                return Row(task.source, task.destination)

            return Handle(self.version, do)

        def options(**given: Any) -> Any:
            self.options.append(given)
            return SimpleNamespace(remote=start)

        return SimpleNamespace(options=options)

    def wait(self, references: list[Any], num_returns: int, timeout: float) -> tuple[Any, Any]:
        return references[:num_returns], references[num_returns:]

    def get(self, reference: Reference) -> Any:
        return reference.run()

    def kill(self, actor: object) -> None:
        pass

    def shutdown(self) -> None:
        pass


class Handle:
    """An actor, as the command sees it."""

    def __init__(self, version: Callable[[], str], do: Callable[[Task], Row]) -> None:
        self.version = SimpleNamespace(remote=lambda: Reference(version))
        self.do = SimpleNamespace(remote=lambda task: Reference(lambda: do(task)))


class Reference:
    """A result that is not there yet."""

    def __init__(self, run: Callable[[], Any]) -> None:
        self.run = run


def rows_of(
    ray: AccountingRay, monkeypatch: pytest.MonkeyPatch, names: str, engine: Engine | None = None
) -> list[Row]:
    monkeypatch.setattr(ray_runner, "_connect", lambda address, folder: ray)
    runner = RayRunner("auto", engine or Engine(threads=1))
    tasks = iter([Task(name, f"{name}_x2") for name in names])
    found = [row for row in runner.rows(None, tasks) if row is not None]  # type: ignore[arg-type]
    assert list(runner.leave()) == []
    return found


@pytest.mark.parametrize(
    ("engine", "workers", "cpus", "gpus"),
    [
        (Engine(threads=1), 8, 1, 0),
        (Engine(threads=3), 2, 3, 0),
        (Engine(threads=16), 1, 16, 0),
        (Engine(threads=1, device="cuda"), 2, 1, 1),
    ],
)
def test_workers_of_a_cluster_of_8_cpus_and_2_gpus(
    engine: Engine, workers: int, cpus: int, gpus: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = AccountingRay({"CPU": 8.0, "GPU": 2.0})
    assert len(rows_of(ray, monkeypatch, "abcdefghijklmnopqrstuvwxyz", engine)) == 26
    assert len(ray.options) == workers
    for options in ray.options:
        assert (options["num_cpus"], options["num_gpus"]) == (cpus, gpus)
        assert (options["max_restarts"], options["max_task_retries"]) == (0, 0)


def test_only_what_a_worker_died_of_is_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    ray = AccountingRay({"CPU": 2.0}, deadly=("c", "d", "g"))
    found = {row.source: row for row in rows_of(ray, monkeypatch, "abcdefgh")}
    assert sorted(found) == list("abcdefgh")
    assert [name for name in found if not found[name].ok] == [n for n in found if n in "cdg"]
    assert {found[name].kind for name in "cdg"} == {"WorkerDied"}
    assert (
        found["c"].error == "c: 2 workers died while they enlarged it; enlarge it alone to see why"
    )
    assert {name: ray.tried.count(name) for name in "abcdefgh"} == {
        name: 2 if name in "cdg" else 1 for name in "abcdefgh"
    }
    assert len(ray.options) == 2 + 6


def test_a_machine_with_another_version_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    ray = AccountingRay({"CPU": 2.0})
    ray.version = lambda: "0.0.1"
    with pytest.raises(SrcnnError, match=r"srcnn 0\.0\.1: is on a machine of the cluster"):
        rows_of(ray, monkeypatch, "abc")


def test_workers_that_do_not_start_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise RayError("The actor died\nModuleNotFoundError: No module named 'srcnn'")

    ray = AccountingRay({"CPU": 2.0})
    ray.version = fail
    with pytest.raises(SrcnnError, match=r"do not start .*No module named 'srcnn'"):
        rows_of(ray, monkeypatch, "abc")
    assert len(ray.options) <= 5
