"""Match the keys of a foreign state dict to layers by name, by number, or by channel counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise, permutations

from srcnn.errors import ModelError

Shape = tuple[int, ...]


class UnknownLayout(ModelError):
    """The keys of a state dict are not those of an SRCNN; it may be another kind of network."""


_OURS = r"(\w+\.)*?(?P<name>conv(?P<number>\d+)\.(weight|bias|bits|alpha))"
"""srcnn's tensor names, which several ports share, behind any prefix (such as ``module.``)."""
_MOST = 6
"""Largest number of layers whose order is searched for; the number of orders grows fast.

The paper's deepest network has five layers.
"""


def names_of(shapes: Mapping[str, Shape], source: str) -> dict[str, str]:
    """Map the keys of a state dict to ``convK.weight``, ``convK.bias`` and so on.

    If the keys do not contain ``convK`` with K from 1 to the number of layers, each 4-D ``weight``
    starts a layer. Layers of an ``nn.Sequential`` are ordered by their number. Layers with other
    names are put into the only order in which each accepts its predecessor's output channels.

    Args:
        shapes: Shape of each value by key; () for values that are not tensors.
        source: Name of the file, for the error message.

    Raises:
        UnknownLayout: The keys cannot be matched.
    """
    ours = {key: re.fullmatch(_OURS, key) for key in shapes}
    numbered = {match["number"] for match in ours.values() if match}
    if all(ours.values()) and numbered == {str(k) for k in range(1, len(numbered) + 1)}:
        return {key: match["name"] for key, match in ours.items() if match}
    layers = {
        key.removesuffix(".weight"): shape
        for key, shape in shapes.items()
        if key.endswith(".weight") and len(shape) == 4
    }
    parts = {key: key.rpartition(".") for key in shapes}
    for key, (layer, _, part) in parts.items():
        if layer not in layers or part not in ("weight", "bias"):
            raise UnknownLayout(source, f"the key '{key}' belongs to no known layout of SRCNN")
    numbers = {layer: k for k, layer in enumerate(_in_order(layers, source), 1)}
    return {key: f"conv{numbers[layer]}.{part}" for key, (layer, _, part) in parts.items()}


def _in_order(layers: Mapping[str, Shape], source: str) -> Sequence[str]:
    """Return the names of the layers, first to last.

    Raises:
        UnknownLayout: Several orders fit, or none.
    """
    if len({re.sub(r"\d+", "0", layer) for layer in layers}) == 1:
        return sorted(layers, key=_numbers)
    orders = [] if len(layers) > _MOST else list(permutations(layers))
    for channels in (1, 3):
        fitting = [order for order in orders if _fit([layers[name] for name in order], channels)]
        if len(fitting) == 1:
            return fitting[0]
    raise UnknownLayout(source, f"does not show the order of its layers ({', '.join(layers)})")


def _numbers(layer: str) -> list[tuple[int, str]]:
    """Return a sort key that compares the numbers in a layer's name by value."""
    return [(len(number), number) for number in re.findall(r"\d+", layer)]


def _fit(shapes: Sequence[Shape], channels: int) -> bool:
    """Return whether (n, c, f, f) filters form a chain that starts and ends with ``channels``."""
    inner = all(before[0] == after[1] for before, after in pairwise(shapes))
    return inner and shapes[0][1] == shapes[-1][0] == channels
