"""Open images: the first bytes of a file determine how it becomes a `Picture`.

Only the header is read, so limits are checked before any pixel is decoded.
"""

from __future__ import annotations

from srcnn._optional import need
from srcnn.errors import InputError
from srcnn.images.formats import FORMATS, HEIC, format_of_bytes
from srcnn.images.picture import Picture, check_pixels
from srcnn.images.source import File, name_of, open_stored, store
from srcnn.images.validation import check_parts

MAX_PIXELS = 2**28
"""Default limit on the pixels of an input and of an output: 268 megapixels."""
MAX_BYTES = 2**30
"""Default limit on the size of an input in bytes."""


def open_picture(
    source: File,
    max_pixels: int = MAX_PIXELS,
    name: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> Picture:
    """Open an image and read its header.

    Args:
        source: A path, the bytes of a file, or a file opened for reading in binary mode. A file is
            read from its beginning and must stay open until the pixels have been read; one that
            cannot seek is copied.
        max_pixels: Largest number of pixels, width times height.
        name: Name of the image in error messages.
        max_bytes: Largest size of the file in bytes.

    Raises:
        InputError: The file is missing or is not a readable image.
        LimitError: The image exceeds ``max_pixels`` or ``max_bytes``.
        MissingExtra: The package that reads the format is not installed.
        UsageError: ``source`` has another type.
    """
    name = name or name_of(source)
    try:
        stored = store(source, name, max_bytes)
        with open_stored(stored) as file:
            head = file.read(16)
            fmt = format_of_bytes(head)
            if fmt is None:
                known = ", ".join((*FORMATS, HEIC.name))
                why = "is empty" if not head else "is not an image in a supported format"
                raise InputError(name, why, f"supported are {known}")
            check_parts(file, fmt, name)
    except FileNotFoundError:
        raise InputError(name, "no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise InputError(name, f"cannot be read ({reason})") from None
    if fmt.extra is not None:
        need(fmt.extra, name)
    opened = fmt.library.open(name, stored, fmt, max_pixels)
    opened.stored = stored
    check_pixels([opened.header], max_pixels, name)
    return opened
