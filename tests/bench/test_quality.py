"""The report of ``srcnn bench --quality``: what stands on the front, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from srcnn.bench.documents import QualityRow
from srcnn.bench.quality import QualityRequest, front, measure_quality
from srcnn.errors import MissingData, ModelError, UsageError

from ..support.reports import quality_row


def row(model: str, time: float, psnr: float) -> QualityRow:
    scores = {"set5": psnr, "set14": 40 - psnr}
    return cast(QualityRow, quality_row("srcnn", model, time, quartiles=[time, time], psnr=scores))


def test_front_is_what_nothing_beats_in_both() -> None:
    rows = [
        row("slow and good", 900, 34.0),
        row("slower, no better", 950, 34.0),
        row("between", 100, 33.0),
        row("as fast, worse", 100, 32.0),
        row("slower and worse", 101, 32.9),
        row("fastest", 1, 30.0),
    ]
    assert [r["model"] for r in front(rows, "set5")] == ["fastest", "between", "slow and good"]
    assert [r["model"] for r in front(rows, "set14")] == ["fastest"]
    assert front([], "set5") == []


def test_mistakes_are_told_before_anything_is_measured(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="scale 5: has no shipped network; use 2, 3, 4"):
        measure_quality(QualityRequest((3, 5)))
    with pytest.raises(UsageError, match="threads 0"):
        measure_quality(QualityRequest(threads=0))
    with pytest.raises(MissingData, match="set5"):
        measure_quality(QualityRequest(data_root=tmp_path))


def test_unknown_model_is_told_before_anything_is_measured(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("srcnn.bench.quality._score", lambda *_: pytest.fail("was scored"))
    request = QualityRequest(models=("nobody",), quick=True, data_root=shared / "data")
    with pytest.raises(ModelError, match="model 'nobody': is unknown"):
        measure_quality(request)
