"""From seconds to the report's rows, and the peak's definition."""

from __future__ import annotations

import json
import platform

import pytest

from srcnn.bench import peak
from srcnn.bench.contenders import Subject
from srcnn.bench.interleave import Timing
from srcnn.bench.machine import describe_machine
from srcnn.bench.report import make_rows, measure, one_of_each_kind
from srcnn.errors import UsageError
from srcnn.weights.architectures.table import parameters_of
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import shipped

# By hand: f1^2 n1 + n1 f2^2 n2 + n2 f3^2.
MULTIPLIES = {
    "srcnn-915": 81 * 64 + 64 * 1 * 32 + 32 * 25,
    "srcnn-955": 81 * 64 + 64 * 25 * 32 + 32 * 25,
}
PEAKS = {"fp32": 400.0, "bf16": 800.0}


def test_hand_counts() -> None:
    assert MULTIPLIES == {"srcnn-915": 8032, "srcnn-955": 57184}
    for name, count in MULTIPLIES.items():
        assert parameters_of(read_card(shipped()[name, 3].read_bytes(), name)) == count


@pytest.mark.parametrize(
    ("model", "precision", "gflops", "share"),
    [
        # 2 x multiplies / 100 ns, and its part of the peak.
        ("srcnn-915", "fp32", 160.6, 0.402),
        ("srcnn-955", "fp32", 1143.7, 2.859),
        ("srcnn-955", "bf16", 1143.7, 1.430),
    ],
)
def test_row_of_a_network(model: str, precision: str, gflops: float, share: float) -> None:
    """A million pixels in 0.1 s are 100 ns a pixel."""
    subject = Subject("network", "srcnn", model, "openvino", precision, (1000, 1000))
    (row,) = make_rows([subject], [Timing(0.1, (0.09, 0.12))], MULTIPLIES, PEAKS)
    assert row["ns_per_pixel"] == 100.0
    assert row["quartiles"] == [90.0, 120.0]
    assert row["gflops"] == gflops
    assert row["share_of_peak"] == share
    assert row["times_torch_eager"] is None, "torch eager was not measured"
    assert (row["size"], row["scale"]) == ([1000, 1000], 3)


def test_times_torch_eager_is_of_the_same_model_and_size() -> None:
    def subject(what: str, contender: str, model: str, side: int = 100) -> Subject:
        return Subject(what, contender, model, None, "fp32", (side, side))

    subjects = [
        subject("network", "torch eager", "srcnn-915"),
        subject("network", "torch eager", "srcnn-955"),
        subject("network", "srcnn", "srcnn-915"),
        subject("pipeline", "srcnn", "srcnn-955"),
        subject("network", "srcnn", "srcnn-955", 200),
        subject("resize", "Pillow BICUBIC", "bicubic"),
    ]
    seconds = [0.6, 0.9, 0.1, 0.3, 0.1, 0.1]
    timings = [Timing(value, (value, value)) for value in seconds]
    rows = make_rows(subjects, timings, MULTIPLIES, PEAKS)
    assert [row["times_torch_eager"] for row in rows] == [1.0, 1.0, 6.0, 3.0, None, None]
    assert [row["gflops"] is None for row in rows] == [False, False, False, True, False, True]


def test_peak_is_the_convolution_that_it_says() -> None:
    assert peak.OPERATIONS == 2 * 64 * 64 * 9 * 512 * 512
    attempt = peak.Attempt("onnxruntime", "fp32", 2, lambda: None)
    assert attempt.gflops(1.0) == pytest.approx(2 * 19.327352832)


def test_peak_is_tried_in_every_arrangement() -> None:
    """With two threads each engine has them both on one call, and one on each of two calls."""
    attempts = peak.open_attempts(["openvino"], 2)
    ways = {(attempt.engine, attempt.precision, attempt.streams) for attempt in attempts}
    assert ways == {
        *(("onnxruntime", "fp32", streams) for streams in (1, 2)),
        *(("openvino", precision, streams) for precision in ("fp32", "bf16") for streams in (1, 2)),
        *(("torch", precision, 1) for precision in ("fp32", "bf16")),
    }


def test_machine_names_no_host_and_no_folder() -> None:
    machine = describe_machine()
    text = json.dumps(machine)
    assert platform.node() not in text
    assert "/" not in machine["cpu"]
    assert machine["cores"] >= 1
    assert {"numpy", "onnxruntime", "torch", "pillow"} <= set(machine["versions"])


def test_no_threads_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="threads 0"):
        measure(threads=0)


def test_networks_are_one_of_each_kind() -> None:
    """Another training of the same layers takes the same time."""
    graphs, cards = one_of_each_kind()
    assert {"srcnn-915", "srcnn-935", "srcnn-955"} <= set(graphs) == set(cards)
    assert not {"srcnn-915@t91", "srcnn-955@20min"} & set(graphs)
