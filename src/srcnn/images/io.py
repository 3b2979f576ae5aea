"""Opening pictures: a file becomes a `Picture`, by what its first bytes say it is.

Only the header is looked at, so limits are checked before a pixel is decoded. libvips does the work, and
Pillow for BMP and PPM.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from srcnn.errors import InputError, LimitError
from srcnn.images.formats import FORMATS, format_of_bytes
from srcnn.images.picture import Picture, check_pixels
from srcnn.images.validation import check_parts, open_bytes
from srcnn.images.vips import open_vips

MAX_PIXELS = 2**28
"""Default limit on the pixels of an input and of an output: 268 megapixels."""
MAX_BYTES = 2**30
"""Default limit on the bytes of an input."""


def open_picture(
    source: str | Path | bytes,
    max_pixels: int = MAX_PIXELS,
    name: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> Picture:
    """Open a file, or the bytes of one, and read its header.

    Raises `InputError` for what is missing or no picture, `LimitError` over ``max_pixels`` or ``max_bytes``.
    """
    name = name or (f"{len(source)} bytes" if isinstance(source, bytes) else str(source))
    try:
        # Opening a pipe would wait for its writer, and a device has no end.
        if not isinstance(source, bytes) and not _is_file_or_folder(source):
            why = "is a pipe, a socket or a device"
            raise InputError(name, why, "pipe pictures into: upscale -")
        with open_bytes(source) as file:
            if file.seek(0, os.SEEK_END) > max_bytes:
                why = f"has over {max_bytes} bytes, the limit"
                raise LimitError(name, why, "raise it with {option}", "max_bytes")
            file.seek(0)
            head = file.read(16)
            fmt = format_of_bytes(head)
            if fmt is None:
                known = ", ".join(FORMATS)
                why = "is empty" if not head else "is not a picture of a known format"
                raise InputError(name, why, f"known are {known}")
            check_parts(file, fmt, name)
    except FileNotFoundError:
        raise InputError(name, "no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(name, f"cannot be read ({reason})") from None
    opened: Picture
    if fmt.library == "pillow":
        from srcnn.images.pillow import open_pillow  # not at the start of every command

        opened = open_pillow(name, source, fmt)
    else:
        opened = open_vips(name, source, fmt, max_pixels)
    check_pixels([opened.header], max_pixels, name)
    return opened


def _is_file_or_folder(source: str | Path) -> bool:
    mode = Path(source).stat().st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)
