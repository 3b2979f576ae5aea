"""Everything that ``srcnn bench --quality`` compares, ready to enlarge RGB images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.bench.peers import PEERS, Upscale
from srcnn.engine.networks import EXAMPLE_BASED
from srcnn.engine.options import Engine, ResolvedEngine
from srcnn.engine.upscaler import load
from srcnn.weights.architectures.table import parameters_of
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import find, read_bytes, shipped

OURS = "srcnn"
"""Contender name of srcnn's own rows."""


@dataclass(frozen=True)
class Contender:
    """Something that enlarges RGB images, with its description in a row."""

    contender: str
    model: str
    engine: str | None
    precision: str | None
    parameters: int | None
    upscale: Upscale

    @property
    def title(self) -> str:
        """Title that is unique among the contenders."""
        return title(self.contender, self.model, self.engine, self.precision)


def title(*words: str | None) -> str:
    """Return the words that are not None as one line."""
    return " ".join(word for word in words if word is not None)


def open_ours(
    scale: int, models: Sequence[str], engines: Sequence[ResolvedEngine]
) -> Iterator[Contender]:
    """Open bicubic, then every shipped network and the other models on every engine."""
    networks = [name for name, trained in shipped() if trained == scale]
    for name in dict.fromkeys([BICUBIC, *networks, *models]):
        if name in (BICUBIC, *EXAMPLE_BASED):
            upscaler = load(name, scale, Engine(threads=engines[0].threads))
            yield Contender(OURS, name, None, None, None, upscaler.upscale)
            continue
        count = parameters_of(read_card(read_bytes(find(name, scale)), name))
        for engine in engines:
            row = (OURS, name, engine.name, engine.precision, count)
            yield Contender(*row, load(name, scale, engine).upscale)


def open_peers(scale: int, threads: int) -> Iterator[Contender]:
    """Open the installed packages that support the scale."""
    for peer in PEERS:
        if peer.is_installed and scale in peer.scales:
            upscale = peer.open(scale, threads)
            yield Contender(peer.package, peer.model, None, None, None, upscale)
