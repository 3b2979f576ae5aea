"""The networks: by the form in which a recipe trains them, and by the weights in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from srcnn.models.binary import BinarySRCNN
from srcnn.models.residual import ResidualSRCNN
from srcnn.models.srcnn import SRCNN
from srcnn.weights.binary import Weights, kind_of

Trained = ResidualSRCNN | SRCNN
"""What is trained. Each form knows its ``layers``, and the ``tensors`` of the network to be kept."""

FORMS: dict[str, type[ResidualSRCNN] | type[SRCNN]] = {
    "residual": ResidualSRCNN,
    "plain": SRCNN,
    "binary": BinarySRCNN,
}
NETWORKS: dict[Weights, type[SRCNN]] = {"fp32": SRCNN, "binary": BinarySRCNN}


def network_of(tensors: Mapping[str, NDArray[Any]], source: str = "tensors") -> SRCNN:
    """The network of stored tensors, whatever kind of weights they are; `ModelError` if they are none."""
    return NETWORKS[kind_of(tensors)].from_tensors(tensors, source)
