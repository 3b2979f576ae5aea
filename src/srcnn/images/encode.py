"""Writing pictures: strips from top to bottom become the bytes of a file.

libvips encodes, but for TIFF. It takes pixels by rows only from a file, so the strips are handed to it as
a PNG without compression: a header, the rows, and checksums.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Queue
from threading import Thread
from typing import IO, Any

import numpy as np
import pyvips
from numpy.typing import NDArray

from srcnn.errors import OutputError
from srcnn.images.formats import Format
from srcnn.images.picture import Header
from srcnn.images.tiff import TiffWriter
from srcnn.images.vips import detail

_STORED = 65535
"""Bytes in a block of deflate that is not compressed (RFC 1951, section 3.2.4)."""
OPTIMISED = 2**22
"""Pixels up to which a JPEG gets tables of its own: libjpeg holds the whole picture for them."""


@dataclass(frozen=True)
class Page:
    """A picture to be written, or a page or frame of one."""

    size: tuple[int, int]
    """(height, width)"""
    strips: Iterable[NDArray[Any]]
    """The pixels from top to bottom, as `srcnn.images.picture.Picture.read` gives them."""
    metadata: Mapping[str, Any] = field(default_factory=dict)


def encode(
    pixels: NDArray[Any],
    fmt: Format,
    metadata: Mapping[str, Any] | None = None,
    quality: int | None = None,
) -> bytes:
    """The bytes of a file that holds one picture, see `write_picture`."""
    file = io.BytesIO()
    page = Page((pixels.shape[0], pixels.shape[1]), [pixels], metadata or {})
    write_picture(file, [page], fmt, quality)
    return file.getvalue()


def write_picture(
    file: IO[bytes], pages: Sequence[Page], fmt: Format, quality: int | None = None
) -> None:
    """Write pictures to a seekable file, while their strips are made.

    What the format cannot hold is given up: all pages but the first, 16 bits become 8, alpha is laid over
    white; `losses` names it beforehand. Frames have the size and the metadata of the first. Unless told by
    ``quality``, JPEG is written at 95, or the source's quality where that is higher, and WebP without
    loss. The chroma of a JPEG is subsampled where the source's was.
    PNG, TIFF and JPEG hold a few rows at a time; the other formats' libraries hold the whole picture.
    Raises `OutputError` when the format cannot hold the size, `OSError` as ``file`` does, and what
    the strips raise.
    """
    if not fmt.pages:
        pages = pages[:1]
    if fmt.name == "tiff":
        with TiffWriter(file, 8 * sum(page.size[0] * page.size[1] for page in pages)) as tiff:
            for page in pages:
                tiff.write(page.strips, page.size, page.metadata)
        return
    fitting = (_fit(strip, fmt) for page in pages for strip in page.strips)
    if fmt.library == "pillow":
        from PIL import Image  # not at the start of every command

        xres, yres = pages[0].metadata.get("resolution", (0, 0))
        dpi = {"dpi": (xres * 25.4, yres * 25.4)} if xres else {}
        Image.fromarray(np.concatenate(list(fitting))).save(file, fmt.name, **dpi)
        return
    queue: Queue[NDArray[Any] | None] = Queue(1)
    encoder = _Encoder(file, _taken(queue), pages[0], len(pages), fmt, quality)
    encoder.start()
    try:
        for strip in fitting:
            if encoder.error is not None:
                break
            queue.put(strip)
    finally:
        # Also when a strip could not be made: then the encoder fails at the early end, and leaves.
        queue.put(None)
        encoder.join()
    if encoder.error is not None:
        raise encoder.error


def _taken(queue: Queue[NDArray[Any] | None]) -> Iterator[NDArray[Any]]:
    while (strip := queue.get()) is not None:
        yield strip


class _Encoder(Thread):
    """Encodes what comes until it ends; a thread of its own, so that the caller can be interrupted."""

    def __init__(
        self,
        file: IO[bytes],
        strips: Iterator[NDArray[Any]],
        page: Page,
        frames: int,
        fmt: Format,
        quality: int | None,
    ) -> None:
        super().__init__(daemon=True)
        self.error: Exception | None = None
        self._file, self._strips, self._fmt = file, strips, fmt
        self._size, self._metadata, self._frames = page.size, page.metadata, frames
        self._options = _save_options(fmt, quality, page.size, page.metadata)

    def run(self) -> None:
        try:
            self._save()
        except pyvips.Error as error:
            size = f"a picture of {self._size[1]} x {self._size[0]}"
            why = f"cannot be written as {self._fmt.name.upper()}{detail(error)}"
            # What the file itself said, such as a full disk, came first.
            self.error = self.error or OutputError(size, why, "use another format")
        except Exception as error:  # handed to the caller's thread
            self.error = error
        for _ in self._strips:
            pass  # the caller may be waiting for its strip to be taken

    def _save(self) -> None:
        source = pyvips.SourceCustom()
        height, width = self._size
        source.on_read(_reader(_png(self._strips, (height * self._frames, width))))
        target = pyvips.TargetCustom()
        target.on_write(self._write)
        # The "unlimited" are limits against files from strangers.
        image = pyvips.Image.pngload_source(source, access="sequential", unlimited=True)
        if self._frames > 1:
            image = image.copy()
            image.set_type(pyvips.GValue.gint_type, "page-height", height)
        if self._metadata:
            xres, yres = self._metadata.get("resolution", (image.xres, image.yres))
            image = image.copy(xres=xres, yres=yres)
            for key, value in self._metadata.items():
                if key.startswith("png-comment-") and not value[1].isascii():
                    # libvips would write UTF-8 into a chunk whose encoding is Latin-1.
                    continue
                if key not in ("resolution", "quality", "subsampled"):
                    image.set_type(value[0], key, value[1])
            # The pixels are as the picture is displayed; libvips would leave the tag in the EXIF block.
            image.set_type(pyvips.GValue.gint_type, "orientation", 1)
        # libvips would make an EXIF block up where the source had none; a JPEG's resolution needs one.
        exif = any(key.startswith("exif-") for key in self._metadata)
        exif |= self._fmt.name == "jpeg" and "resolution" in self._metadata
        keep = "all" if exif else "xmp:iptc:icc:other"
        saver = {"avif": "heif"}.get(self._fmt.name, self._fmt.name)
        getattr(image, saver + "save_target")(target, keep=keep, **self._options)

    def _write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = error
            return -1


def _reader(chunks: Iterator[bytes]) -> Callable[[int], bytes]:
    """A function that gives up to so many bytes more of what the chunks are, and none at their end."""
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


def _png(strips: Iterable[NDArray[Any]], size: tuple[int, int]) -> Iterator[bytes]:
    """A PNG file (W3C, third edition) of the strips, its rows neither filtered nor compressed."""
    total = 1  # Adler-32 of nothing
    begun = False
    for strip in strips:
        rows = strip.reshape(len(strip), -1)
        if not begun:
            begun = True
            bits, channels = 8 * strip.itemsize, rows.shape[1] // size[1]
            colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
            header = struct.pack(">2I5B", size[1], size[0], bits, colour, 0, 0, 0)
            yield b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", b"\x78\x01")
        samples = np.ascontiguousarray(rows, rows.dtype.newbyteorder(">")).view(np.uint8)
        filtered = np.zeros((len(rows), samples.shape[1] + 1), np.uint8)  # 0: no filter in this row
        filtered[:, 1:] = samples
        data = filtered.tobytes()
        total = zlib.adler32(data, total)
        blocks = []
        for start in range(0, len(data), _STORED):
            block = data[start : start + _STORED]
            blocks += [struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF), block]
        yield _chunk(b"IDAT", b"".join(blocks))
    end = struct.pack("<BHH", 1, 0, 0xFFFF) + struct.pack(">I", total)
    yield _chunk(b"IDAT", end) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(data, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(data)), kind, data, struct.pack(">I", check)))


def losses(header: Header, fmt: Format) -> list[str]:
    """What ``fmt`` cannot hold of a picture, in words; empty when nothing is lost."""
    lost = []
    if header.dtype == np.uint16 and not fmt.deep:
        lost.append("16 bits become 8")
    if header.has_alpha and not fmt.alpha:
        lost.append("transparency is laid over white")
    if fmt.name == "gif":
        lost.append("a frame has at most 256 colours (--format png has all)")
    if header.pages > 1 and not fmt.pages:
        lost.append(f"of {header.pages} pages only the first is taken")
    kinds = {"EXIF": "exif-", "profile": "icc-profile-data", "XMP": "xmp-data"}
    for kind, prefix in kinds.items():
        if not fmt.metadata and any(key.startswith(prefix) for key in header.metadata):
            lost.append(f"{kind} is left out")
    return lost


def _save_options(
    fmt: Format, quality: int | None, size: tuple[int, int], metadata: Mapping[str, Any]
) -> dict[str, Any]:
    if fmt.name == "png":
        # On enlarged photographs 40 % smaller than libvips's choice (level 6, no filter), and faster.
        return {"compression": 3, "filter": "avg"}
    if fmt.name == "jpeg":
        optimised = size[0] * size[1] <= OPTIMISED
        return {
            "Q": quality or max(95, metadata.get("quality", 0)),
            "subsample_mode": "on" if metadata.get("subsampled") else "off",
            "optimize_coding": optimised,
        }
    if fmt.name == "webp":
        return {"Q": quality} if quality else {"lossless": True, "exact": True}
    if fmt.name == "avif":
        return {"Q": quality or 90, "compression": "av1", "subsample_mode": "off"}
    return {}


def _fit(pixels: NDArray[Any], fmt: Format) -> NDArray[Any]:
    """A strip as ``fmt`` can hold it."""
    if pixels.dtype == np.uint16 and not fmt.deep:
        pixels = ((pixels.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4) and not fmt.alpha:
        alpha = pixels[..., -1:].astype(np.uint32)
        colour = pixels[..., :-1].astype(np.uint32)
        flat = ((colour * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
        return flat[..., 0] if flat.shape[2] == 1 else flat
    return pixels
