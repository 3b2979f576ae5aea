"""SIGINT and SIGTERM while training: the step is finished and its state saved, then the run ends."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import NoReturn, Self

import torch
from lightning_fabric import Fabric

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Inside the block the first signal is only noted; a second one ends a single process as ever.

    Of several processes none ends before the first one has saved: torchrun itself sends a second signal
    a moment after the first, and one to all others when one has ended.
    """

    def __init__(self, fabric: Fabric) -> None:
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
        """Whether to end after this step; all processes of a run hear the same answer."""
        fabric = self._fabric
        if fabric.world_size > 1:
            # A signal reaches the processes at different steps, and none may wait for one that left.
            noted = torch.tensor(float(self._noted or 0), device=fabric.device)
            heard = int(fabric.all_reduce(noted, reduce_op="max").item())  # type: ignore[union-attr]
            # One that came while they asked each other is heard at the next step, by all of them.
            self._noted = heard or self._noted
            return heard != 0
        return self._noted is not None

    def leave(self) -> NoReturn:
        """Do what the signal would have done without us; end the run in any case."""
        self._fabric.barrier()
        self._end()

    def _end(self) -> NoReturn:
        assert self._noted is not None, "no signal came"
        self._restore()
        signal.raise_signal(self._noted)
        raise KeyboardInterrupt
