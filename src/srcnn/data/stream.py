"""Batches from data sets larger than memory; worker processes decode images in advance.

Steps are grouped into blocks. Each block uses its own small set of images, sampled by the same
`PatchSampler` as images in memory. The set depends only on the block, so neither the number of
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
"""Steps and images of a block.

With a batch size of 32, each decoded image yields 16 patches; decoding then takes about as long
as the training steps of 9-1-5.
"""

OneVersion = Callable[[Path, np.random.Generator], tuple[NDArray[np.uint8], Degraded]]
"""A function from a file to (reference, its low-resolution image), perhaps of a random part."""
MakeSampler = Callable[[list[Pair]], PatchSampler]
"""A function from the images of a block to their sampler."""


@dataclass(frozen=True)
class Cutter:
    """The task of a worker, which receives it by pickle.

    Attributes:
        version: Decodes and degrades a file.
        grid: The grid of the network.
        make_sampler: Makes the sampler of a block.
    """

    version: OneVersion
    grid: Grid
    make_sampler: MakeSampler

    def __call__(
        self, files: list[Path], seed: Sequence[int], first: int
    ) -> tuple[list[Batch] | MissingData, list[str]]:
        """Return the batches of a block.

        Args:
            files: The images of the block.
            seed: Seed of the degradations.
            first: First step; the block has `STEPS` steps.

        Returns:
            The batches, or the error if no image is usable, and warnings about unusable images.
        """
        random = np.random.default_rng(seed)
        warnings: list[str] = []
        pairs = load_pairs(
            files, lambda file: [self.version(file, random)], self.grid, warnings.append
        )
        try:
            sampler = self.make_sampler(pairs)
        except MissingData as error:  # all are too small; the sampler will try other images
            return error, warnings
        return [sampler.batch(step) for step in range(first, first + STEPS)], warnings


_Cut = Future[tuple[list[Batch] | MissingData, list[str]]]


class StreamSampler:
    """A `srcnn.data.patches.Sampler` that uses every image once in an epoch, whatever its size."""

    def __init__(
        self,
        files: list[Path],
        cutter: Cutter,
        seed: int,
        workers: int,
        warn: Callable[[str], None],
    ) -> None:
        """Start the worker processes.

        Args:
            files: The images.
            cutter: The task of the workers.
            seed: Seed of all random choices.
            workers: Number of processes.
            warn: Called once for every image that cannot be used.
        """
        self._files, self._cutter, self._seed = files, cutter, seed
        self._ahead = workers
        self._warn, self._warned = warn, set[str]()
        # Spawn, because a fork inherits the locks of libvips and torch without their threads.
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
            # A block without usable images borrows those of later blocks, at most an epoch ahead.
            for other in range(block + 1, block + 2 + len(self._files) // PICTURES):
                if not isinstance(batches, MissingData):
                    break
                batches = self._result(self._submit(block, other))
        except BrokenProcessPool:
            raise SrcnnError(
                "a worker process",
                "ended unexpectedly, perhaps out of memory",
                "resume the run; its state was saved",
            ) from None
        if isinstance(batches, MissingData):
            raise batches
        return batches

    def _submit(self, block: int, other: int) -> _Cut:
        """Start to make the batches of ``block`` from the images of block ``other``."""
        seed = (self._seed, block, 1)  # three numbers, because seeds of steps have two
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
        """See `srcnn.data.patches.Sampler.pictures`; images not yet decoded count as usable."""
        return len(self._files) - len(self._warned)

    def files_of(self, block: int) -> list[Path]:
        """Return the images of a block."""
        places = range(block * PICTURES, (block + 1) * PICTURES)
        count = len(self._files)
        return [
            self._files[_permutation(self._seed, place // count, count)[place % count]]
            for place in places
        ]

    def __enter__(self) -> Self:
        """Return the sampler."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the workers."""
        self._pool.shutdown(cancel_futures=True)


@lru_cache(2)
def _permutation(seed: int, epoch: int, count: int) -> NDArray[np.intp]:
    """Return the order of the images in an epoch."""
    return np.random.default_rng((seed, epoch, 2)).permutation(count)


def _begin() -> None:
    """Prepare a worker: leave signals to the trainer, and exit when the trainer exits."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the whole process group may receive them
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_follow_parent, daemon=True).start()
    threadpool_limits(1)


def _follow_parent() -> None:
    """Wait until the trainer exits, then exit."""
    parent = parent_process()
    assert parent is not None, "not in a worker"
    parent.join()
    os._exit(1)
