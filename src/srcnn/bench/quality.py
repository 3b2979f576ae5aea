"""Quality against time: every shipped model on every engine, and other packages, in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.bench.contenders import make_picture, open_engines
from srcnn.bench.documents import QualityDocument, QualityRow
from srcnn.bench.interleave import Timing, interleave
from srcnn.bench.machine import describe_machine
from srcnn.bench.peers import PEERS, Upscale
from srcnn.bench.rivals import threads_of_rivals
from srcnn.data.catalog import locate, title_of
from srcnn.data.folder import pictures_in
from srcnn.engine.example_based import METHODS
from srcnn.engine.options import Engine, ResolvedEngine
from srcnn.engine.upscaler import load
from srcnn.errors import UsageError
from srcnn.evaluation.finished import rgb_input, score_rgb
from srcnn.evaluation.protocol import PROTOCOLS
from srcnn.evaluation.reference import Original, read_original
from srcnn.weights.architectures.table import parameters_of
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import SCALES, find, shipped

OURS = "srcnn"
"""The contender of our own rows."""
PROTOCOL = PROTOCOLS["8bit"]
"""Programs take 8-bit files, so the low-resolution image is rounded."""
_DATA_SETS, _QUICK_DATA_SETS = ("set5", "set14"), ("set5",)
_SIZE, _QUICK_SIZE = (720, 1280), (384, 384)
"""(height, width) of the image that is timed, rounded up to whole input pixels."""
_ROUNDS, _QUICK_ROUNDS = 5, 1
_PATIENCE = 10.0
"""Seconds; a contender that takes longer for an image is timed once."""


@dataclass(frozen=True)
class QualityRequest:
    """What to measure.

    Attributes:
        scales: Some of `srcnn.weights.store.SCALES`.
        models: Names or ``.onnx`` files to measure beside the shipped networks.
        threads: Threads of every contender; None is one for each core.
        quick: Whether to take only Set5, a small image, and one round.
        data_root: Where the data sets lie.
    """

    scales: Sequence[int] = (3,)
    models: Sequence[str] = ()
    threads: int | None = None
    quick: bool = False
    data_root: Path | None = None


@dataclass(frozen=True)
class Contender:
    """Something that enlarges RGB images, and what a row says of it."""

    contender: str
    model: str
    engine: str | None
    precision: str | None
    parameters: int | None
    upscale: Upscale

    @property
    def title(self) -> str:
        """Everything that tells it from the others."""
        words = (self.contender, self.model, self.engine, self.precision)
        return " ".join(word for word in words if word is not None)


def measure_quality(
    request: QualityRequest, progress: Callable[[str], None] | None = None
) -> QualityDocument:
    """Measure PSNR and time of all contenders, all in this process.

    Args:
        request: What to measure.
        progress: Called with a line about what is being done.

    Returns:
        The JSON document of ``srcnn bench --quality``.

    Raises:
        UsageError: If a scale has no shipped network, or there are less than 1 threads.
        MissingData: If Set5 or Set14 is not there.
        ModelError: If one of ``models`` cannot be used.
    """
    for scale in request.scales:
        if scale not in SCALES:
            known = ", ".join(map(str, SCALES))
            raise UsageError(f"scale {scale}", "no network is shipped for it", f"use {known}")
    count = Engine(threads=request.threads).resolved().threads
    say = progress or (lambda text: None)
    originals = {
        name: [read_original(file, PROTOCOL) for file in pictures_in(folder)]
        for name in (_QUICK_DATA_SETS if request.quick else _DATA_SETS)
        for folder in [locate(name, request.data_root)]
    }
    machine = describe_machine()
    engines, left_out = open_engines(count)
    if not any("bf16" in flag for flag in machine["flags"]):
        engines = [engine for engine in engines if engine.precision != "bf16"]
        left_out.append("bf16: this processor has no instructions for it")
    missing = {peer.package: peer for peer in PEERS if not peer.is_installed}
    left_out += [f"{name}: is not installed; run: {p.install}" for name, p in missing.items()]
    rounds = _QUICK_ROUNDS if request.quick else _ROUNDS
    rows: list[QualityRow] = []
    with threads_of_rivals(count):
        opened = {
            scale: [*_ours(scale, request.models, engines), *_peers(scale, count)]
            for scale in dict.fromkeys(request.scales)
        }
        for scale, contenders in opened.items():
            scores = [
                _score(contender, originals, scale, f"x{scale}: {k + 1}/{len(contenders)}", say)
                for k, contender in enumerate(contenders)
            ]
            size = _input_size(_QUICK_SIZE if request.quick else _SIZE, scale)
            timings = _time(contenders, size, rounds, f"x{scale}: timing", say)
            rows += [
                _row(contender, scale, size, timing, psnr)
                for contender, timing, psnr in zip(contenders, timings, scores, strict=True)
            ]
    return {
        "schema": 1,
        "machine": {**machine, "threads": count},
        "rounds": rounds,
        "protocol": PROTOCOL.to_document(),
        "left_out": left_out,
        "rows": rows,
    }


def front(rows: Sequence[QualityRow], dataset: str) -> list[QualityRow]:
    """Return the rows that no other row beats in both time and PSNR, fastest first."""
    best: list[QualityRow] = []
    for row in sorted(rows, key=lambda row: (row["ms_per_megapixel"], -row["psnr"][dataset])):
        if not best or row["psnr"][dataset] > best[-1]["psnr"][dataset]:
            best.append(row)
    return best


def _ours(
    scale: int, models: Sequence[str], engines: Sequence[ResolvedEngine]
) -> Iterator[Contender]:
    """Open bicubic, then every shipped network and the other models on every engine."""
    networks = [name for name, trained in shipped() if trained == scale]
    for name in dict.fromkeys([BICUBIC, *networks, *models]):
        if name in (BICUBIC, *METHODS):
            upscaler = load(name, scale, Engine(threads=engines[0].threads))
            yield Contender(OURS, name, None, None, None, upscaler.upscale)
            continue
        count = parameters_of(read_card(find(name, scale).read_bytes(), name))
        for engine in engines:
            row = (OURS, name, engine.name, engine.precision, count)
            yield Contender(*row, load(name, scale, engine).upscale)


def _peers(scale: int, threads: int) -> Iterator[Contender]:
    for peer in PEERS:
        if peer.is_installed and scale in peer.scales:
            upscale = peer.open(scale, threads)
            yield Contender(peer.package, peer.model, None, None, None, upscale)


def _score(
    contender: Contender,
    originals: dict[str, list[Original]],
    scale: int,
    place: str,
    say: Callable[[str], None],
) -> dict[str, float]:
    """Return the mean PSNR by data set."""
    psnr = {}
    for name, pictures in originals.items():
        say(f"{place}  {contender.title} on {title_of(name)}")
        scores = [
            score_rgb(picture, contender.upscale(rgb_input(picture, scale)), scale)
            for picture in pictures
        ]
        psnr[name] = float(np.mean(scores))
    return psnr


def _input_size(size: tuple[int, int], scale: int) -> tuple[int, int]:
    return -(-size[0] // scale), -(-size[1] // scale)


def _time(
    contenders: Sequence[Contender],
    size: tuple[int, int],
    rounds: int,
    place: str,
    say: Callable[[str], None],
) -> list[Timing]:
    picture = make_picture(size)
    calls = [partial(contender.upscale, picture) for contender in contenders]
    return interleave(calls, rounds, lambda part: say(f"{place} {part:4.0%}"), _PATIENCE)


def _row(
    contender: Contender,
    scale: int,
    size: tuple[int, int],
    timing: Timing,
    psnr: dict[str, float],
) -> QualityRow:
    height, width = size[0] * scale, size[1] * scale
    per_megapixel = 1e9 / (height * width)  # from seconds to milliseconds
    return {
        "contender": contender.contender,
        "model": contender.model,
        "engine": contender.engine,
        "precision": contender.precision,
        "scale": scale,
        "parameters": contender.parameters,
        "size": [height, width],
        "ms_per_megapixel": round(timing.median * per_megapixel, 3),
        "quartiles": [round(seconds * per_megapixel, 3) for seconds in timing.quartiles],
        "psnr": {name: round(value, 3) for name, value in psnr.items()},
    }


def to_table(report: QualityDocument) -> str:
    """Return the report as text, the fastest contender of each scale first; * marks the front."""
    rows = report["rows"]
    datasets = list(rows[0]["psnr"])
    width = max(len(_title(row)) for row in rows)
    scores = "".join(f"{title_of(name):>8}" for name in datasets)
    lines = [f"{'scale':7}{'contender':{width}}{'ms per megapixel':>18}{scores}  dB"]
    for scale in dict.fromkeys(row["scale"] for row in rows):
        of_scale = [row for row in rows if row["scale"] == scale]
        best = front(of_scale, datasets[0])
        for row in sorted(of_scale, key=lambda row: row["ms_per_megapixel"]):
            scores = "".join(f"{row['psnr'][name]:8.2f}" for name in datasets)
            mark = "  *" if row in best else ""
            line = f"x{scale:<6}{_title(row):{width}}{row['ms_per_megapixel']:18.1f}{scores}{mark}"
            lines.append(line)
    return "\n".join(lines)


def _title(row: QualityRow) -> str:
    words = (row["contender"], row["model"], row["engine"], row["precision"])
    return " ".join(word for word in words if word is not None)
