"""Figures of studies: what is drawn are the numbers of the JSON."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from srcnn.experiments.documents import ArmsDocument, ModelsDocument
from srcnn.experiments.figures import course_figure, time_figure

MACHINE = {"cpu": "processor", "cores": 2}


def arm(name: str, seconds: float, *psnr: float) -> dict[str, Any]:
    runs = [
        {
            "scores": {"set5": {"psnr": value}},
            "course": [{"samples": 32 * k, "psnr": value - 1 / k} for k in (1, 2)],
        }
        for value in psnr
    ]
    return {
        "arm": name,
        "f": [9, 1, 5],
        "recipe": {"scale": 3},
        "seconds_per_picture": seconds,
        "runs": runs,
    }


ARMS = {
    "datasets": {"set5": "paper"},
    "timed": "set5",
    "machine": MACHINE,
    "arms": [arm("small", 0.01, 32.0, 32.5), arm("large", 0.1, 33.0)],
}
MODELS = {
    "datasets": {"set5": "paper", "set14": "paper"},
    "timed": "set5",
    "timed_scale": 3,
    "machine": MACHINE,
    "seconds_per_picture": {"bicubic": 0.0, "a+": 0.4, "srcnn-955": 0.2},
    "results": [
        {"dataset": dataset, "scale": scale, "model": model, "mean": {"psnr": psnr + scale}}
        for dataset in ("set5", "set14")
        for scale in (2, 3)
        for model, psnr in (("bicubic", 27.0), ("a+", 29.0), ("srcnn-955", 30.0))
    ],
}


def test_time_of_arms_and_of_models() -> None:
    """A point for each; bicubic is what they start from."""
    for document, wanted in (
        (cast(ArmsDocument, ARMS), [(10.0, 32.25), (100.0, 33.0)]),
        (cast(ModelsDocument, MODELS), [(400.0, 32.0), (200.0, 33.0)]),
    ):
        (axes,) = time_figure(document).axes
        points = [np.asarray(line.get_xydata())[0] for line in axes.lines]
        assert np.allclose(points, wanted)
        assert "Set5" in axes.get_ylabel()


def test_course() -> None:
    """The mean of the seeds and, as a band, the lowest and highest."""
    (axes,) = course_figure(cast(ArmsDocument, ARMS)).axes
    small, large = axes.lines
    assert np.allclose(small.get_ydata(), [31.25, 31.75])
    assert np.allclose(large.get_ydata(), [32.0, 32.5])
    band = np.asarray(axes.collections[0].get_paths()[0].vertices)
    assert np.isclose(band[:, 1].min(), 31.0)
    assert np.isclose(band[:, 1].max(), 32.0)


def test_panels() -> None:
    """One for all that begin alike, with one scale for all of them."""
    deeper = arm("deeper", 0.1, 33.0) | {"f": [9, 1, 1, 5]}
    other = arm("other", 0.1, 34.0) | {"f": [9, 3, 5]}
    arms = [arm("small", 0.01, 32.0), other, deeper]
    panels = course_figure(cast(ArmsDocument, ARMS | {"arms": arms})).axes
    assert [[line.get_label() for line in axes.lines] for axes in panels] == [
        ["small", "deeper"],
        ["other"],
    ]
    assert panels[0].get_ylim() == panels[1].get_ylim()
    assert panels[0].get_ylabel() == "PSNR on Set5 x3, dB"
