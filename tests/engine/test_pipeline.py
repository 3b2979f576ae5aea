"""The pipeline: strips of any height in, the same picture out, and never more rows than are needed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.baselines.bicubic import Bicubic
from srcnn.engine import merge, pipeline, strips
from srcnn.engine.network import Enhancer
from srcnn.engine.passes import Pass
from srcnn.engine.pipeline import Progress
from srcnn.engine.strips import Workers
from srcnn.engine.threads import workers
from srcnn.engine.upscaler import load
from srcnn.errors import InputError

from .conftest import KINDS, picture_of
from .reference import assert_is, expected


def enlarge(
    model: Enhancer,
    strips: Iterable[NDArray[Any]],
    old: tuple[int, int],
    size: tuple[int, int],
    tile: int,
    threads: int,
    progress: Progress | None = None,
) -> Generator[NDArray[Any], None, None]:
    """By bicubic interpolation alone, or in one pass of a model that is derived from it."""
    passes = [] if type(model) is Bicubic else [Pass(size[0] // old[0], model)]
    made_by = Workers(tile, threads)
    return pipeline.enlarge(passes, strips, old, size, made_by, progress)


def cut(picture: NDArray[Any], rows: int) -> Iterator[NDArray[Any]]:
    for top in range(0, len(picture), rows):
        yield picture[top : top + rows]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [1, 5, 64])
@pytest.mark.parametrize("size", [(123, 90), (47, 31), (41, 200)])
def test_strips_of_any_height(kind: str, rows: int, size: tuple[int, int]) -> None:
    picture = picture_of(kind)
    strips = list(enlarge(Bicubic(), cut(picture, rows), (41, 30), size, tile=16, threads=2))
    assert max(len(strip) for strip in strips) <= 16
    assert_is(np.concatenate(strips), expected(picture, size, None))


@pytest.mark.parametrize("tile", [1, 2, 3])
@pytest.mark.parametrize("size", [(123, 90), (82, 60), (57, 44), (20, 90)])
def test_tiles_of_a_row_or_two(tile: int, size: tuple[int, int]) -> None:
    """A row that lies exactly on one of the source needs fewer rows than the one before and behind it."""
    picture = picture_of("gray")
    strips = enlarge(Bicubic(), cut(picture, 1), (41, 30), size, tile, threads=2)
    assert_is(np.concatenate(list(strips)), expected(picture, size, None))


@pytest.mark.parametrize("hidden", [(0, 0, 0), (255, 255, 255), (0, 0, 255)])
@pytest.mark.parametrize("rows", [4, 64])
@pytest.mark.parametrize(
    ("model", "size"), [("srcnn-915", 120), ("srcnn-955", 44), ("srcnn-915", 250)]
)
def test_no_halo_around_what_is_visible(
    hidden: tuple[int, int, int], rows: int, model: str, size: int
) -> None:
    """A red disc on hidden pixels of any colour stays red up to its edge.

    At x1.1 the network runs at x2, and its result is reduced.
    """
    y, x = np.mgrid[:40, :40] - 19.5
    disc = np.hypot(x, y) < 12
    picture = np.empty((40, 40, 4), np.uint8)
    picture[..., :3] = np.where(disc[..., None], (200, 30, 20), hidden)
    picture[..., 3] = 255 * disc
    upscaler = load(model, size / 40, tile=32, threads=2)
    made = upscaler.strips(cut(picture, rows), (40, 40), (size, size))
    out = np.concatenate(list(made)).astype(int)
    seen = out[out[..., 3] > 0]
    assert len(seen) > 400 * (size / 40) ** 2
    assert np.abs(seen[:, :3] - (200, 30, 20)).max() <= 3


def test_a_gray_picture_has_no_halo_either() -> None:
    picture = np.zeros((30, 30, 2), np.uint8)
    picture[8:20, 8:20] = 180, 255
    out = np.concatenate(list(enlarge(Bicubic(), [picture], (30, 30), (60, 60), 16, 2)))
    assert set(out[out[..., 1] > 0][:, 0]) <= {179, 180, 181}


class Tall:
    """A very tall picture in strips, of which it is known how many were taken."""

    def __init__(self, width: int) -> None:
        self.taken = 0
        self.width = width

    def strips(self, height: int, rows: int) -> Iterator[NDArray[np.uint8]]:
        for top in range(0, height, rows):
            self.taken = top + rows
            yield np.full((rows, self.width), 7, np.uint8)


@pytest.mark.parametrize("width", [5, 300])
def test_rows_are_read_when_they_are_needed(width: int) -> None:
    """However tall the picture is, only some tiles are ahead of what the caller has."""
    tall = Tall(width)
    source = tall.strips(4000, 8)
    done = 0
    for strip in enlarge(Bicubic(), source, (4000, width), (8000, 2 * width), tile=32, threads=2):
        done += len(strip)
        # Two tiles for each thread, a strip, and the reach of the kernel.
        assert tall.taken <= done / 2 + 5 * 16 + 8 + 8 + 4
    assert done == 8000


def test_who_has_enough_stops_the_work() -> None:
    tall = Tall(40)
    strips = enlarge(Bicubic(), tall.strips(4000, 8), (4000, 40), (8000, 80), tile=32, threads=2)
    next(strips)
    strips.close()
    assert tall.taken < 200
    assert workers(2)._work_queue.qsize() == 0


def test_a_source_that_breaks_is_heard_of() -> None:
    def broken() -> Iterator[NDArray[np.uint8]]:
        yield np.zeros((8, 10), np.uint8)
        raise InputError("picture.png", "ends too early")

    with pytest.raises(InputError, match="ends too early"):
        list(enlarge(Bicubic(), broken(), (100, 10), (200, 20), tile=16, threads=2))
    assert workers(2)._work_queue.qsize() == 0


def test_a_network_that_breaks_is_heard_of() -> None:
    class Broken(Bicubic):
        def enhance(self, padded: NDArray[Any]) -> NDArray[Any]:
            raise RuntimeError("no")

    picture = np.zeros((30, 30), np.uint8)
    with pytest.raises(RuntimeError, match="no"):
        list(enlarge(Broken(), [picture], (30, 30), (90, 90), tile=16, threads=2))


def test_all_passes_end_with_an_error_that_somebody_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The traceback of an exception holds the frames of all passes."""
    ended = 0
    in_order = strips.in_order

    def watched(*args: Any) -> Iterator[NDArray[Any]]:
        nonlocal ended
        try:
            yield from in_order(*args)
        finally:
            ended += 1

    for stage in (pipeline, merge):
        monkeypatch.setattr(stage, "in_order", watched)
    passes = [Pass(2, Bicubic())] * 3
    picture = np.zeros((400, 8), np.uint8)
    made = pipeline.enlarge(passes, [picture], (400, 8), (3200, 64), Workers(16, 2))
    next(made)
    with pytest.raises(KeyError) as kept:
        made.throw(KeyError("from whoever writes the strips"))
    assert ended == 3
    assert kept.value.__traceback__ is not None


