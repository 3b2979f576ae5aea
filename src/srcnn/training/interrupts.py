"""SIGINT and SIGTERM during training: finish the step, save a checkpoint, then end the run."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import NoReturn, Self

import torch
from lightning_fabric import Fabric

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Context manager that records the first signal; a second one ends a single process at once.

    With several processes, none of them ends before rank 0 has saved: torchrun sends a second
    signal shortly after the first, and one to all other processes as soon as one has ended.
    """

    def __init__(self, fabric: Fabric) -> None:
        """Take the Fabric whose processes stop together."""
        self._fabric = fabric
        self._noted: int | None = None

    def __enter__(self) -> Self:
        # A signal that the process was started to ignore stays ignored.
        self._before = {
            number: signal.signal(number, self._note)
            for number in SIGNALS
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._noted is None:
            self._noted = number
        elif self._fabric.world_size == 1:
            self._end()

    def wanted(self) -> bool:
        """Return whether to end after this step. All processes of a run get the same answer."""
        fabric = self._fabric
        if fabric.world_size > 1:
            # A signal reaches the processes at different steps; none may wait for one that ended.
            noted = torch.tensor(float(self._noted or 0), device=fabric.device)
            heard = int(fabric.all_reduce(noted, reduce_op="max").item())  # type: ignore[union-attr]
            # A signal that arrives during the reduction is seen by all of them at the next step.
            self._noted = heard or self._noted
            return heard != 0
        return self._noted is not None

    def leave(self) -> NoReturn:
        """Raise the recorded signal again with its original handler, and end the run."""
        self._fabric.barrier()
        self._end()

    def _end(self) -> NoReturn:
        assert self._noted is not None, "no signal came"
        self._restore()
        signal.raise_signal(self._noted)
        raise KeyboardInterrupt
