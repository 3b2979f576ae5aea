"""A dictionary of patches, learned so that a few of its atoms make each patch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import MissingData

Progress = Callable[[float], None]
"""Told the part that is done, 0 to 1."""


@dataclass(frozen=True)
class Learning:
    """How a dictionary is learned."""

    atoms: int = 1024
    samples: int = 8192
    """Patches that it is learned from, each seen once: half as many were 0.01 dB worse on Set5."""
    penalty: float = 0.3
    """Of the absolute sum of a patch's weights, in the loss."""


_BATCH = 256


def check_enough(patches: int, learning: Learning) -> None:
    """`MissingData` for pictures that give fewer patches than a dictionary has atoms."""
    if patches < learning.atoms:
        why = f"give {patches} patches that are not flat, and {learning.atoms} are needed"
        raise MissingData("the training pictures", why)


def learn(
    features: NDArray[np.float32], learning: Learning, progress: Progress
) -> NDArray[np.float32]:
    """N x d features of length 1 to K x d atoms of length 1, by scikit-learn.

    Mairal, Bach, Ponce, Sapiro: "Online dictionary learning for sparse coding", ICML 2009, begun with
    patches as atoms: `MissingData` where there are fewer of them.
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
