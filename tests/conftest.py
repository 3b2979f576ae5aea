"""Shared fixtures: the reference data, where this machine has it, and small pictures made on the spot."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "dog.png"


# Whoever starts the tests in the background has them ignore SIGINT, and so every command that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data beside the checkout; tests that need it skip without."""
    folder = Path(os.environ.get("SRCNN_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no reference data at {folder} (set SRCNN_SHARED)")
    return folder


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(20160101)


@pytest.fixture
def photo() -> NDArray[np.uint8]:
    """An ordinary photograph, 288 x 288 x 3 uint8."""
    from srcnn.images.io import open_picture

    return open_picture(EXAMPLE).read()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also what takes minutes")
    parser.addoption("--soak", action="store_true", help="soaks at their full size, not a tenth")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--soak"):
        for item in items:
            mark = item.get_closest_marker("soak")
            if mark and mark.kwargs.get("full"):
                item.add_marker(pytest.mark.skip(reason="a soak at its full size (--soak)"))
    if not config.getoption("--slow"):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="takes minutes (--slow)"))
