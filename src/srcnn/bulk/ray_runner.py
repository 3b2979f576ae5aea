"""Runs tasks on a Ray cluster, or in processes that Ray starts on this machine.

Ray restarts nothing here: a picture that kills its worker would kill every worker that gets it.
Each worker is an actor with its own queue of two tasks, so it is known which picture it died of.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from srcnn import __version__
from srcnn._optional import need
from srcnn.bulk.task import Row, Task
from srcnn.bulk.work import Work, Worker
from srcnn.conversion.failures import as_ours
from srcnn.engine.options import Engine
from srcnn.engine.threads import cores
from srcnn.errors import SrcnnError, WorkerDied
from srcnn.images.files import remove_parts

_QUEUE = 2
"""Tasks that an actor holds: one in progress, one that waits, so it never waits for the driver."""
_DEATHS = 2
"""Number of workers that may die of a picture. The first may have died of something else, such as
a machine that was taken away."""
_FALSE_STARTS = 3
"""Number of workers in a row that may fail to start before the run ends."""
_TICK = 0.1
"""Longest time without a row or None, in seconds."""
_GRACE = 1.0
"""Time in seconds that pictures in progress have to end after an interruption."""
_ANSWERS = 10.0
"""Time in seconds in which a cluster must take a connection."""
_OBJECTS = 100 * 2**20
"""Bytes of Ray's object store on this machine; the network is the largest object."""


class Actor:
    """A worker in a process of its own. Ray calls one method at a time."""

    def __init__(self, work: Work) -> None:
        """Open the network."""
        self._worker = Worker(work)

    def version(self) -> str:
        """Return the version of srcnn on the worker's machine."""
        return __version__

    def do(self, task: Task) -> Row:
        """Do a task."""
        return self._worker(task)


