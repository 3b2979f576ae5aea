"""Batches of a data set larger than memory: worker processes decode pictures ahead of the steps.

A block of steps is cut from a small set of pictures of its own, by the same `PatchSampler` that cuts
from a set in memory. Which pictures those are is a function of the block alone, so neither the number of
workers nor an interruption changes a batch.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Self

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from srcnn.data.patches import Batch, Pair, PatchSampler, load_pairs
from srcnn.errors import MissingData, SrcnnError
from srcnn.images.degrade import Degraded
from srcnn.images.grid import Grid

STEPS, PICTURES = 16, 32
"""Of a block. With batches of 32 a picture is decoded for 16 patches: that costs about as much as the
steps of 9-1-5 that learn from them."""

OneVersion = Callable[[Path, np.random.Generator], tuple[NDArray[np.uint8], Degraded]]
"""A function from a file to (truth, its low-resolution image), or a part of both, by chance."""
MakeSampler = Callable[[list[Pair]], PatchSampler]


@dataclass(frozen=True)
class Cutter:
    """What a worker does; it goes there by pickle."""

    version: OneVersion
    grid: Grid
    make_sampler: MakeSampler

    def __call__(
        self, files: list[Path], seed: Sequence[int], first: int
    ) -> tuple[list[Batch] | MissingData, list[str]]:
        """(The batches of the `STEPS` steps from ``first``, or why no picture is usable; warnings)."""
        random = np.random.default_rng(seed)
        warnings: list[str] = []
        pairs = load_pairs(
            files, lambda file: [self.version(file, random)], self.grid, warnings.append
        )
        try:
            sampler = self.make_sampler(pairs)
        except MissingData as error:  # all of them too small: the trainer sends others
            return error, warnings
        return [sampler.batch(step) for step in range(first, first + STEPS)], warnings


_Cut = Future[tuple[list[Batch] | MissingData, list[str]]]


class StreamSampler:
    """See `srcnn.data.patches.Sampler`. Every picture is drawn once in an epoch, large or small."""

    def __init__(
        self,
        files: list[Path],
        cutter: Cutter,
        seed: int,
        workers: int,
        warn: Callable[[str], None],
    ) -> None:
        """``warn`` is told once of every picture that cannot be used."""
        self._files, self._cutter, self._seed = files, cutter, seed
        self._ahead = workers
        self._warn, self._warned = warn, set[str]()
        # Spawned, not forked: a fork has libvips's and torch's locks, but not the threads behind them.
        self._pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin)
        self._coming: dict[int, _Cut] = {}
        self._block, self._batches = -1, list[Batch]()

    def batch(self, step: int) -> Batch:
        """See `srcnn.data.patches.Sampler.batch`."""
        block, at = divmod(step, STEPS)
        if block != self._block:
            self._block, self._batches = block, self._take(block)
        return self._batches[at]

    def _take(self, block: int) -> list[Batch]:
        try:
            for b in range(block, block + self._ahead + 1):
                if b not in self._coming:
                    self._coming[b] = self._submit(b, b)
            batches = self._result(self._coming.pop(block))
            # A block without a usable picture takes those of the blocks behind it, at most an epoch of them.
            for other in range(block + 1, block + 2 + len(self._files) // PICTURES):
                if not isinstance(batches, MissingData):
                    break
                batches = self._result(self._submit(block, other))
        except BrokenProcessPool:
            raise SrcnnError(
                "a worker that decodes pictures",
                "ended, perhaps for lack of memory",
                "go on with the run: its state was saved",
            ) from None
        if isinstance(batches, MissingData):
            raise batches
        return batches

    def _submit(self, block: int, other: int) -> _Cut:
        """Cut the batches of a block, from the pictures of this or another one."""
        seed = (self._seed, block, 1)  # of two numbers are the seeds of the steps
        return self._pool.submit(self._cutter, self.files_of(other), seed, block * STEPS)

    def _result(self, cut: _Cut) -> list[Batch] | MissingData:
        batches, warnings = cut.result()
        for warning in warnings:
            if warning not in self._warned:
                self._warned.add(warning)
                self._warn(warning)
        return batches

    @property
    def pictures(self) -> int:
        """See `srcnn.data.patches.Sampler.pictures`; as far as they have been looked at."""
        return len(self._files) - len(self._warned)

    def files_of(self, block: int) -> list[Path]:
        """The pictures of a block."""
        places = range(block * PICTURES, (block + 1) * PICTURES)
        count = len(self._files)
        return [
            self._files[_permutation(self._seed, place // count, count)[place % count]]
            for place in places
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)


@lru_cache(2)
def _permutation(seed: int, epoch: int, count: int) -> NDArray[np.intp]:
    """The order of the pictures in an epoch."""
    return np.random.default_rng((seed, epoch, 2)).permutation(count)


def _begin() -> None:
    """A worker ends when the trainer does, however that ends, and leaves signals to it."""
    for number in (signal.SIGINT, signal.SIGTERM):  # which may go to the whole group
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_follow_parent, daemon=True).start()
    threadpool_limits(1)


def _follow_parent() -> None:
    parent = parent_process()
    assert parent is not None, "not in a worker"
    parent.join()
    os._exit(1)
