"""What an engine must do."""

from __future__ import annotations

import re
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Batch = NDArray[np.float32]


class Backend(Protocol):
    """One loaded network. Safe to call from several threads."""

    def run(self, batch: Batch) -> Batch:
        """N x C x (H + 2r) x (W + 2r) float32 in, N x C x H x W float32 out; no padding, no clamping."""
        ...


def is_out_of_memory(error: Exception) -> bool:
    """Whether an engine's exception says that an allocation failed: each has its own way to say so."""
    return isinstance(error, MemoryError) or bool(
        re.search("alloc|out of memory", str(error), re.I)
    )
