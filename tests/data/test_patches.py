"""Patches: exact flips, aligned pairs, batches that depend on seed and step alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.data.augment import DIHEDRAL, dihedral
from srcnn.data.folder import pictures_in
from srcnn.data.patches import Choice, Pair, PatchSampler, load_pairs
from srcnn.errors import MissingData
from srcnn.images.color import rgb_to_ycbcr, y_to_gray
from srcnn.images.degrade import Degraded
from srcnn.images.grid import Grid

RADIUS = 3
GRID = Grid(1, RADIUS)


def pair(height: int, width: int) -> Pair:
    """A pair whose two pictures are the same, so that a shift between them would show."""
    truth = np.arange(height * width, dtype=np.uint32).reshape(height, width) % 251
    picture = truth.astype(np.uint8)
    padded = np.pad(picture / np.float32(255), RADIUS, mode="edge").astype(np.float32)
    return Pair(picture, padded, GRID)


def test_the_8_flips_and_turns_are_all_there_and_exact() -> None:
    patch = np.arange(9).reshape(3, 3)
    seen = {dihedral(patch, k).tobytes() for k in range(DIHEDRAL)}
    assert len(seen) == 8
    assert (dihedral(patch, 0) == patch).all()
    corners = {tuple(dihedral(patch, k)[0, [0, -1]]) for k in range(DIHEDRAL)}
    # Each of the 4 corners comes to the top left, with either neighbour beside it.
    assert corners == {(0, 2), (2, 0), (2, 8), (8, 2), (8, 6), (6, 8), (6, 0), (0, 6)}


def test_input_and_truth_lie_on_each_other() -> None:
    sampler = PatchSampler([pair(40, 30), pair(25, 60)], patch=12, batch=64, seed=3)
    x, y, weights = sampler.batch(0)
    assert (weights == 1).all()
    assert x.shape == (64, 1, 18, 18)
    assert y.shape == (64, 1, 12, 12)
    assert x.dtype == y.dtype == weights.dtype == np.float32
    np.testing.assert_allclose(x[..., RADIUS:-RADIUS, RADIUS:-RADIUS], y, rtol=0, atol=1e-7)


def test_stretching_gives_y_the_range_of_gray_pictures() -> None:
    gray = np.linspace(0, 1, 256)
    # A gray picture's Y by MATLAB's rgb2ycbcr; stretched it is the gray picture again.
    y = rgb_to_ycbcr(np.repeat(gray[:, None], 3, axis=1))[:, 0].astype(np.float32)
    np.testing.assert_allclose(y_to_gray(y), gray, atol=1e-6)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(y, gray, atol=1e-2)


def test_the_asked_part_of_the_patches_is_stretched_input_and_truth_alike() -> None:
    pairs = [pair(40, 30), pair(25, 60)]
    plain = PatchSampler(pairs, 12, 400, seed=7).batch(2)
    stretched = PatchSampler(pairs, 12, 400, seed=7, choice=Choice(stretched=0.5)).batch(2)
    differ = (plain[1] != stretched[1]).any(axis=(1, 2, 3))
    assert 150 < differ.sum() < 250
    for before, after in zip(plain[:2], stretched[:2], strict=True):
        np.testing.assert_array_equal(before[~differ], after[~differ])
        np.testing.assert_allclose(y_to_gray(before[differ]), after[differ], rtol=1e-6)


def test_a_batch_is_a_function_of_seed_and_step() -> None:
    pairs = [pair(40, 30), pair(25, 60)]
    one, two = (PatchSampler(pairs, 12, 8, seed=7) for _ in range(2))
    two.batch(0)
    np.testing.assert_array_equal(one.batch(5)[0], two.batch(5)[0])
    assert (one.batch(5)[0] != one.batch(6)[0]).any()
    assert (one.batch(5)[0] != PatchSampler(pairs, 12, 8, seed=8).batch(5)[0]).any()


def test_pictures_are_drawn_by_area() -> None:
    small, large = (
        pair(20, 20),
        Pair(np.full((60, 60), 255, np.uint8), np.ones((66, 66), np.float32), GRID),
    )
    _, y, _ = PatchSampler([small, large], 12, 400, seed=1).batch(0)
    share = float((y.min(axis=(1, 2, 3)) == 1).mean())
    assert share == pytest.approx(0.9, abs=0.06)


def test_balanced_errors_count_relative_to_bicubic_s() -> None:
    """A picture that bicubic makes at 20 dB counts a tenth of one at 30; 60 dB is held for 40."""
    truth = np.full((30, 30), 100, np.uint8)

    def at(decibels: float) -> Pair:
        wrong = truth / np.float32(255) + np.float32(10 ** (-decibels / 20))
        return Pair(truth, np.pad(wrong, RADIUS, mode="edge"), GRID)

    sampler = PatchSampler([at(20), at(30), at(60)], 12, 600, seed=1, choice=Choice(balanced=True))
    x, y, weights = sampler.batch(0)
    errors = np.square(x[..., RADIUS:-RADIUS, RADIUS:-RADIUS] - y).mean(axis=(1, 2, 3))
    of = {
        decibels: weights[np.abs(errors - 10 ** (-decibels / 10)) < 1e-7]
        for decibels in (20, 30, 60)
    }
    assert min(len(w) for w in of.values()) > 150
    assert all((w == w[0]).all() for w in of.values())
    assert float(of[30][0] / of[20][0]) == pytest.approx(10, rel=1e-3)
    assert float(of[60][0] / of[20][0]) == pytest.approx(100, rel=1e-3)
    assert float(sum(w[0] for w in of.values())) == pytest.approx(3, rel=1e-5)


def test_of_several_candidates_the_hardest_is_taken() -> None:
    """Bicubic errs in a quarter of the picture: 1 patch in 4 is there, and of 8 candidates nearly all."""
    truth = np.full((200, 200), 100, np.uint8)
    wrong = np.full((200 + 2 * RADIUS, 200 + 2 * RADIUS), 100 / 255, np.float32)
    wrong[: 100 + RADIUS, : 100 + RADIUS] += 0.1
    shares = {}
    for candidates in (1, 8):
        pairs = [Pair(truth, wrong, GRID)]
        x, y, _ = PatchSampler(pairs, 8, 400, 1, choice=Choice(candidates=candidates)).batch(0)
        errors = np.square(x[..., RADIUS:-RADIUS, RADIUS:-RADIUS] - y).mean(axis=(1, 2, 3))
        shares[candidates] = float((errors > 0).mean())
    assert shares[1] == pytest.approx(0.27, abs=0.06)
    assert shares[8] == pytest.approx(1 - 0.73**8, abs=0.04)


def test_pictures_that_are_too_small_are_left_out_or_named() -> None:
    assert len(PatchSampler([pair(11, 40), pair(12, 40)], 12, 4, 1).pairs) == 1
    with pytest.raises(MissingData, match="12 pixels"):
        PatchSampler([pair(11, 40)], 12, 4, 1)


def test_pairs_are_degraded_whole_and_padded_once(tmp_path: Path) -> None:
    low = np.linspace(0, 1, 6).reshape(2, 3)

    def versions(file: Path) -> list[tuple[NDArray[np.uint8], Degraded]]:
        return [(np.full((6, 9), 7, np.uint8), Degraded(low, 3))]

    (loaded,) = load_pairs([tmp_path], versions, Grid(1, 2), warn=pytest.fail)
    assert loaded.padded.shape == (10, 13)
    assert loaded.errors is None
    assert loaded.padded.dtype == np.float32
    assert (loaded.padded[:3, 2:-2] == loaded.padded[2, 2:-2]).all()
    (small,) = load_pairs([tmp_path], versions, Grid(3, 2), warn=pytest.fail)
    np.testing.assert_array_equal(small.padded, np.pad(low.astype(np.float32), 2, mode="edge"))
    assert small.truth.shape == (6, 9)


def test_pictures_in_a_folder(tmp_path: Path) -> None:
    for name in ("b.PNG", "a.jpg", "notes.txt", ".hidden.png", "sub/c.bmp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [path.name for path in pictures_in(tmp_path)] == ["a.jpg", "b.PNG"]
    assert [p.name for p in pictures_in(tmp_path, recursive=True)] == ["a.jpg", "b.PNG", "c.bmp"]
    with pytest.raises(MissingData, match="no such folder"):
        pictures_in(tmp_path / "nope")
    (tmp_path / "empty").mkdir()
    with pytest.raises(MissingData, match="no images"):
        pictures_in(tmp_path / "empty")
