"""One server for the tests that leave it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..cli.conftest import srcnn as srcnn  # a fixture
from .pages import browser as browser  # fixtures
from .pages import wasm as wasm
from .service import Service, running

pytest.importorskip("granian", reason="needs the extra serve")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server with one worker and the limits that it has by default."""
    with running(tmp_path_factory.mktemp("serve"), "--workers", 1) as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for a server of the test's own."""
    path = tmp_path / "server"
    path.mkdir()
    return path
