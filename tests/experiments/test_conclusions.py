"""What a difference says of a conclusion of the paper."""

from __future__ import annotations

import pytest

from ..conftest import ROOT


@pytest.mark.parametrize(
    ("relation", "difference", "expected"),
    [
        ("above", 0.05, "confirmed"),
        ("above", 0.01, "open: within the seeds"),
        ("above", -0.01, "not reproduced: within the seeds"),
        ("below", 0.0, "open: within the seeds"),
        ("below", -0.01, "not reproduced: within the seeds"),
        ("above", -0.05, "contradicted"),
        ("below", -0.05, "confirmed"),
        ("below", 0.05, "contradicted"),
        ("not above", 0.05, "contradicted"),
        ("not above", 0.01, "confirmed: no gain beyond the seeds"),
        ("not above", 0.0, "confirmed"),
        ("not above", -0.05, "confirmed"),
    ],
)
def test_verdicts(
    monkeypatch: pytest.MonkeyPatch, relation: str, difference: float, expected: str
) -> None:
    monkeypatch.syspath_prepend(ROOT / "scripts" / "tables")
    from conclusions import verdict

    assert verdict(relation, difference, spread=0.02, of_paper=0.02) == expected


def test_the_paper_may_have_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "scripts" / "tables")
    from conclusions import verdict

    assert verdict("above", 0.0, spread=0.02, of_paper=None) == "open: within the seeds"
