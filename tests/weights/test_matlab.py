"""The authors' .mat files: the right filters the right way round, as their SRCNN.m uses them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
import torch
from numpy.typing import NDArray
from scipy.signal import correlate2d
from torch.nn import functional

from srcnn.errors import ModelError
from srcnn.weights.foreign import load

from .reference import network

Filters = NDArray[np.float64]

F1, F2, F3, N1, N2 = 9, 3, 5, 5, 4


@pytest.fixture
def filters() -> tuple[Filters, Filters, Filters]:
    """Filters as one sees them in MATLAB, rows first: f x f x n1, n1 x f x f x n2, n2 x f x f."""
    random = np.random.default_rng(8)
    return (
        random.normal(size=(F1, F1, N1)),
        random.normal(size=(N1, F2, F2, N2)),
        random.normal(size=(N2, F3, F3)),
    )


@pytest.fixture
def biases() -> list[Filters]:
    random = np.random.default_rng(9)
    return [random.normal(size=(n, 1)) for n in (N1, N2, 1)]


@pytest.fixture
def path(tmp_path: Path, filters: tuple[Filters, Filters, Filters], biases: list[Filters]) -> Path:
    """The file that MATLAB would save: SRCNN.m undoes these reshapes, which run down the columns."""
    first, second, third = filters
    content = {
        "weights_conv1": first.reshape((F1 * F1, N1), order="F"),
        "weights_conv2": second.reshape((N1, F2 * F2, N2), order="F"),
        "weights_conv3": third.reshape((N2, F3 * F3), order="F"),
        **{f"biases_conv{k}": bias for k, bias in enumerate(biases, 1)},
    }
    scipy.io.savemat(tmp_path / "9-3-5.mat", content)
    return tmp_path / "9-3-5.mat"


def test_conv1_is_matlab_s_imfilter(
    path: Path, filters: tuple[Filters, Filters, Filters], photo: NDArray[np.uint8]
) -> None:
    """imfilter correlates with the filter as it stands: neither flipped nor transposed."""
    tensors, card = load(path, 3)
    assert (card.f, card.n, card.scale, card.name) == ((F1, F2, F3), (N1, N2), 3, "9-3-5")
    gray = photo[:40, :50, 1] / 255.0
    weight = torch.from_numpy(tensors["conv1.weight"]).double()
    ours = functional.conv2d(torch.from_numpy(gray)[None, None], weight)[0].numpy()
    for k in range(N1):
        wanted = correlate2d(gray, filters[0][:, :, k], mode="valid")
        np.testing.assert_allclose(ours[k], wanted, rtol=0, atol=1e-5)


def test_the_whole_network_is_srcnn_m(
    path: Path,
    filters: tuple[Filters, Filters, Filters],
    biases: list[Filters],
    photo: NDArray[np.uint8],
) -> None:
    """The three loops of SRCNN.m in float64, away from the border."""
    first, second, third = filters
    gray = photo[:40, :50, 1] / 255.0
    conv1 = [
        np.maximum(correlate2d(gray, first[:, :, i], "valid") + biases[0][i], 0) for i in range(N1)
    ]
    conv2 = []
    for i in range(N2):
        parts = [correlate2d(conv1[j], second[j, :, :, i], "valid") for j in range(N1)]
        conv2.append(np.maximum(sum(parts) + biases[1][i], 0))
    wanted = sum(correlate2d(conv2[i], third[i], "valid") for i in range(N2)) + biases[2][0]
    tensors, _ = load(path, 3)
    ours = network(tensors, gray[None, None].astype(np.float32))[0, 0]
    assert np.abs(wanted).max() > 10
    np.testing.assert_allclose(ours, wanted, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "f"),
    [
        ("9-1-5_91-images_x3", (9, 1, 5)),
        ("9-3-5_imagenet_x3", (9, 3, 5)),
        ("9-5-5_imagenet_x3", (9, 5, 5)),
    ],
)
def test_the_authors_files(shared: Path, name: str, f: tuple[int, ...]) -> None:
    """The released weights have the paper's shapes, and keep a flat picture nearly as it is."""
    tensors, card = load(shared / "reference" / "authors_weights" / f"{name}.mat", 3)
    assert (card.f, card.n, card.color) == (f, (64, 32), "Y")
    flat = np.full((1, 1, 40, 40), 0.5, np.float32)
    np.testing.assert_allclose(network(tensors, flat), 0.5, atol=0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights_conv2": None}, "lacks numeric weights_conv2"),
        ({"biases_conv1": None}, "lacks numeric weights_conv1 or biases_conv1"),
        ({"weights_conv1": "a text"}, "lacks numeric weights_conv1"),
        ({"weights_conv1": np.ones((80, N1))}, "weights_conv1 has 80 taps, which is not a square"),
        ({"weights_conv2": np.ones((N1, 4, N2))}, "but filters must be odd and square"),
        ({"weights_conv2": np.ones((1, N1, 9, N2))}, "weights_conv2 has 4 dimensions"),
        ({"biases_conv2": np.ones((3, 1))}, "conv2.bias does not fit"),
        ({"weights_conv3": np.full((N2, 25), np.nan)}, "conv3.weight contains NaN"),
    ],
)
def test_what_does_not_fit_is_named(path: Path, change: dict[str, Any], message: str) -> None:
    content = {key: value for key, value in scipy.io.loadmat(path).items() if key[0] != "_"}
    kept = {key: value for key, value in (content | change).items() if value is not None}
    scipy.io.savemat(path, kept)
    with pytest.raises(ModelError) as caught:
        load(path, 3)
    assert message in str(caught.value)


def test_a_mat_of_something_else(tmp_path: Path) -> None:
    scipy.io.savemat(tmp_path / "a.mat", {"temperature": np.ones(3)})
    with pytest.raises(ModelError, match="not a sequence of convolutions"):
        load(tmp_path / "a.mat", 3)