def test_pictures_at_once_share_the_threads() -> None:
    """Six pictures from six threads: never more tiles at work than were asked for."""
    lock, at_work, most = threading.Lock(), 0, 0

    class Counting(Bicubic):
        def enhance(self, padded: NDArray[Any]) -> NDArray[Any]:
            nonlocal at_work, most
            with lock:
                at_work += 1
                most = max(most, at_work)
            time.sleep(0.002)
            with lock:
                at_work -= 1
            return super().enhance(padded)

    def one(value: int) -> NDArray[Any]:
        picture = np.full((40, 40), value, np.uint8)
        return np.concatenate(list(enlarge(Counting(), [picture], (40, 40), (80, 80), 16, 3)))

    with ThreadPoolExecutor(6) as callers:
        made = list(callers.map(one, range(6)))
    assert [np.unique(picture).tolist() for picture in made] == [[k] for k in range(6)]
    assert most == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_has_threads_of_its_own() -> None:
    picture = np.zeros((40, 40), np.uint8)
    list(enlarge(Bicubic(), [picture], (40, 40), (80, 80), 16, 2))
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        made = np.concatenate(list(enlarge(Bicubic(), [picture], (40, 40), (80, 80), 16, 2)))
        os._exit(0 if made.shape == (80, 80) else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_progress_grows_to_one() -> None:
    told: list[float] = []
    picture = np.zeros((50, 30), np.uint8)
    list(enlarge(Bicubic(), [picture], (50, 30), (100, 60), 16, 2, told.append))
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) == 7
