"""Example-based methods that learn from the real 91 images, beside what the paper prints of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import srcnn
from srcnn.data.folder import pictures_in
from srcnn.engine import example_based

from ..support.reports import numbers


# Set5 at x3: the paper's table 2 has 31.42 for sparse coding and 32.59 for A+.
@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize(
    ("name", "psnr", "ssim"), [("sparse-coding", 31.2, 0.89), ("a+", 32.3, 0.905)]
)
def test_published_quality(
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    psnr: float,
    ssim: float,
) -> None:
    """Trained here and now on the 91 images."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    report = srcnn.evaluate("set5", name, 3, data_root=shared / "data")
    mean = numbers(report["results"][1]["mean"])
    assert mean["psnr"] >= psnr
    assert mean["ssim"] >= ssim


def test_the_91(shared: Path) -> None:
    """The shared T91 is the one that the checksums know."""
    files = pictures_in(shared / "data" / "t91")
    digests = [hashlib.sha256(file.read_bytes()).digest() for file in files]
    assert example_based._digest(digests) == example_based._digest_of_the_91()
