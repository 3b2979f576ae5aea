"""Read and write BMP and PPM, which the libvips wheel lacks, with Pillow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import IO, TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from srcnn.errors import InputError
from srcnn.images.metadata import Metadata
from srcnn.images.picture import Header, Picture
from srcnn.images.source import Stored, open_stored

if TYPE_CHECKING:
    from srcnn.images.encode import Page
    from srcnn.images.formats import Format

_MM_PER_INCH = 25.4

_Opener = Callable[[], AbstractContextManager[Any]]


class PillowPicture(Picture):
    """An image that Pillow decodes as a whole."""

    def __init__(self, name: str, header: Header, open_image: _Opener) -> None:
        """Store a function that opens the image for its pixels."""
        super().__init__(name, header)
        self._open_image = open_image

    def strips(self, rows: int) -> Iterator[NDArray[np.number]]:
        """See `Picture.strips`."""
        pixels = _pixels(self.name, self._open_image)
        for top in range(0, self.header.height, rows):
            yield pixels[top : top + rows]


class PillowWriter:
    """Writes one image, which is kept in memory as a whole."""

    def __init__(self, file: IO[bytes], plugin: str) -> None:
        """Write to ``file`` with Pillow's plugin of this name."""
        self._file, self._plugin = file, plugin

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, *error: object) -> None:
        """Do nothing; `write` has already finished the file."""

    def write(self, page: Page) -> None:
        """Write the image."""
        resolution = page.metadata.resolution
        dpi = {"dpi": tuple(value * _MM_PER_INCH for value in resolution)} if resolution else {}
        pixels = np.concatenate(list(page.strips))
        Image.fromarray(pixels).save(self._file, self._plugin, **dpi)


def open_pillow(name: str, source: Stored, fmt: Format, plugin: str) -> PillowPicture:
    """Open a file with one of Pillow's plugins.

    Args:
        name: Name of the image in error messages.
        source: The file.
        fmt: Its format.
        plugin: Name of Pillow's plugin.

    Raises:
        InputError: The file is not readable.
    """
    Image.preinit()
    reader: Any = Image.OPEN[plugin][0]

    @contextmanager
    def open_image() -> Iterator[Any]:
        # Use the plugin directly: Image.open would try every format and has its own size limit.
        with open_stored(source) as file, reader(file) as image:
            yield image

    try:
        with open_image() as image:
            pass  # this read the header; the file is opened again for its pixels
    except Exception as error:  # damaged bytes make Pillow's plugins raise almost any exception
        raise InputError(name, f"is not a valid {fmt.name.upper()} ({error})") from None
    modes = {"1": (1, 8), "L": (1, 8), "P": (3, 8), "RGB": (3, 8), "RGBA": (4, 8)}
    modes |= {"I": (1, 16), "I;16": (1, 16)}
    if image.mode not in modes or _is_deep_color(image):
        raise InputError(name, f"this kind of {fmt.name.upper()} is not supported")
    channels, bits = modes[image.mode]
    if image.mode == "P" and image.palette.mode == "L":
        channels = 1
    dtype = np.dtype(np.uint8 if bits == 8 else np.uint16)
    dpi = image.info.get("dpi")
    metadata = Metadata((dpi[0] / _MM_PER_INCH, dpi[1] / _MM_PER_INCH) if dpi else None)
    header = Header(image.width, image.height, channels, dtype, fmt, metadata=metadata, held=True)
    return PillowPicture(name, header, open_image)


def _is_deep_color(image: Any) -> bool:
    """Return whether a PPM has 16-bit colors, which Pillow would silently reduce to 8 bits."""
    codec = image.tile[0].codec_name if image.tile else "raw"
    maximum = image.tile[0].args[-1] if codec in ("ppm", "ppm_plain") else 255
    return image.mode == "RGB" and isinstance(maximum, int) and maximum > 255


def _pixels(name: str, open_image: _Opener) -> NDArray[np.number]:
    try:
        with open_image() as image:
            if image.mode == "1":
                image = image.convert("L")
            elif image.mode == "P":
                image = image.convert(image.palette.mode if image.palette.mode == "L" else "RGB")
            pixels = np.asarray(image)
    except Exception as error:  # as above: damaged bytes can cause almost any exception
        raise InputError(name, f"cannot be decoded ({error})") from None
    return pixels.astype(np.uint16) if pixels.dtype == np.int32 else pixels