class RayRunner:
    """Enlarges one picture per actor at once. See `Runner`."""

    def __init__(self, address: str | None, engine: Engine) -> None:
        """Connect to a cluster, or start one of this machine's cores.

        Args:
            address: Address of the cluster; None starts one, which ends with this runner.
            engine: How networks are run; it decides how many CPUs and GPUs an actor takes.

        Raises:
            MissingExtra: If Ray is not installed.
            SrcnnError: If the cluster does not answer.
        """
        need("ray", "--on ray", "ray")
        self._folder = None if address is not None else mkdtemp(prefix="srcnn-ray-")
        self._ray = _connect(address, self._folder)
        threads, gpus = engine.threads or 1, int(engine.device == "cuda")
        self._options = {
            "num_cpus": threads,
            "num_gpus": gpus,
            "max_restarts": 0,
            "max_task_retries": 0,
            "scheduling_strategy": "SPREAD",
        }
        has = self._ray.cluster_resources()
        self._most = max(1, int(has.get("GPU", 0) if gpus else has.get("CPU", 0) // threads))
        self._work: Any = None
        self._starting: dict[Any, Any] = {}
        self._queues: dict[Any, deque[tuple[Any, Task]]] = {}
        self._again: deque[Task] = deque()
        self._deaths: Counter[str] = Counter()
        self._false_starts = 0

    def rows(self, work: Work, tasks: Iterator[Task]) -> Iterator[Row | None]:
        """See `Runner.rows`.

        Raises:
            SrcnnError: If workers do not start.
        """
        self._work = self._ray.put(work)
        for _ in range(self._most):
            self._start()
        while True:
            self._fill(tasks)
            pending = [ref for queue in self._queues.values() for ref, _ in queue]
            if self._queues and not pending:  # there are workers, and nothing to give them
                return
            wanted = [*pending, *self._starting]
            ready, _ = self._ray.wait(wanted, num_returns=1, timeout=_TICK)
            if not ready:
                yield None
                continue
            ready, _ = self._ray.wait(wanted, num_returns=len(wanted), timeout=0)
            yield from self._received(set(ready))

    def leave(self) -> Iterator[Row]:
        """See `Runner.leave`. Ends a cluster that this runner started."""
        pending = [pair for queue in self._queues.values() for pair in queue]
        if pending:
            refs = [ref for ref, _ in pending]
            done = set(self._ray.wait(refs, num_returns=len(refs), timeout=_GRACE)[0])
            for ref, _ in pending:
                if ref in done:
                    try:
                        yield self._ray.get(ref)
                    except self._ray.exceptions.RayError:
                        continue
        for actor in [*self._queues, *self._starting.values()]:
            self._ray.kill(actor)
        self._ray.shutdown()
        if self._folder is not None:
            rmtree(self._folder, ignore_errors=True)
        for folder in {_folder_of(task) for _, task in pending}:
            remove_parts(folder)

    def _start(self) -> None:
        actor = self._ray.remote(Actor).options(**self._options).remote(self._work)
        self._starting[actor.version.remote()] = actor

    def _fill(self, tasks: Iterator[Task]) -> None:
        """Give tasks to the actors, so that each has one in progress before any has a second."""
        for length in range(1, _QUEUE + 1):
            for actor, queue in self._queues.items():
                if len(queue) >= length:
                    continue
                task = self._again.popleft() if self._again else next(tasks, None)
                if task is None:
                    return
                queue.append((actor.do.remote(task), task))

    def _received(self, ready: set[Any]) -> Iterator[Row]:
        """Yield the rows of finished tasks; replace actors that died."""
        for ref in ready & self._starting.keys():
            self._started(ref)
        for actor, queue in list(self._queues.items()):
            while queue and queue[0][0] in ready:
                ref, task = queue.popleft()
                try:
                    yield self._ray.get(ref)
                except self._ray.exceptions.RayTaskError as error:  # a mistake in srcnn
                    yield Row.failed(task, as_ours(error, task.source))
                except self._ray.exceptions.RayError:
                    yield from self._died(actor, task)
                    break

    def _started(self, ref: Any) -> None:
        """Take an actor that has started into use.

        Raises:
            SrcnnError: If several in a row failed to start, or one has another version of srcnn.
        """
        actor = self._starting.pop(ref)
        try:
            version = self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            self._false_starts += 1
            if self._false_starts >= _FALSE_STARTS:
                fix = "is srcnn installed on every machine?"
                raise SrcnnError(
                    "Ray", f"its workers do not start ({_last_line(error)})", fix
                ) from None
            self._start()
            return
        if version != __version__:
            why = f"is on a machine of the cluster, and {__version__} here"
            raise SrcnnError(f"srcnn {version}", why, "install the same version everywhere")
        self._false_starts = 0
        self._queues[actor] = deque()

    def _died(self, actor: Any, task: Task) -> Iterator[Row]:
        """Replace an actor that died of a task; yield its row if it is not tried again."""
        waiting = self._queues.pop(actor)
        self._again.extend(task for _, task in waiting)
        self._ray.kill(actor)  # if only the connection to it was lost
        remove_parts(_folder_of(task))
        self._start()
        self._deaths[task.source] += 1
        if self._deaths[task.source] < _DEATHS:
            self._again.append(task)
            return
        fix = "enlarge it alone to see why"
        why = f"{_DEATHS} workers died while they enlarged it"
        yield Row.failed(task, WorkerDied(task.source, why, fix))


def _connect(address: str | None, folder: str | None) -> Any:
    """Connect this process to a cluster, or to a new one on this machine, and return Ray.

    Args:
        address: Address of the cluster; None starts one.
        folder: Where a cluster that is started keeps sockets and logs.

    Raises:
        SrcnnError: If the cluster does not answer.
    """
    _check_answers(address)
    ray = import_module("ray")  # whose functions are not all typed
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # sends nothing to Ray's makers
    options: dict[str, object] = {"address": address}
    if address is None:
        if "RAY_AUTH_MODE" not in os.environ:  # else Ray would keep a token in the home folder
            os.environ.setdefault("RAY_AUTH_TOKEN", token_hex(32))
        options = {
            "address": "local",
            "num_cpus": cores(),
            "include_dashboard": False,
            "object_store_memory": _OBJECTS,
            "_temp_dir": folder,  # of sockets and logs
        }
    handlers = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        with _silent():
            ray.init(**options, logging_level=logging.CRITICAL, log_to_driver=False)
    except Exception as error:  # Ray's exceptions share no base
        name = "ray" if address is None else address
        why = f"no Ray cluster answers ({_last_line(error)})"
        raise SrcnnError(f"--on {name}", why) from None
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)
    return ray


def _check_answers(address: str | None) -> None:
    """Check that something listens at an address: Ray itself waits for it for minutes.

    Raises:
        SrcnnError: If nothing does.
    """
    if address in (None, "auto"):
        return
    host, _, port = str(address).removeprefix("ray://").rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _ANSWERS).close()
    except (OSError, OverflowError) as error:
        why = f"no Ray cluster answers ({error})"
        raise SrcnnError(f"--on {address}", why) from None


@contextmanager
def _silent() -> Iterator[None]:
    """Discard what is printed to stderr: Ray prints about each try to connect, also from C++."""
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _folder_of(task: Task) -> Path:
    """Return the folder in which a worker that died may have left an unfinished result."""
    return Path(task.destination).parent


def _last_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__
