"""Strips to a file: the same picture as from one piece, and every way in which it can go wrong."""

from __future__ import annotations

import errno
import io
import os
import threading
import tracemalloc
import weakref
import zlib
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.errors import InputError, OutputError
from srcnn.images.encode import Extent, Page, encode, write_picture
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture
from srcnn.images.metadata import Metadata

from .test_io_writing import cut_of

WRITABLE = [name for name, fmt in FORMATS.items() if name != "gif"]


def cut(picture: NDArray[Any], rows: int) -> Iterator[NDArray[Any]]:
    for top in range(0, len(picture), rows):
        yield picture[top : top + rows]


@pytest.mark.parametrize("rows", [1, 7, 1000])
@pytest.mark.parametrize("name", WRITABLE)
def test_strips_make_the_file_that_one_piece_makes(
    name: str, rows: int, photo: NDArray[np.uint8]
) -> None:
    file = io.BytesIO()
    write_picture(file, [Page((61, 40), cut(photo[:61, :40], rows))], FORMATS[name])
    seen = open_picture(file.getvalue()).read()
    np.testing.assert_array_equal(seen, open_picture(encode(photo[:61, :40], FORMATS[name])).read())


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_deep_and_transparent_strips(photo: NDArray[np.uint8], channels: int, dtype: Any) -> None:
    pixels = cut_of(photo, channels, dtype)
    file = io.BytesIO()
    write_picture(file, [Page((len(pixels), pixels.shape[1]), cut(pixels, 5))], FORMATS["png"])
    np.testing.assert_array_equal(open_picture(file.getvalue()).read(), pixels)


def test_rows_longer_than_a_block_of_deflate() -> None:
    """A row of 120,000 bytes does not fit into one stored block of 65,535."""
    pixels = np.random.default_rng(0).integers(0, 256, (3, 40000, 3), np.uint8)
    np.testing.assert_array_equal(open_picture(encode(pixels, FORMATS["png"])).read(), pixels)


def test_photographs_are_smaller_than_by_plain_deflate(photo: NDArray[np.uint8]) -> None:
    assert len(encode(photo, FORMATS["png"])) < 0.8 * len(zlib.compress(photo.tobytes(), 9))


def endless(photo: NDArray[np.uint8], made: list[int]) -> Iterator[NDArray[np.uint8]]:
    for k in range(200):
        made.append(k)
        yield photo


def encoders() -> int:
    """Threads of ours; those of libvips that have called back stay known to Python."""
    return sum(type(thread).__name__ == "_Encoder" for thread in threading.enumerate())


class Full(io.BytesIO):
    """A disk with room for a given number of bytes."""

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > 200_000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


@pytest.mark.parametrize("name", ["png", "jpeg", "tiff"])
def test_a_full_disk_stops_the_work(name: str, photo: NDArray[np.uint8]) -> None:
    """At once, though hundreds of strips are still to come, and as the disk's own error."""
    made: list[int] = []
    before = encoders()
    size = (200 * photo.shape[0], photo.shape[1])
    with pytest.raises(OSError, match="No space left"):
        write_picture(Full(), [Page(size, endless(photo, made))], FORMATS[name])
    assert len(made) < 50
    assert encoders() == before


@pytest.mark.parametrize("error", [InputError("a.png", "ends too early"), KeyboardInterrupt()])
@pytest.mark.parametrize("name", ["png", "jpeg", "tiff", "webp"])
def test_strips_that_break_off(name: str, error: BaseException, photo: NDArray[np.uint8]) -> None:
    def broken() -> Iterator[NDArray[np.uint8]]:
        yield photo
        raise error

    before = encoders()
    with pytest.raises(type(error)):
        write_picture(io.BytesIO(), [Page((2000, photo.shape[1]), broken())], FORMATS[name])
    assert encoders() == before


def test_a_size_that_the_format_does_not_have() -> None:
    wide = np.zeros((1, 20000), np.uint8)
    with pytest.raises(OutputError, match="20000 x 1: cannot be written as WEBP"):
        encode(wide, FORMATS["webp"])


@pytest.mark.parametrize("name", ["tiff", "webp", "gif"])
def test_pages_are_made_when_their_turn_comes(name: str, photo: NDArray[np.uint8]) -> None:
    """The next page is asked for when all strips of the one before it are taken; none is kept."""
    count, taken = 40, 0
    made: list[weakref.ref[Page]] = []

    def strips(number: int) -> Iterator[NDArray[Any]]:
        nonlocal taken
        yield np.roll(photo[:12, :20], number, 1)
        taken += 1

    def pages() -> Iterator[Page]:
        for number in range(count):
            assert taken == number
            assert sum(page() is not None for page in made) <= 2
            page = Page((12, 20), strips(number))
            made.append(weakref.ref(page))
            yield page
            del page

    file = io.BytesIO()
    extent = Extent.of([(12, 20)] * count)
    write_picture(file, pages(), FORMATS[name], extent=extent)
    seen = open_picture(file.getvalue())
    assert seen.header.pages == count
    for number, page in enumerate(seen.pages()):
        off = 60 if name == "gif" else 0
        wanted = np.roll(photo[:12, :20], number, 1).astype(int)
        np.testing.assert_allclose(page.read()[..., :3].astype(int), wanted, rtol=0, atol=off)


def test_many_pages_take_no_more_memory_than_a_few(photo: NDArray[np.uint8]) -> None:
    """500 pages take no more memory than 20, except their places in the file: 200 of 6,000 bytes each."""

    def peak(count: int) -> int:
        pages = (Page((40, 50), [photo[:40, :50].copy()], Metadata((k, k))) for k in range(count))
        with TemporaryFile() as file:
            tracemalloc.start()
            write_picture(file, pages, FORMATS["tiff"], extent=Extent.of([(40, 50)] * count))
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return most

    peak(2)  # libraries load
    assert peak(500) < peak(20) + 500 * 200


@pytest.mark.parametrize("listed", [True, False])
def test_without_an_extent_the_pages_are_counted(listed: bool, photo: NDArray[np.uint8]) -> None:
    pages = [Page((9, 9), [photo[k : k + 9, :9]]) for k in range(3)]
    for name, count in (("webp", 3), ("tiff", 3), ("png", 1), ("bmp", 1)):
        file = io.BytesIO()
        write_picture(file, pages if listed else iter(pages), FORMATS[name])
        assert open_picture(file.getvalue()).header.pages == count


def test_a_page_that_breaks_off_behind_others(photo: NDArray[np.uint8]) -> None:
    """What making a page raises reaches the caller, and nobody is left waiting."""

    def pages() -> Iterator[Page]:
        yield Page((9, 9), [photo[:9, :9]])
        raise InputError("a.gif", "ends too early")

    before = encoders()
    for name in ("tiff", "webp"):
        with pytest.raises(InputError):
            write_picture(io.BytesIO(), pages(), FORMATS[name], extent=Extent(5, 405))
    assert encoders() == before
