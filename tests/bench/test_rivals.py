"""The rivals run the network that we run: otherwise their times would say nothing."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from srcnn.bench.rivals import open_networks, open_resizes, threads_of_rivals
from srcnn.engine.network import Network, enhance_whole
from srcnn.engine.options import Engine
from srcnn.engine.session import Session
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.onnx_file import read_card

from ..engine.reference import near_identity, weights_file

NETWORKS = ["torch eager", "torch channels-last", "plain ONNX Runtime", "OpenCV dnn"]


def luma() -> NDArray[np.float32]:
    """61 x 47, noisy."""
    return np.random.default_rng(1).random((61, 47), np.float32)


@pytest.fixture(scope="module", params=[(9, 1, 5), (9, 5, 5)], ids=str)
def graph(request: pytest.FixtureRequest) -> bytes:
    return weights_file(near_identity(request.param, (64, 32), noise=0.1))


@pytest.mark.parametrize("contender", NETWORKS)
def test_same_pixels_as_ours(graph: bytes, contender: str) -> None:
    y = luma()
    grid = grid_of(read_card(graph, "graph"))
    radius = 8
    session = Session(graph, Engine("onnxruntime", "fp32", threads=1))
    ours = enhance_whole(Network("ours", session, grid), y[None])[0]
    assert np.abs(ours - y).max() > 0.03, "the network must do something"
    (theirs,) = open_networks(graph, y[None], None)[contender]()
    assert theirs.shape == y.shape
    inside = (slice(radius, -radius),) * 2
    np.testing.assert_allclose(theirs[inside], ours[inside], rtol=0, atol=1e-4)
    if contender.startswith("torch"):
        assert np.abs(theirs - ours).max() > 0.01, "the usual port pads with zeros"
    else:
        np.testing.assert_allclose(theirs, ours, rtol=0, atol=1e-4)


def test_resizes_give_the_enlarged_picture(photo: NDArray[np.uint8]) -> None:
    calls = open_resizes(photo[:30, :41], 3)
    assert set(calls) == {"Pillow BICUBIC", "OpenCV INTER_CUBIC"}
    shapes = {np.asarray(call()).shape for call in calls.values()}
    assert shapes == {(90, 123, 3)}


def test_without_opencv_the_others_remain(
    graph: bytes, photo: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "srcnn.bench.rivals.find_spec", lambda name: None if name == "cv2" else find_spec(name)
    )
    assert list(open_networks(graph, luma()[None], None)) == NETWORKS[:3]
    assert list(open_resizes(photo, 3)) == ["Pillow BICUBIC"]


def test_threads_are_given_back() -> None:
    before = torch.get_num_threads()
    with threads_of_rivals(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before
