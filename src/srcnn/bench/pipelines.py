"""Speed of whole pipelines, from RGB bytes to RGB bytes, relative to SRCNN's largest network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypedDict

from srcnn.bench.contenders import make_given, make_picture
from srcnn.bench.documents import BenchMachine
from srcnn.bench.interleave import Call, Timing, interleave
from srcnn.bench.machine import describe_machine
from srcnn.engine.network import enhance_whole
from srcnn.engine.options import Engine
from srcnn.engine.upscaler import Upscaler, load
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import SCALES, find, is_file_name, read_bytes, scales_of

REFERENCE = "srcnn-955"
_SIZE, _QUICK_SIZE = (720, 1280), (96, 144)
"""(height, width) of the result, rounded down so that the source has whole pixels."""
_ROUNDS, _QUICK_ROUNDS = 7, 2


class PipelineRow(TypedDict):
    """One model at one scale. Times are in nanoseconds per pixel of the result.

    Attributes:
        model: Name of the model.
        scale: Scale.
        size: (height, width) of the result in pixels.
        whole: Median time of the whole pipeline.
        quartiles: First and third quartile of ``whole``.
        network: Time of the network alone in the same tiles.
        rest: What the pipeline adds to the network.
        times_reference: Speed relative to `REFERENCE`.
    """

    model: str
    scale: int
    size: list[int]
    whole: float
    quartiles: list[float]
    network: float
    rest: float
    times_reference: float


class PipelinesDocument(TypedDict):
    """The JSON document of ``srcnn bench --pipeline``.

    Attributes:
        schema: Version of this document's form.
        machine: The machine.
        rounds: Number of rounds; times are medians over them.
        reference: Name of the model that the others are compared with.
        rows: Times of all models.
    """

    schema: int
    machine: BenchMachine
    rounds: int
    reference: str
    rows: list[PipelineRow]


def measure_pipelines(
    models: Sequence[str], quick: bool = False, threads: int | None = None
) -> PipelinesDocument:
    """Time models and `REFERENCE` in one interleaved run, on the default engine.

    Args:
        models: Names, measured at each scale of `REFERENCE`, or weights files, at their own scale.
        quick: Whether to run only two rounds of a small size.
        threads: Threads of every model. None uses one per core.

    Raises:
        SrcnnError: If a model cannot be opened.
    """
    engine = Engine(threads=threads)
    scales = {model: _scales(model) for model in dict.fromkeys([REFERENCE, *models])}
    wanted = {scale for model in models for scale in scales[model]}
    pairs = [(m, s) for s in sorted(wanted) for m, has in scales.items() if s in has]
    large = _QUICK_SIZE if quick else _SIZE
    calls: list[Call] = []
    for model, scale in pairs:
        small = (large[0] // scale, large[1] // scale)
        upscaler = load(model, scale, engine)
        calls += [partial(upscaler.upscale, make_picture(small)), _network(upscaler, scale, small)]
    rounds = _QUICK_ROUNDS if quick else _ROUNDS
    timings = interleave(calls, rounds)
    timed = dict(zip(pairs, zip(timings[::2], timings[1::2], strict=True), strict=True))
    rows = [
        _row(pair, large, whole, network, timed[REFERENCE, pair[1]][0])
        for pair, (whole, network) in timed.items()
    ]
    machine: BenchMachine = {**describe_machine(), "threads": engine.resolved().threads}
    return {
        "schema": 1,
        "machine": machine,
        "rounds": rounds,
        "reference": REFERENCE,
        "rows": rows,
    }


def _scales(model: str) -> tuple[int, ...]:
    if not is_file_name(model):
        return scales_of(model, ())
    scale = read_card(read_bytes(find(model, 0)), model).scale
    return (scale,) if scale else SCALES


def _network(upscaler: Upscaler, scale: int, small: tuple[int, int]) -> Call:
    network = upscaler.networks.get(scale)
    given = make_given(network, small, scale)
    return partial(enhance_whole, network, given, upscaler.tile, upscaler.threads)


def _row(
    pair: tuple[str, int], large: tuple[int, int], whole: Timing, network: Timing, best: Timing
) -> PipelineRow:
    model, scale = pair
    size = [side // scale * scale for side in large]
    unit = 1e9 / (size[0] * size[1])
    return {
        "model": model,
        "scale": scale,
        "size": size,
        "whole": round(whole.median * unit, 1),
        "quartiles": [round(seconds * unit, 1) for seconds in whole.quartiles],
        "network": round(network.median * unit, 1),
        "rest": round((whole.median - network.median) * unit, 1),
        "times_reference": round(best.median / whole.median, 2),
    }


def to_table(report: PipelinesDocument) -> str:
    """Return the report as text, one line per row."""
    width = 2 + max(len("model"), *(len(row["model"]) for row in report["rows"]))
    against = f"times {report['reference']}"
    lines = [f"{'model':{width}}scale{'ns/pixel':>10}{'network':>9}{'rest':>7}  {against}"]
    lines += [
        f"{row['model']:{width}}x{row['scale']:<4}{row['whole']:10.1f}{row['network']:9.1f}"
        f"{row['rest']:7.1f}{row['times_reference']:{len(against) + 2}.2f}"
        for row in report["rows"]
    ]
    return "\n".join(lines)
