"""Speed of every engine and network, and of what users would run instead, in one run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.bench import peak
from srcnn.bench.contenders import (
    SCALE,
    Subject,
    example_contenders,
    make_picture,
    open_engines,
    our_contenders,
    rival_contenders,
)
from srcnn.bench.documents import (
    AttemptDocument,
    BenchDocument,
    ModelDocument,
    PeakDocument,
    RowDocument,
)
from srcnn.bench.interleave import Timing, interleave
from srcnn.bench.machine import describe_machine
from srcnn.bench.rivals import EAGER, has_opencv, threads_of_rivals
from srcnn.bench.start import open_starts
from srcnn.engine.network import Enhancer
from srcnn.engine.options import Engine
from srcnn.weights.architectures.table import grid_of, parameters_of
from srcnn.weights.card import Card
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import shipped

SIZES = ((128, 128), (240, 427), (360, 640))
"""(height, width) of the sources, which become 384 x 384, 720 lines and 1080 lines."""
_RIVALS_SIZE = SIZES[1]
_START_SIZE = (256, 256)
_ROUNDS, _QUICK_ROUNDS = 5, 2


def measure(
    quick: bool = False,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
    examples: Sequence[Enhancer] = (),
) -> BenchDocument:
    """Measure this machine. Needs the extra ``train``.

    Args:
        quick: Whether to run only two rounds of the smallest size.
        threads: Threads of every contender. None uses one per core.
        progress: Called with the completed fraction, 0 to 1.
        examples: Example-based methods for x3, measured at the size of the alternatives.

    Returns:
        The JSON document of ``srcnn bench``.

    Raises:
        UsageError: If ``threads`` is below 1.
    """
    count = Engine(threads=threads).resolved().threads
    engines, left_out = open_engines(count)
    if not has_opencv():
        left_out.append("OpenCV: is not installed; run: pip install opencv-python-headless")
    sizes, rivals_size = (SIZES[:1], SIZES[0]) if quick else (SIZES, _RIVALS_SIZE)
    networks, cards = one_of_each_kind()
    # Other packages cannot run the graphs of binary networks.
    plain = {name: graph for name, graph in networks.items() if cards[name].weights == "fp32"}
    rounds = _QUICK_ROUNDS if quick else _ROUNDS
    with threads_of_rivals(count), tempfile.TemporaryDirectory() as folder:
        attempts = peak.open_attempts([engine.name for engine in engines], count)
        starts = open_starts(Path(folder), make_picture(_START_SIZE), threads)
        contenders = [
            *our_contenders(networks, cards, engines, sizes, count),
            *rival_contenders(plain, rivals_size, threads),
            *example_contenders(examples, rivals_size, count),
        ]
        calls = [
            *(attempt.run for attempt in attempts),
            *starts.values(),
            *(call for _, call in contenders),
        ]
        timings = iter(interleave(calls, rounds, progress))
    peaks = _peaks(attempts, list(islice(timings, len(attempts))))
    started = {name: round(t.median, 4) for name, t in zip(starts, timings, strict=False)}
    return {
        "schema": 1,
        "machine": {**describe_machine(), "threads": count},
        "rounds": rounds,
        "left_out": left_out,
        "models": _models(cards),
        "peak": peaks,
        "rows": make_rows(
            [subject for subject, _ in contenders],
            list(timings),
            {name: _multiplies(card) for name, card in cards.items()},
            {"fp32": peaks["fp32"], "bf16": peaks["bf16"]},
        ),
        "start": started,
    }


def _models(cards: dict[str, Card]) -> dict[str, ModelDocument]:
    """Return the cost and the quality of bicubic and of the networks."""
    bicubic = _psnr(next(iter(cards.values())), " bicubic")
    models: dict[str, ModelDocument] = {BICUBIC: {"multiplies": 0, "set5_psnr": bicubic}}
    for name, card in cards.items():
        models[name] = {"multiplies": _multiplies(card), "set5_psnr": _psnr(card)}
    return models


def one_of_each_kind() -> tuple[dict[str, bytes], dict[str, Card]]:
    """Return graphs and cards of one shipped network of each kind.

    How a network was trained does not affect its time.
    """
    kinds: dict[tuple[object, ...], str] = {}
    graphs: dict[str, bytes] = {}
    cards: dict[str, Card] = {}
    for (name, scale), path in shipped().items():
        if scale != SCALE:
            continue
        graph = path.read_bytes()
        card = read_card(graph, name)
        if name == kinds.setdefault(_kind(card), name):
            graphs[name], cards[name] = graph, card
    return graphs, cards


def _kind(card: Card) -> tuple[object, ...]:
    """Return everything that the time of a network depends on."""
    sizes = tuple(sorted(card.sizes.items()))
    return card.architecture, card.f, card.n, sizes, card.color, card.weights


def _multiplies(card: Card) -> int:
    """Return the number of multiplications per output pixel, rounded."""
    return round(parameters_of(card) / grid_of(card).factor ** 2)


def make_rows(
    subjects: Sequence[Subject],
    timings: Sequence[Timing],
    multiplies: dict[str, int],
    peaks: Mapping[str, float],
) -> list[RowDocument]:
    """Return the rows of the report.

    One multiplication of a network counts as two operations; biases and the border do not count.

    Args:
        subjects: What was measured.
        timings: The time of each.
        multiplies: Multiplications per pixel, by model.
        peaks: The machine's peak in GFLOP/s, by precision.
    """
    rows: list[RowDocument] = []
    for subject, timing in zip(subjects, timings, strict=True):
        scale = 1e9 / (subject.size[0] * subject.size[1])
        nanoseconds = timing.median * scale
        gflops = share = None
        if subject.what == "network":
            assert subject.precision is not None
            gflops = 2 * multiplies[subject.model] / nanoseconds
            share = gflops / peaks[subject.precision]
        rows.append(
            {
                "what": subject.what,
                "contender": subject.contender,
                "model": subject.model,
                "engine": subject.engine,
                "precision": subject.precision,
                "size": list(subject.size),
                "scale": subject.scale,
                "ns_per_pixel": round(nanoseconds, 3),
                "quartiles": [round(seconds * scale, 3) for seconds in timing.quartiles],
                "gflops": gflops and round(gflops, 1),
                "share_of_peak": share and round(share, 3),
                "times_torch_eager": None,
            }
        )
    eager = {
        (row["model"], *row["size"]): row["ns_per_pixel"]
        for row in rows
        if row["contender"] == EAGER
    }
    for row in rows:
        against = eager.get((row["model"], *row["size"]))
        row["times_torch_eager"] = against and round(against / row["ns_per_pixel"], 2)
    return rows


def _peaks(attempts: Sequence[peak.Attempt], timings: Sequence[Timing]) -> PeakDocument:
    """Return the GFLOP/s of every attempt, and the best of each precision."""
    measured: list[AttemptDocument] = [
        {
            "engine": attempt.engine,
            "precision": attempt.precision,
            "streams": attempt.streams,
            "gflops": round(attempt.gflops(timing.median), 1),
            "quartiles": [round(attempt.gflops(seconds), 1) for seconds in timing.quartiles[::-1]],
        }
        for attempt, timing in zip(attempts, timings, strict=True)
    ]
    best = {
        precision: max(row["gflops"] for row in measured if row["precision"] == precision)
        for precision in ("fp32", "bf16")
    }
    return {
        "of": peak.DEFINITION,
        "fp32": best["fp32"],
        "bf16": best["bf16"],
        "measured": measured,
    }


def _psnr(card: Card, of: str = "") -> float | None:
    return card.scores.get(f"set5{of}", {}).get("psnr")


def to_table(report: BenchDocument) -> str:
    """Return the report as text: the peak, one line per row, and the start-up time."""
    best, start = report["peak"], report["start"]
    width = 2 + max(len("model"), *(len(row["model"]) for row in report["rows"]))
    lines = [
        f"peak: {best['fp32']:.0f} GFLOP/s in fp32, {best['bf16']:.0f} in bf16 ({best['of']})",
        f"start: {start['help_s']:.2f} s for the help, {start['picture_s']:.2f} s for a picture of "
        f"{_START_SIZE[1]} x {_START_SIZE[0]} from file to file",
        f"{'contender':32}{'model':{width}}{'what':9}{'size':>11}{'ns/pixel':>10}{'GFLOP/s':>9}"
        f"{'of peak':>9}{'x eager':>9}",
    ]
    for row in report["rows"]:
        words = (row["contender"], row["engine"], row["precision"])
        who = " ".join(word for word in words if word is not None)
        size = f"{row['size'][1]}x{row['size'][0]}"
        cells = [
            f"{row['ns_per_pixel']:10.1f}",
            *(
                f"{format(value, layout) if value is not None else '':>9}"
                for value, layout in (
                    (row["gflops"], ".0f"),
                    (row["share_of_peak"], ".0%"),
                    (row["times_torch_eager"], ".2f"),
                )
            ),
        ]
        lines.append(f"{who:32}{row['model']:{width}}{row['what']:9}{size:>11}" + "".join(cells))
    return "\n".join(lines)
