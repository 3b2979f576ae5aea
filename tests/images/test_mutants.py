"""Damaged files of every kind: pixels or a refusal in one line, whatever the damage is."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..mutants import assert_mutants_do_no_harm


def test_damaged_pictures(tmp_path: Path) -> None:
    assert_mutants_do_no_harm("tests.images.mutants", 600, tmp_path, long=False)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_many_damaged_pictures(tmp_path: Path) -> None:
    assert_mutants_do_no_harm("tests.images.mutants", 40_000, tmp_path, long=True)
