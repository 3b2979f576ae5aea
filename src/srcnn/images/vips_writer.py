"""Write images with libvips.

libvips accepts pixels row by row only from a file, so it receives the strips as an uncompressed
PNG: a header, the rows, and checksums.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

import numpy as np
import pyvips
from numpy.typing import NDArray

from srcnn.errors import OutputError
from srcnn.images.avif import with_any_profile
from srcnn.images.jpeg import SegmentFilter
from srcnn.images.metadata import EXIF_FIELDS, IPTC, PROFILE, TEXTS, Field, Metadata
from srcnn.images.photoshop import resources_of
from srcnn.images.png import ChunkFilter, chunk, text_chunks
from srcnn.images.vips import detail

if TYPE_CHECKING:
    from srcnn.images.encode import Page
    from srcnn.images.formats import Format

_STORED = 65535
"""Bytes in an uncompressed block of deflate (RFC 1951, section 3.2.4)."""


class VipsWriter:
    """Writes an image, or the stacked frames of an animation, with the first frame's metadata."""

    def __init__(
        self,
        file: IO[bytes],
        fmt: Format,
        first: Page,
        frames: int,
        saver: str,
        options: Mapping[str, object],
    ) -> None:
        """Prepare the encoder.

        Args:
            file: Where to write.
            fmt: The format of the file.
            first: The first page.
            frames: Number of frames.
            saver: libvips's name of the format.
            options: Options of libvips's saver.
        """
        self._queue: Queue[NDArray[np.number] | None] = Queue(1)
        strips = _taken(self._queue)
        self._encoder = _Encoder(file, strips, first, frames, fmt.name, saver, options)

    def __enter__(self) -> Self:
        """Start the encoder."""
        self._encoder.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # If a strip could not be made, this makes the encoder fail at the early end, and exit.
        """Finish the file, and raise the encoder's error if it failed."""
        self._queue.put(None)
        self._encoder.join()
        if error is None and self._encoder.error is not None:
            raise self._encoder.error

    def write(self, page: Page) -> None:
        """Hand the strips of a frame to the encoder."""
        for strip in page.strips:
            if self._encoder.error is not None:
                raise self._encoder.error
            self._queue.put(strip)


def _taken(queue: Queue[NDArray[np.number] | None]) -> Iterator[NDArray[np.number]]:
    while (strip := queue.get()) is not None:
        yield strip


class _Encoder(Thread):
    """Encodes strips in a separate thread, so that the caller can be interrupted."""

    def __init__(
        self,
        file: IO[bytes],
        strips: Iterator[NDArray[np.number]],
        first: Page,
        frames: int,
        format: str,
        saver: str,
        options: Mapping[str, object],
    ) -> None:
        super().__init__(daemon=True)
        self.error: Exception | None = None
        self._file, self._strips, self._format = file, strips, format
        self._saver, self._options = saver, options
        self._size, self._metadata, self._frames = first.size, first.metadata, frames
        self._filter = _filter(saver, first.metadata)

    def run(self) -> None:
        """Encode until the strips end; store an error for the caller's thread."""
        try:
            self._save()
        except pyvips.Error as error:
            size = f"an image of {self._size[1]} x {self._size[0]}"
            why = f"cannot be written as {self._format.upper()}{detail(error)}"
            # An error of the file itself, such as a full disk, takes precedence.
            self.error = self.error or OutputError(size, why, "use another format")
        except Exception as error:  # handed to the caller's thread
            self.error = error
        for _ in self._strips:
            pass  # the caller may be waiting to hand over its strip

    def _save(self) -> None:
        source = pyvips.SourceCustom()
        height, width = self._size
        source.on_read(_reader(_png(self._strips, (height * self._frames, width))))
        target = pyvips.TargetCustom()
        target.on_write(self._write)
        # "unlimited" turns off limits that protect against untrusted files.
        image = pyvips.Image.pngload_source(source, access="sequential", unlimited=True)
        if self._frames > 1:
            image = image.copy()
            image.set_type(pyvips.GValue.gint_type, "page-height", height)
        image = _described(image, self._metadata, self._saver)
        # libvips would create an EXIF block if the source had none; a JPEG's resolution needs one.
        exif = self._metadata.has(EXIF_FIELDS)
        exif |= self._saver == "jpeg" and self._metadata.resolution is not None
        keep = "all" if exif else "xmp:iptc:icc:other"
        getattr(image, self._saver + "save_target")(target, keep=keep, **self._options)

    def _write(self, data: bytes) -> int:
        try:
            self._file.write(self._filter(data))
        except OSError as error:
            self.error = error
            return -1
        return len(data)


