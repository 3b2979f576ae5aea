"""Which key of somebody's state dict is which layer: by its name, its number, or what the layers take and give."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise, permutations

from srcnn.errors import ModelError

Shape = tuple[int, ...]


class UnknownLayout(ModelError):
    """A state dict whose keys are not those of an SRCNN; it may be another kind of network."""


_OURS = r"(\w+\.)*?(?P<name>conv(?P<number>\d+)\.(weight|bias|bits|alpha))"
"""Our names, also those of several ports, behind whatever they are held in (``module.``)."""
_MOST = 6
"""Layers whose order may be looked for: the paper's deepest network has five, and orders grow fast."""


def names_of(shapes: Mapping[str, Shape], source: str) -> dict[str, str]:
    """By key ``convK.weight``, ``convK.bias`` and so on, given the shapes of all tensors, () of what is none.

    Where the keys do not say ``convK``, K from 1 to the number of layers, a layer is a 4-D ``weight`` with
    what lies beside it: those of an ``nn.Sequential`` go by their number, and those with names of their own
    in the one order in which each takes the channels that the one before gives. Raises `UnknownLayout`.
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
            raise UnknownLayout(source, f"the key '{key}' is of no known layout of SRCNN")
    numbers = {layer: k for k, layer in enumerate(_in_order(layers, source), 1)}
    return {key: f"conv{numbers[layer]}.{part}" for key, (layer, _, part) in parts.items()}


def _in_order(layers: Mapping[str, Shape], source: str) -> Sequence[str]:
    """The names of the layers, first to last."""
    if len({re.sub(r"\d+", "0", layer) for layer in layers}) == 1:
        return sorted(layers, key=_numbers)
    orders = [] if len(layers) > _MOST else list(permutations(layers))
    for channels in (1, 3):
        fitting = [order for order in orders if _fit([layers[name] for name in order], channels)]
        if len(fitting) == 1:
            return fitting[0]
    raise UnknownLayout(source, f"has layers in no clear order ({', '.join(layers)})")


def _numbers(layer: str) -> list[tuple[int, str]]:
    """Sorts as numbers do, of however many digits."""
    return [(len(number), number) for number in re.findall(r"\d+", layer)]


def _fit(shapes: Sequence[Shape], channels: int) -> bool:
    """Whether n x c x f x f filters follow each other, from so many channels to as many."""
    inner = all(before[0] == after[1] for before, after in pairwise(shapes))
    return inner and shapes[0][1] == shapes[-1][0] == channels
