"""Fixtures: a browser, and the files that run networks in one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from srcnn.serve.words import RUNTIME

from ..support.browser import Browser, chromium


@pytest.fixture(scope="session")
def wasm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked package onnxruntime-web."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm, which fetches onnxruntime-web")
    folder = tmp_path_factory.mktemp("wasm")
    words = [npm, "pack", "--silent", f"onnxruntime-web@{RUNTIME}"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"onnxruntime-web does not install: {done.stderr.strip()[-200:]}")
    [packed] = folder.glob("*.tgz")
    shutil.unpack_archive(packed, folder, filter="data")
    return folder / "package"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for the tests of a file; every test opens its own page."""
    if chromium() is None:
        pytest.skip("needs chromium")
    made = Browser(tmp_path_factory.mktemp("browser"))
    yield made
    made.close()
