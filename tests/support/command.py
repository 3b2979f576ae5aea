"""The command line, in this process."""

from __future__ import annotations

import sys

import pytest

from srcnn.cli.main import main


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run ``srcnn`` with the arguments and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["srcnn", *map(str, arguments)])
    return main()
