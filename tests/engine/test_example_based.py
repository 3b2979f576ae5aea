"""Example-based methods by name: trained once, kept, and trained again where what is kept is damaged."""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import srcnn
from srcnn.engine import example_based
from srcnn.engine.example_based import METHODS, open_example_based
from srcnn.engine.network import enhance_whole
from srcnn.engine.networks import EXAMPLE_BASED
from srcnn.errors import MissingData, MissingExtra, ModelError
from srcnn.evaluation.compare import compare
from srcnn.evaluation.models import open_models

from ..support.reports import numbers

NAMES = ("sparse-coding", "a+")


def kept(root: Path) -> list[Path]:
    return sorted((root.parent / "cache" / "srcnn" / "baselines").iterdir())


def no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(example_based, "train", lambda *_: pytest.fail("it was trained again"))


def test_every_method_can_be_named() -> None:
    assert tuple(METHODS) == EXAMPLE_BASED


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_trained_once_and_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str, scale: int
) -> None:
    """From the cache it is the same model; another training gives the same bytes."""
    low = np.random.default_rng(3).random((1, 12, 10))
    told: list[str] = []
    first = enhance_whole(open_example_based(name, scale, say=told.append), low)
    inside = np.s_[2 * scale : -2 * scale, 2 * scale : -2 * scale]
    assert np.abs(first[0] - srcnn.imresize(low[0], scale))[inside].max() > 1e-3
    assert told[0].startswith(f"training {name} x{scale} (only once)    5%  ")
    assert told[-1] == f"training {name} x{scale} (only once)  100%  0 s left"
    (file,) = kept(root)
    assert file.name.startswith(f"{name}-x{scale}-")
    bytes_ = file.read_bytes()
    file.unlink()
    open_example_based(name, scale)
    assert kept(root) == [file]
    assert file.read_bytes() == bytes_
    no_training(monkeypatch)
    np.testing.assert_array_equal(enhance_whole(open_example_based(name, scale), low), first)


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("name", NAMES)
def test_they_upscale_like_any_network(name: str) -> None:
    """In tiles as whole, at a trained scale and between."""
    low = np.random.default_rng(3).integers(0, 256, (31, 40), np.uint8)
    given = low[None] / np.float32(255)
    wanted = enhance_whole(open_example_based(name, 3), given, tile=1000)[0]
    assert np.abs(wanted - srcnn.imresize(given[0], 3)).max() > 1e-3, "it must do something"
    made = srcnn.upscale(low, 3, name, tile=20)
    np.testing.assert_allclose(made, np.clip(wanted, 0, 1) * 255, rtol=0, atol=0.51)
    between = srcnn.upscale(low, 2.5, name, tile=20)
    reduced = srcnn.imresize(wanted, size=(78, 100))
    np.testing.assert_allclose(between, np.clip(reduced, 0, 1) * 255, rtol=0, atol=0.51)


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _turn_a_bit(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 4]) + data[middle + 1 :]


def _of(**arrays: NDArray[np.generic]) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=True, **arrays)
    return file.getvalue()


def _with(name: str, change: Callable[[NDArray[np.float32]], NDArray[np.generic]]) -> object:
    def damage(data: bytes) -> bytes:
        with np.load(io.BytesIO(data)) as file:
            arrays = dict(file)
        arrays[name] = change(arrays[name])
        return _of(**arrays)

    return damage


@pytest.mark.parametrize(
    "damage",
    [
        *(lambda data: b"", lambda data: b"PK", _cut, _turn_a_bit, lambda data: data[:-1]),
        lambda data: _of(basis=np.zeros((3, 3), np.float32)),
        _with("maps", lambda maps: maps[1:]),
        _with("maps", lambda maps: maps[..., 1:]),
        _with("anchors", lambda anchors: anchors[:, 1:]),
        _with("anchors", lambda anchors: anchors.astype(object)),
        _with("basis", lambda basis: basis.astype(np.float64)),
        _with("basis", lambda basis: basis * np.float32(np.nan)),
    ],
)
def test_what_is_damaged_is_trained_anew(root: Path, damage: Callable[[bytes], bytes]) -> None:
    open_example_based("a+", 2)
    (file,) = kept(root)
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    open_example_based("a+", 2)
    assert kept(root) == [file]
    assert file.read_bytes() == whole


