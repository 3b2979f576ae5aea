"""Tables 2 to 4 of the paper: the rows of bicubic, and of the authors' own network, in every metric."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

import srcnn
from srcnn.metrics import METRICS

from ..support.reports import numbers

# How far from the printed figure; PSNR and SSIM as later papers have them are in test_authors.py. The printed
# IFC is of another alignment of blocks, which nobody states: at x3 it is 1.7 % off, for every method alike.
NEAR = {"ifc": (0.02, 0), "nqm": (0.01, 0), "wpsnr": (0.001, 0), "msssim": (0, 0.0005)}
"""(relative, absolute)"""
USUAL = {"psnr": (0, 0.02), "ssim": (0, 0.0005)}
Printed = dict[tuple[str, int, str, str], float]
"""By data set, scale, method and metric."""


@pytest.fixture(scope="module")
def printed(shared: Path) -> Printed:
    path = shared / "reference" / "paper_tables_2_3_4.csv"
    figures = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["value"]:
                key = (
                    row["dataset"].lower(),
                    int(row["scale"]),
                    row["method"],
                    row["metric"].lower(),
                )
                figures[key] = float(row["value"])
    return figures


def judged(
    shared: Path,
    dataset: str,
    scale: int,
    model: str,
    metrics: Sequence[str] = tuple(NEAR),
    protocol: str = "paper",
) -> dict[str, float]:
    document = srcnn.evaluate(
        dataset, model, scale, protocol=protocol, metrics=metrics, data_root=shared / "data"
    )
    return numbers(document["results"][-1]["mean"])


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("dataset", ["set5", "set14"])
def test_bicubic(shared: Path, printed: Printed, dataset: str, scale: int) -> None:
    means = judged(shared, dataset, scale, "bicubic")
    for metric, (relative, absolute) in NEAR.items():
        wanted = printed[dataset, scale, "Bicubic", metric]
        assert means[metric] == pytest.approx(wanted, relative, absolute), metric


@pytest.mark.parametrize("dataset", ["set5", "set14"])
def test_the_authors_network(shared: Path, printed: Printed, dataset: str) -> None:
    weights = shared / "reference" / "authors_weights" / "9-5-5_imagenet_x3.mat"
    means = judged(shared, dataset, 3, str(weights))
    for metric, (relative, absolute) in NEAR.items():
        wanted = printed[dataset, 3, "SRCNN", metric]
        assert means[metric] == pytest.approx(wanted, relative, absolute), metric


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_bicubic_of_bsd200(
    shared: Path, printed: Printed, scale: int, request: pytest.FixtureRequest
) -> None:
    """Its rows are of integer pictures throughout: uint8 in, between and out of imresize.

    IFC takes longer than all others together; it is at x3 alone unless ``--soak`` is given.
    """
    ways = NEAR | USUAL
    if scale != 3 and not request.config.getoption("--soak"):
        del ways["ifc"]
    means = judged(shared, "bsd200", scale, "bicubic", list(ways), "paper-gray")
    for metric, (relative, absolute) in ways.items():
        wanted = printed["bsd200", scale, "Bicubic", metric]
        assert means[metric] == pytest.approx(wanted, relative, absolute), metric


def test_every_metric_of_the_tables_is_there(
    printed: Printed,
) -> None:
    assert {metric for *_, metric in printed} == set(METRICS) - {
        "haarpsi"
    }  # younger than the paper
