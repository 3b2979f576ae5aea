"""Preserve the chunks of a PNG that libvips drops: colors without a profile, and texts.

These chunks are copied unchanged into a resulting PNG.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from srcnn.images.color_coding import coding_of_chunks
from srcnn.images.metadata import TEXTS, XMP
from srcnn.images.parts import all_png_chunks, read_at
from srcnn.images.source import Stored, open_stored

if TYPE_CHECKING:
    from srcnn.images.formats import Format
    from srcnn.images.picture import Picture

COLORS = (b"cHRM", b"gAMA", b"sRGB", b"cICP", b"mDCV", b"mDCv", b"cLLI", b"cLLi")
"""Chunks that describe the colors."""
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
XMP_KEYWORD = b"XML:com.adobe.xmp"
"""Keyword of the text that is XMP."""
RAW_PROFILE = b"Raw profile type "
"""Start of the keywords that ImageMagick gives to EXIF, IPTC or XMP in hexadecimal digits."""
_LARGEST = 2**20
"""Largest size in bytes of all texts that are kept."""


def open_png(name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
    """Open a PNG file.

    Raises:
        InputError: The file is not readable.
    """
    from srcnn.images.vips import open_vips

    picture = open_vips(name, source, fmt, "png", max_pixels)
    with open_stored(source) as file:
        chunks, xmp = _own_chunks(file)
    metadata = picture.header.metadata
    fields = {key: v for key, v in metadata.fields.items() if not key.startswith(TEXTS)}
    for number, (kind, data) in enumerate(chunks):
        text = _text(kind, data)
        if text is not None:
            fields[f"{TEXTS}{number}-{text[0]}"] = text[1]
    if xmp is not None:
        fields.setdefault(XMP, xmp)
    coding = coding_of_chunks(dict(chunks))
    metadata = replace(metadata, fields=fields, coding=coding, parts_of="png", parts=tuple(chunks))
    picture.header = replace(picture.header, metadata=metadata)
    return picture


def _own_chunks(file: IO[bytes]) -> tuple[list[tuple[bytes, bytes]], bytes | None]:
    """Return the chunks that are kept, and an XMP packet that follows the pixels."""
    found: list[tuple[bytes, bytes]] = []
    xmp, left, behind = None, _LARGEST, False
    for kind, start, length in all_png_chunks(file):
        behind |= kind == b"IDAT"
        if kind in COLORS and length <= 64 and not behind:
            found.append((kind, read_at(file, start, length)))
        elif kind in _TEXTS:
            keyword = read_at(file, start, 80).split(b"\0")[0]
            if keyword == XMP_KEYWORD and behind and length <= _LARGEST:
                xmp = _packet(read_at(file, start, length))
            elif keyword == XMP_KEYWORD or keyword.startswith(RAW_PROFILE) or length > left:
                continue
            else:
                found.append((kind, read_at(file, start, length)))
                left -= length
    return found, xmp


def _text(kind: bytes, data: bytes) -> tuple[str, str] | None:
    """Return (keyword, text) of a text chunk, or ``None`` for other chunks and broken texts."""
    keyword, _, rest = data.partition(b"\0")
    try:
        if kind == b"tEXt":
            text = rest.decode("latin-1")
        elif kind == b"zTXt":
            text = _inflated(rest[1:]).decode("latin-1")
        elif kind == b"iTXt":
            body = rest[2:].split(b"\0", 2)[2]
            text = (_inflated(body) if rest[:1] == b"\1" else body).decode()
        else:
            return None
    except (zlib.error, UnicodeDecodeError, IndexError):
        return None
    return keyword.decode("latin-1"), text


def _packet(data: bytes) -> bytes | None:
    text = _text(b"iTXt", data)
    return None if text is None else text[1].encode()


def _inflated(data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data, _LARGEST)


def text_chunks(texts: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Return chunks for texts that libvips would write incorrectly, as UTF-8 instead of Latin-1."""
    chunks = []
    for keyword, text in texts:
        if not keyword.isascii() or not 0 < len(keyword) < 80 or "\0" in keyword + text:
            continue
        if not text.isascii():
            body = keyword.encode() + b"\0\0\0\0\0" + text.encode()
            chunks.append((b"iTXt", body))
    return chunks


class ChunkFilter:
    """Drops chunks from the stream of a PNG file, and adds others at its start."""

    def __init__(self, dropped: tuple[bytes, ...], added: Iterable[tuple[bytes, bytes]]) -> None:
        """Drop chunks of the kinds ``dropped``, and add ``added``, chunks as (kind, content)."""
        self._dropped, self._added = dropped, list(added)
        self._waiting = b""
        self._passes = False

    def __call__(self, data: bytes) -> bytes:
        """Accept the next bytes of the file; return those that can be written now."""
        if self._passes:
            return data
        self._waiting += data
        kept, at = [self._waiting[:8]], 8
        while at + 8 <= len(self._waiting):
            length, kind = struct.unpack(">I4s", self._waiting[at : at + 8])
            end = at + 12 + length
            if kind == b"IDAT":
                self._passes = True
                return b"".join([*kept, self._waiting[at:]])
            if end > len(self._waiting):
                break
            if kind not in self._dropped:
                kept.append(self._waiting[at:end])
            if kind == b"IHDR":
                kept += [chunk(*added) for added in self._added]
            at = end
        return b""


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk with its length and its checksum."""
    check = zlib.crc32(data, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(data)), kind, data, struct.pack(">I", check)))