def _filter(saver: str, metadata: Metadata) -> Callable[[bytes], bytes]:
    """Return a function that adds to the file's bytes what libvips does not write."""
    own = metadata.parts if metadata.parts_of == saver else ()
    if saver == "jpeg" and own:
        return SegmentFilter(own)
    if saver == "png":
        # libvips writes 72 dpi if the resolution is unknown.
        dropped = (b"pHYs",) if metadata.resolution is None else ()
        added = own or text_chunks(metadata.texts().items())
        if added or dropped:
            return ChunkFilter(dropped, added)
    if saver == "heif" and metadata.block(PROFILE) is not None:
        return with_any_profile
    return bytes


def _described(image: Any, metadata: Metadata, saver: str) -> Any:
    """Return an image with the metadata that libvips will save."""
    copied = saver == "png" and metadata.parts_of == "png"
    xres, yres = metadata.resolution or (image.xres, image.yres)
    image = image.copy(xres=xres, yres=yres)
    for key, value in metadata.fields.items():
        if key.startswith(TEXTS) and (copied or not str(value).isascii()):
            continue
        if key == IPTC and isinstance(value, bytes) and saver == "jpeg":
            value = resources_of(value)
        image.set_type(_gtype(value), key, value)
    if metadata.fields:
        # The pixels are already upright, but libvips would keep the tag in the EXIF block.
        image.set_type(pyvips.GValue.gint_type, "orientation", 1)
    return image


def _gtype(value: Field) -> int:
    """Return libvips's type of a field."""
    types = {
        bytes: pyvips.GValue.blob_type,
        str: pyvips.GValue.refstr_type,
        int: pyvips.GValue.gint_type,
        list: pyvips.GValue.array_int_type,
    }
    return int(types[type(value)])


def _reader(chunks: Iterator[bytes]) -> Callable[[int], bytes]:
    """Return a function that reads the next bytes of ``chunks``, up to a given number.

    It returns empty bytes at the end.
    """
    left = memoryview(b"")

    def read(size: int) -> bytes:
        nonlocal left
        while not left:
            chunk = next(chunks, None)
            if chunk is None:
                return b""
            left = memoryview(chunk)
        data, left = left[:size], left[size:]
        return bytes(data)

    return read


def _png(strips: Iterable[NDArray[np.number]], size: tuple[int, int]) -> Iterator[bytes]:
    """Yield a PNG file (W3C, third edition) with unfiltered and uncompressed rows."""
    total = 1  # Adler-32 of nothing
    begun = False
    for strip in strips:
        rows = strip.reshape(len(strip), -1)
        if not begun:
            begun = True
            bits, channels = 8 * strip.itemsize, rows.shape[1] // size[1]
            color = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
            header = struct.pack(">2I5B", size[1], size[0], bits, color, 0, 0, 0)
            yield b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"\x78\x01")
        samples = np.ascontiguousarray(rows, rows.dtype.newbyteorder(">")).view(np.uint8)
        filtered = np.zeros((len(rows), samples.shape[1] + 1), np.uint8)  # 0: no filter in this row
        filtered[:, 1:] = samples
        data = filtered.tobytes()
        total = zlib.adler32(data, total)
        blocks = []
        for start in range(0, len(data), _STORED):
            block = data[start : start + _STORED]
            blocks += [struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF), block]
        yield chunk(b"IDAT", b"".join(blocks))
    end = struct.pack("<BHH", 1, 0, 0xFFFF) + struct.pack(">I", total)
    yield chunk(b"IDAT", end) + chunk(b"IEND", b"")
