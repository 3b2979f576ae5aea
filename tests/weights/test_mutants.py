"""Damaged weights of every kind: a network that gives numbers, or a refusal in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..mutants import assert_mutants_do_no_harm


def test_damaged_weights(tmp_path: Path) -> None:
    assert_mutants_do_no_harm("tests.weights.mutants", 300, tmp_path, long=False)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_much_damaged_weights(tmp_path: Path) -> None:
    assert_mutants_do_no_harm("tests.weights.mutants", 10_000, tmp_path, long=True)
