"""What libvips does not tell of a file, and its bytes do."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO, Any

_CHUNKS = 10_000
"""Of a PNG, looked at before its pixels; nothing but malice puts more there."""
_BASE_TABLE = 3688
"""Sum of the luminance table of the JPEG standard (ITU-T T.81, table K.1), which is quality 50."""


def open_bytes(source: str | Path | bytes) -> IO[bytes]:
    """A file, or the bytes of one, to read from."""
    return io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")


def is_animated_png(source: str | Path | bytes) -> bool:
    """Whether the chunk that announces frames comes before the pixels (PNG, third edition, 11.3.6.1)."""
    with open_bytes(source) as file:
        file.seek(8)
        for _ in range(_CHUNKS):
            head = file.read(8)
            if len(head) < 8 or head[4:] in (b"IDAT", b"acTL"):
                return head[4:] == b"acTL"
            file.seek(int.from_bytes(head[:4], "big") + 4, io.SEEK_CUR)
    return False


def is_whole_gif(source: str | Path | bytes) -> bool:
    """Whether a GIF goes on to its trailer (GIF89a, section 27); libvips shows what there is of others."""
    with open_bytes(source) as file:
        flags = file.read(13)[10:11]
        _skip_colours(file, flags)
        while kind := file.read(1):
            if kind == b";":
                return True
            if kind == b",":  # an image: place, colours, and the size of its first codes
                _skip_colours(file, file.read(9)[8:])
                file.seek(1, io.SEEK_CUR)
            elif kind == b"!":
                file.seek(1, io.SEEK_CUR)
            else:
                return False
            while length := int.from_bytes(file.read(1), "big"):
                file.seek(length, io.SEEK_CUR)
    return False


def _skip_colours(file: IO[bytes], flags: bytes) -> None:
    if flags and flags[0] & 0x80:
        file.seek(3 << (flags[0] & 7) + 1, io.SEEK_CUR)


def kind_of_jpeg(source: str | Path | bytes) -> tuple[int, bool]:
    """(the quality, 1 to 100, that libjpeg would have taken for a file's tables; whether it is 4:2:0)."""
    from PIL import JpegImagePlugin

    try:
        file: Any = io.BytesIO(source) if isinstance(source, bytes) else str(source)
        with JpegImagePlugin.JpegImageFile(file) as image:
            percent = sum(image.quantization[0]) / _BASE_TABLE * 100
            subsampled = JpegImagePlugin.get_sampling(image) == 2
    except Exception:  # whatever the bytes led to: libvips has the word on them
        return 0, False
    return min(100, round((200 - percent) / 2 if percent <= 100 else 5000 / percent)), subsampled
