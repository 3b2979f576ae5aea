"""Opening pictures: a file becomes a `Picture`, by what its first bytes say it is.

Only the header is looked at, so limits are checked before a pixel is decoded. libvips does the work, and
Pillow for BMP and PPM.
"""

from __future__ import annotations

from pathlib import Path

from srcnn.errors import InputError
from srcnn.images.formats import FORMATS, format_of_bytes
from srcnn.images.picture import Picture, check_pixels
from srcnn.images.vips import open_vips

MAX_PIXELS = 2**28
"""Default limit on the pixels of an input and of an output: 268 megapixels."""


def open_picture(
    source: str | Path | bytes, max_pixels: int = MAX_PIXELS, name: str | None = None
) -> Picture:
    """Open a file, or the bytes of one, and read its header.

    Raises `InputError` for what is missing or no picture, `LimitError` over ``max_pixels``.
    """
    name = name or (f"{len(source)} bytes" if isinstance(source, bytes) else str(source))
    if isinstance(source, bytes):
        head = source[:16]
    else:
        try:
            with Path(source).open("rb") as file:
                head = file.read(16)
        except FileNotFoundError:
            raise InputError(name, "no such file") from None
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            why = error.strerror if isinstance(error, OSError) else error
            raise InputError(name, f"cannot be read ({why})") from None
    fmt = format_of_bytes(head)
    if fmt is None:
        known = ", ".join(FORMATS)
        why = "is empty" if not head else "is not a picture of a known format"
        raise InputError(name, why, f"known are {known}")
    opened: Picture
    if fmt.library == "pillow":
        from srcnn.images.pillow import open_pillow  # not at the start of every command

        opened = open_pillow(name, source, fmt)
    else:
        opened = open_vips(name, source, fmt)
    check_pixels([opened.header], max_pixels, name)
    return opened
