"""Tables of studies: paper, ours, difference; and none of a smoke run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ..conftest import ROOT


def test_arms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Paper, ours, difference and the spread of the seeds; a smoke run has none."""
    monkeypatch.syspath_prepend(ROOT / "scripts" / "tables")
    import studies

    monkeypatch.setattr(studies, "RESULTS", tmp_path)
    runs = [{"seconds": 1800, "scores": {"photos": {"psnr": p, "ssim": 0.9}}} for p in (31.0, 31.5)]
    small: dict[str, Any] = {
        "arm": "small",
        "paper": {"photos": 30.0, "seconds": 0.6},
        "recipe": {},
        "runs": runs,
        "steps": 4000,
        "batch": 32,
        "parameters": 8032,
        "seconds_per_picture": 0.0123,
    }
    document: dict[str, Any] = {
        "budget": "full",
        "datasets": {"photos": "paper"},
        "machine": {"cpu": "processor", "cores": 2},
        "bicubic": {"paper": {"photos": 28.5}, "scores": {"photos": {"psnr": 28.6, "ssim": 0.8}}},
        "arms": [small],
    }

    def table(**changes: object) -> str:
        (tmp_path / "tiny.json").write_text(json.dumps(document | changes))
        return studies.study("tiny")

    assert (
        "|  | weights | photos: paper | ours | difference | seeds | paper: s a picture |" in table()
    )
    assert "| bicubic |  | 28.50 | 28.60 | +0.10 |  |  |  |" in table()
    row = "| small | 8,032 | 30.00 | 31.25 (31.00 to 31.50) | +1.25 | 2 | 0.60 | 12 |"
    assert row in table()
    assert "4,000 steps of 32 patches a run, 1.0 hours" in table()
    # Where losses are compared, so is the metric that one of them is.
    loss = small | {"arm": "SSIM", "recipe": {"loss": "ssim"}}
    both = table(arms=[small, loss])
    assert "| difference | photos SSIM | seeds |" in both  # of which nobody's figures are
    assert "| 31.25 (31.00 to 31.50) | +1.25 | 0.9000 (0.9000 to 0.9000) |" in both
    with pytest.raises(SystemExit, match="is of a smoke run"):
        table(budget="smoke")


def test_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the paper prints in brackets, with the difference, and the average gain over A+."""
    monkeypatch.syspath_prepend(ROOT / "scripts" / "tables")
    import studies

    monkeypatch.setattr(studies, "RESULTS", tmp_path)
    psnr = {"bicubic": 30.4, "a+": 32.6, "srcnn-955": 32.85}
    document = {
        "budget": "full",
        "datasets": {"set5": "paper"},
        "timed": "set5",
        "timed_scale": 3,
        "machine": {"cpu": "processor", "cores": 2},
        "published": {"a+": {"seconds": 0.974}},
        "seconds_per_picture": {"a+": 0.4, "srcnn-955": 0.2},
        "results": [
            {"dataset": "set5", "scale": 3, "model": model, "mean": {"psnr": value, "ssim": 0.9}}
            for model, value in psnr.items()
        ],
    }
    (tmp_path / "all.json").write_text(json.dumps(document))
    table = studies.study("all")
    assert "| Set5 | PSNR | SSIM | gain |" in table
    assert "| srcnn-955 x3 | 32.85 (32.75, +0.10) | 0.9000 (0.9090, -0.0090) | +2.45 |" in table
    assert "`srcnn-955` above `a+`, mean over the scales: +0.25 dB (paper +0.16)." in table
    assert (
        "`srcnn-955` has 1 of these 2 figures above `a+`'s; the paper's SRCNN has 2 above" in table
    )
    assert "| Set5 x3 | paper: s a picture | ms a picture |" in table
    assert "| a+ | 0.97 | 400 |\n| srcnn-955 |  | 200 |\n" in table
    # Bicubic of other pictures than networks are given is nothing to gain upon.
    (tmp_path / "all.json").write_text(json.dumps(document | {"datasets": {"set5": "paper-gray"}}))
    assert "| srcnn-955 x3 | 32.85 (32.75, +0.10) | 0.9000 (0.9090, -0.0090) |\n" in (
        studies.study("all")
    )
