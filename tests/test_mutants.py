"""Damaged files of every kind: pixels or a network, or a refusal in one line, whatever the damage is."""

from __future__ import annotations

from pathlib import Path

import pytest

from .mutants import assert_mutants_do_no_harm

KINDS = {"images": (600, 5000), "weights": (300, 2000)}


@pytest.mark.parametrize("room", KINDS)
def test_damaged_files(room: str, tmp_path: Path) -> None:
    assert_mutants_do_no_harm(f"tests.{room}.mutants", KINDS[room][0], tmp_path)


@pytest.mark.soak(full=True)
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("room", KINDS)
def test_many_damaged_files(room: str, tmp_path: Path) -> None:
    assert_mutants_do_no_harm(f"tests.{room}.mutants", KINDS[room][1], tmp_path)
