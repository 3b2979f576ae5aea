"""Check an installation by the README's first line: no torch, small, correct images and scores."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from srcnn.images.io import open_picture
from srcnn.metrics import psnr

LIMIT_MB = 250


def main() -> None:
    """Raise an error if something is not as the README says."""
    assert find_spec("torch") is None, "the core install brought torch"
    site = Path(sysconfig.get_paths()["purelib"])
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) / 1e6
    assert size <= LIMIT_MB, f"site-packages has {size:.0f} MB"
    low = open_picture(Path("examples/dog.png")).read()
    high = open_picture(Path("examples/dog_x3.png")).read()
    assert high.shape == (3 * low.shape[0], 3 * low.shape[1], 3)
    assert high.dtype == np.uint8
    # The middle of each 3 x 3 block lies on a pixel of the source: near it, and not the same.
    distance = psnr(np.ascontiguousarray(high[1::3, 1::3]), low)
    assert 28 < distance < 60, f"the picture is {distance:.1f} dB from its source"
    # These need no extra: scores on one's own images, and the page before and after.
    for words in (
        "evaluate examples -m fast -s 3",
        "compare examples/dog.png -o dog.html",
        "data list",
    ):
        subprocess.run([sys.executable, "-m", "srcnn", *words.split()], check=True)
    print(f"site-packages {size:.0f} MB; {high.shape[1]} x {high.shape[0]} picture as expected")


if __name__ == "__main__":
    main()
