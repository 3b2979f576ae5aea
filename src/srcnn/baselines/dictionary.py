"""Learn a dictionary of patches, so that a few atoms approximate each patch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import MissingData

Progress = Callable[[float], None]
"""A callback that receives the finished fraction, 0 to 1."""


@dataclass(frozen=True)
class Learning:
    """Settings of dictionary learning.

    Attributes:
        atoms: Number of atoms.
        samples: Patches to learn from, each used once. Half as many cost 0.01 dB on Set5.
        penalty: Weight of the L1 norm of the codes in the loss.
    """

    atoms: int = 1024
    samples: int = 8192
    penalty: float = 0.3


_BATCH = 256
"""Patches in a mini-batch."""


def check_enough(patches: int, learning: Learning) -> None:
    """Check that there are at least as many patches as atoms.

    Raises:
        MissingData: There are fewer.
    """
    if patches < learning.atoms:
        why = f"contain {patches} patches that are not flat, but {learning.atoms} are needed"
        raise MissingData("training images", why)


def learn(
    features: NDArray[np.float32], learning: Learning, progress: Progress
) -> NDArray[np.float32]:
    """Learn a dictionary with scikit-learn, starting from random patches as atoms.

    Mairal, Bach, Ponce, Sapiro: "Online dictionary learning for sparse coding", ICML 2009.

    Args:
        features: (N, d) float32, each of length 1.
        learning: The settings.
        progress: Called with the finished fraction.

    Returns:
        (K, d) float32 atoms, each of length 1.

    Raises:
        MissingData: There are fewer features than atoms.
    """
    from sklearn.decomposition import MiniBatchDictionaryLearning

    check_enough(len(features), learning)
    chosen = np.random.default_rng(0).permutation(len(features))
    first = features[chosen[: learning.atoms]]
    seen = features[chosen[-learning.samples :]]
    batches = -(-len(seen) // _BATCH)

    def tell(state: dict[str, Any]) -> None:
        progress(min(1.0, (state["i"] + 1) / batches))

    learner = MiniBatchDictionaryLearning(
        len(first),
        alpha=learning.penalty,
        max_iter=1,
        batch_size=_BATCH,
        dict_init=first.astype(np.float64),
        tol=0.0,
        callback=tell,
        random_state=0,
        max_no_improvement=None,
    )
    atoms: NDArray[np.float64] = learner.fit(seen.astype(np.float64)).components_
    lengths = np.linalg.norm(atoms, axis=1, keepdims=True)
    unit: NDArray[np.float64] = atoms / np.maximum(lengths, np.finfo(np.float64).tiny)
    return unit.astype(np.float32)