def test_other_pictures_and_settings_are_other_models(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_example_based("a+", 2)
    settings = replace(METHODS["a+"].settings, samples=400)
    monkeypatch.setitem(METHODS, "a+", replace(METHODS["a+"], settings=settings))
    open_example_based("a+", 2)
    (root / "t91" / "0.png").unlink()
    open_example_based("a+", 2)
    assert len({file.read_bytes() for file in kept(root)}) == len(kept(root)) == 3


def test_what_it_needs(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scikit-learn for training alone; the 91 images, a scale and a name that there are."""
    with pytest.raises(ModelError, match="is not available for x5; use x2, x3, x4"):
        open_example_based("a+", 5)
    with pytest.raises(ModelError, match="is not an example-based model; use sparse-coding or a"):
        open_example_based("b", 3)
    with pytest.raises(MissingData, match="srcnn data fetch t91"):
        open_example_based("a+", 3, root / "elsewhere")
    open_example_based("a+", 2)
    monkeypatch.setattr(
        "srcnn._optional.find_spec", lambda name: None if name == "sklearn" else find_spec(name)
    )
    open_example_based("a+", 2)
    with pytest.raises(MissingExtra, match=r"model a\+: needs sklearn; run: pip install"):
        open_example_based("a+", 3)


@pytest.mark.parametrize("name", NAMES)
def test_without_t91_what_was_trained_last_is_used(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """For the same scale, by the same settings, and sound."""
    open_example_based(name, 2)
    (older,) = kept(root)
    (root / "t91" / "0.png").unlink()
    low = np.random.default_rng(3).random((1, 12, 10))
    latest = enhance_whole(open_example_based(name, 2), low)
    (newer,) = set(kept(root)) - {older}
    os.utime(older, (1, 1))
    no_training(monkeypatch)
    (root / "t91").rename(root / "elsewhere")
    np.testing.assert_array_equal(enhance_whole(open_example_based(name, 2), low), latest)
    # A folder without pictures, and another data root, are not T91 either.
    (root / "t91").mkdir()
    open_example_based(name, 2)
    open_example_based(name, 2, root / "elsewhere")
    newer.write_bytes(_cut(newer.read_bytes()))
    assert (enhance_whole(open_example_based(name, 2), low) != latest).any()
    with pytest.raises(MissingData):
        open_example_based(name, 3)
    settings = replace(METHODS[name].settings, samples=400)
    monkeypatch.setitem(METHODS, name, replace(METHODS[name], settings=settings))
    with pytest.raises(MissingData):
        open_example_based(name, 2)


def _fill(folder: Path, *pictures: NDArray[np.uint8]) -> None:
    for file in folder.iterdir():
        file.unlink()
    for k, pixels in enumerate(pictures):
        Image.fromarray(pixels).save(folder / f"{k}.png")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("sizes", "patches"),
    [
        ([(1, 1)], "0"),
        ([(10, 10)], "0"),
        ([(14, 200), (200, 14)], "0"),  # 5 low-res pixels in each direction is the least
        ([(15, 15)], "1"),
        ([(15, 18), (15, 15)], "3"),
    ],
)
def test_too_little_to_learn_from(
    root: Path, name: str, sizes: list[tuple[int, int]], patches: str
) -> None:
    """In a picture 5 low-res pixels wide, a patch of 3 has a low-res pixel at each side, for the gradients."""
    method = METHODS[name]
    random = np.random.default_rng(1)
    _fill(root / "t91", *(random.integers(0, 256, size, np.uint8) for size in sizes))
    why = f"t91: contain {patches} patches that are not flat, but {method.settings.learning.atoms} are"
    with pytest.raises(MissingData, match=why) as caught:
        open_example_based(name, 3)
    assert str(caught.value).endswith("run: srcnn data verify t91")
    assert not (root.parent / "cache").exists()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("level", [0, 90, 255])
def test_flat_pictures_teach_nothing(root: Path, name: str, level: int) -> None:
    _fill(root / "t91", np.full((100, 90, 3), level, np.uint8))
    with pytest.raises(MissingData, match="contain 0 patches that are not flat"):
        open_example_based(name, 2)


@pytest.mark.parametrize("name", NAMES)
def test_pictures_without_a_patch_are_left_out(root: Path, name: str) -> None:
    """The same model as without them."""
    open_example_based(name, 3)
    (before,) = kept(root)
    for k, size in enumerate([(1, 1), (2, 60), (12, 90)]):
        Image.fromarray(np.full(size, 7, np.uint8)).save(root / "t91" / f"{k}-tiny.png")
    open_example_based(name, 3)
    (after,) = set(kept(root)) - {before}
    assert after.read_bytes() == before.read_bytes()


def test_a_cache_that_cannot_be_written(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    (root.parent / "cache").mkdir()
    (root.parent / "cache" / "srcnn").write_text("in the way")
    made = open_example_based("sparse-coding", 2)
    assert enhance_whole(made, np.zeros((1, 4, 4))).shape == (1, 8, 8)
    assert "cannot be written" in caplog.text
    assert "the next run will train again" in caplog.text


def test_wrong_names_are_told_of_before_training(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_training(monkeypatch)
    with pytest.raises(ModelError, match="srcnn-999"):
        open_models(["a+", "srcnn-999"], [2])


def test_judged_and_compared_as_networks_are(root: Path) -> None:
    report = srcnn.evaluate(root / "t91", [*NAMES, "srcnn-915"], [3, 2])
    rows = {(row["model"], row["scale"]): numbers(row["mean"])["psnr"] for row in report["results"]}
    assert set(rows) == {
        (name, scale) for name in ("bicubic", *NAMES, "srcnn-915") for scale in (2, 3)
    }
    # They have seen these very pictures, so what they learned has to be there.
    for name in NAMES:
        for scale in (2, 3):
            assert rows[name, scale] > rows["bicubic", scale] + 0.1
    picture = root / "t91" / "1.png"
    told: list[str] = []
    made = compare(picture, 3, NAMES, progress=told.append)
    assert [shown.model for shown in made.models] == ["bicubic", *NAMES]
    assert told == [f"comparing {picture}"]
    judged = {row["model"]: row["images"][1] for row in report["results"] if row["scale"] == 3}
    for shown in made.models:
        assert judged[shown.model] == {"name": "1", **shown.scores}


def test_other_pictures_than_the_91_are_told_of(
    root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each time; without T91 what learned from the 91 is taken, however old it is."""
    for _ in range(2):
        caplog.clear()
        open_example_based("a+", 2)
        assert "a+ x2 was trained on images other than T91" in caplog.text
    (root / "t91" / "1.png").unlink()
    open_example_based("a+", 2)
    first, last = sorted(kept(root), key=lambda file: file.stat().st_mtime_ns)
    digest = first.stem.rpartition("-")[2]
    monkeypatch.setattr(example_based, "_digest_of_the_91", lambda: digest)
    os.utime(first, (1, 1))
    (root / "t91").rename(root / "elsewhere")
    caplog.clear()
    low = np.random.default_rng(3).random((1, 12, 10))
    of_the_91 = enhance_whole(open_example_based("a+", 2), low)
    assert [row for row in caplog.records if row.levelno >= logging.WARNING] == []
    first.write_bytes(last.read_bytes())
    assert np.abs(enhance_whole(open_example_based("a+", 2), low) - of_the_91).max() > 0
