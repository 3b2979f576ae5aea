"""Quality against time: every shipped model on every engine, and other packages, in one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from srcnn.bench.contenders import make_picture, open_engines
from srcnn.bench.documents import Machine, QualityDocument, QualityRow
from srcnn.bench.interleave import Timing, interleave
from srcnn.bench.machine import describe_machine
from srcnn.bench.peers import PEERS
from srcnn.bench.rivals import threads_of_rivals
from srcnn.bench.upscalers import Contender, open_ours, open_peers, title
from srcnn.data.catalog import locate, title_of
from srcnn.data.folder import pictures_in
from srcnn.engine.options import Engine, ResolvedEngine
from srcnn.errors import UsageError
from srcnn.evaluation.finished import rgb_input, score_rgb
from srcnn.evaluation.protocol import PROTOCOLS
from srcnn.evaluation.reference import Original, read_original
from srcnn.weights.labels import labels_of
from srcnn.weights.store import SCALES

PROTOCOL = PROTOCOLS["8bit"]
"""Programs take 8-bit files, so the low-resolution image is rounded."""
_DATA_SETS, _QUICK_DATA_SETS = ("set5", "set14"), ("set5",)
_SIZE, _QUICK_SIZE = (720, 1280), (384, 384)
"""(height, width) of the timed result, rounded up so that the source has whole pixels."""
_ROUNDS, _QUICK_ROUNDS = 5, 1
_PATIENCE = 10.0
"""Time, in seconds, above which a contender is timed only once."""


@dataclass(frozen=True)
class QualityRequest:
    """What to measure.

    Attributes:
        scales: Some of `srcnn.weights.store.SCALES`.
        models: Names or ``.onnx`` files to measure in addition to the shipped networks.
        threads: Threads of every contender. None uses one per core.
        quick: Whether to use only Set5, a small image, and one round.
        data_root: Folder that holds the data sets.
    """

    scales: Sequence[int] = (3,)
    models: Sequence[str] = ()
    threads: int | None = None
    quick: bool = False
    data_root: Path | None = None


def measure_quality(
    request: QualityRequest, progress: Callable[[str], None] = lambda text: None
) -> QualityDocument:
    """Measure PSNR and time of all contenders, all in this process.

    Args:
        request: What to measure.
        progress: Called with a line about the current step.

    Returns:
        The JSON document of ``srcnn bench --quality``.

    Raises:
        UsageError: If a scale has no shipped network, or ``threads`` is below 1.
        MissingData: If Set5 or Set14 is missing.
        ModelError: If one of ``models`` cannot be used.
    """
    for scale in request.scales:
        if scale not in SCALES:
            known = ", ".join(map(str, SCALES))
            raise UsageError(f"scale {scale}", "has no shipped network", f"use {known}")
    count = Engine(threads=request.threads).resolved().threads
    originals = {
        name: [read_original(file, PROTOCOL) for file in pictures_in(folder)]
        for name in (_QUICK_DATA_SETS if request.quick else _DATA_SETS)
        for folder in [locate(name, request.data_root)]
    }
    machine = describe_machine()
    engines, left_out = _engines_and_missing(machine, count)
    rows: list[QualityRow] = []
    with threads_of_rivals(count):
        opened = {
            scale: [*open_ours(scale, request.models, engines), *open_peers(scale, count)]
            for scale in dict.fromkeys(request.scales)
        }
        for scale, contenders in opened.items():
            rows += _measure(scale, contenders, originals, request.quick, progress)
    return {
        "schema": 1,
        "machine": {**machine, "threads": count},
        "rounds": _QUICK_ROUNDS if request.quick else _ROUNDS,
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


def _engines_and_missing(machine: Machine, threads: int) -> tuple[list[ResolvedEngine], list[str]]:
    """Return the engines to measure, and a line for everything that is left out."""
    engines, left_out = open_engines(threads)
    # Without hardware support bf16 is emulated, up to 20 times as slow as fp32.
    if not any("bf16" in flag for flag in machine["flags"]):
        engines = [engine for engine in engines if engine.precision != "bf16"]
        left_out.append("bf16: this processor has no instructions for it")
    missing = {peer.package: peer.install for peer in PEERS if not peer.is_installed}
    left_out += [f"{name}: is not installed; run: {fix}" for name, fix in missing.items()]
    return engines, left_out


def _measure(
    scale: int,
    contenders: Sequence[Contender],
    originals: dict[str, list[Original]],
    quick: bool,
    progress: Callable[[str], None],
) -> list[QualityRow]:
    """Score every contender, then time all of them in turn."""
    scores = []
    for k, contender in enumerate(contenders):
        progress(f"x{scale}: scoring {k + 1}/{len(contenders)}, {contender.title}")
        scores.append(_score(contender, originals, scale))
    height, width = _QUICK_SIZE if quick else _SIZE
    size = -(-height // scale), -(-width // scale)
    picture = make_picture(size)
    timings = interleave(
        [partial(contender.upscale, picture) for contender in contenders],
        _QUICK_ROUNDS if quick else _ROUNDS,
        lambda part: progress(f"x{scale}: timing {part:4.0%}"),
        _PATIENCE,
    )
    return [
        _row(contender, scale, size, timing, psnr)
        for contender, timing, psnr in zip(contenders, timings, scores, strict=True)
    ]


def _score(
    contender: Contender, originals: dict[str, list[Original]], scale: int
) -> dict[str, float]:
    """Return the mean PSNR by data set."""
    return {
        name: float(
            np.mean(
                [
                    score_rgb(picture, contender.upscale(rgb_input(picture, scale)), scale)
                    for picture in pictures
                ]
            )
        )
        for name, pictures in originals.items()
    }


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
    labels = labels_of(list(dict.fromkeys(row["model"] for row in rows)))
    titles = {id(row): _title(row, labels) for row in rows}
    width = max(map(len, titles.values()))
    scores = "".join(f"{title_of(name):>8}" for name in datasets)
    lines = [f"{'scale':7}{'contender':{width}}{'ms per megapixel':>18}{scores}  dB"]
    for scale in dict.fromkeys(row["scale"] for row in rows):
        of_scale = [row for row in rows if row["scale"] == scale]
        best = front(of_scale, datasets[0])
        for row in sorted(of_scale, key=lambda row: row["ms_per_megapixel"]):
            scores = "".join(f"{row['psnr'][name]:8.2f}" for name in datasets)
            mark = "  *" if row in best else ""
            line = (
                f"x{scale:<6}{titles[id(row)]:{width}}{row['ms_per_megapixel']:18.1f}{scores}{mark}"
            )
            lines.append(line)
    return "\n".join(lines)


def _title(row: QualityRow, labels: Mapping[str, str]) -> str:
    return title(row["contender"], labels[row["model"]], row["engine"], row["precision"])
