"""What is shipped reaches what is promised, judged here and not read off a card."""

from __future__ import annotations

from pathlib import Path

import pytest

import srcnn

from ..support.reports import numbers

# PSNR on Set5 that each shipped network has to reach.
PROMISED = {
    ("best", 2): 37.26,
    ("best", 3): 33.43,
    ("best", 4): 31.19,
    ("fast", 2): 37.23,
    ("fast", 3): 33.30,
    ("fast", 4): 31.06,
    ("srcnn-915", 2): 36.66,
    ("srcnn-915", 3): 32.70,
    ("srcnn-915", 4): 30.40,
    ("srcnn-915@t91", 3): 32.70,
    ("srcnn-935", 2): 36.80,
    ("srcnn-935", 3): 32.82,
    ("srcnn-935", 4): 30.50,
    ("srcnn-955@binary", 3): 32.38,
    ("srcnn-955@20min", 3): 32.88,
    ("srcnn-955@t91", 3): 32.95,
    ("srcnn-955", 2): 36.87,
    ("srcnn-955", 3): 32.91,
    ("srcnn-955", 4): 30.60,
}


@pytest.mark.parametrize(("name", "scale"), PROMISED)
def test_shipped_networks(shared: Path, name: str, scale: int) -> None:
    document = srcnn.evaluate("set5", name, scale, data_root=shared / "data")
    bicubic, ours = (numbers(row["mean"]) for row in document["results"])
    assert ours["psnr"] >= PROMISED[name, scale]
    assert ours["ssim"] > bicubic["ssim"]
