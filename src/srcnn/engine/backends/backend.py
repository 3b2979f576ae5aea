"""The protocol of a backend."""

from __future__ import annotations

import re
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Batch = NDArray[np.float32]


class Backend(Protocol):
    """One loaded network. Backends are thread-safe."""

    def run(self, batch: Batch) -> Batch:
        """Run the network on a batch. The backend neither pads nor clamps.

        Args:
            batch: (N, C, h + 2r, w + 2r) float32 around [0, 1]; r is the network's ``grid.radius``.

        Returns:
            (N, C, factor * h, factor * w) float32.
        """
        ...


def is_out_of_memory(error: Exception) -> bool:
    """Return whether an engine's exception reports a failed allocation.

    Each engine has its own exception and message for this.
    """
    return isinstance(error, MemoryError) or bool(
        re.search("alloc|out of memory", str(error), re.I)
    )
