"""Reading with Pillow what the libvips wheel does not read: BMP and PPM."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import InputError
from srcnn.images.formats import Format
from srcnn.images.picture import Header, Picture
from srcnn.images.source import Stored, open_stored

_Opener = Callable[[], AbstractContextManager[Any]]


class PillowPicture(Picture):
    """A picture that Pillow decodes, whole."""

    def __init__(self, name: str, header: Header, open_image: _Opener) -> None:
        super().__init__(name, header)
        self._open_image = open_image

    def strips(self, rows: int) -> Iterator[NDArray[Any]]:
        pixels = _pixels(self.name, self._open_image)
        for top in range(0, self.header.height, rows):
            yield pixels[top : top + rows]


def open_pillow(name: str, source: Stored, fmt: Format) -> PillowPicture:
    """Open a BMP or PPM file; `InputError`."""
    from PIL import BmpImagePlugin, PpmImagePlugin  # not at the start of every command

    plugin: Any = {
        "bmp": BmpImagePlugin.BmpImageFile,
        "ppm": PpmImagePlugin.PpmImageFile,
    }[fmt.name]

    @contextmanager
    def open_image() -> Iterator[Any]:
        # The plugin itself: Image.open would try every format and has a limit of its own.
        with open_stored(source) as file, plugin(file) as image:
            yield image

    try:
        with open_image() as image:
            pass  # the header is read; the file is opened again for its pixels
    except Exception as error:  # Pillow's plugins raise whatever the broken bytes led to
        raise InputError(name, f"is not a valid {fmt.name.upper()} ({error})") from None
    modes = {"1": (1, 8), "L": (1, 8), "P": (3, 8), "RGB": (3, 8), "RGBA": (4, 8)}
    modes |= {"I": (1, 16), "I;16": (1, 16)}
    if image.mode not in modes or (fmt.name == "ppm" and _deep_colour_ppm(image)):
        raise InputError(name, f"this kind of {fmt.name.upper()} is not supported")
    channels, bits = modes[image.mode]
    if image.mode == "P" and image.palette.mode == "L":
        channels = 1
    dtype = np.dtype(np.uint8 if bits == 8 else np.uint16)
    metadata = {}
    if "dpi" in image.info:
        metadata["resolution"] = tuple(value / 25.4 for value in image.info["dpi"])
    header = Header(image.width, image.height, channels, dtype, fmt, metadata=metadata, held=True)
    return PillowPicture(name, header, open_image)


def _deep_colour_ppm(image: Any) -> bool:
    # Pillow would reduce 16-bit colour to 8 bits without a word.
    maximum = image.tile[0].args[-1] if image.tile and image.tile[0].codec_name != "raw" else 255
    return image.mode == "RGB" and isinstance(maximum, int) and maximum > 255


def _pixels(name: str, open_image: _Opener) -> NDArray[Any]:
    try:
        with open_image() as image:
            if image.mode == "1":
                image = image.convert("L")
            elif image.mode == "P":
                image = image.convert(image.palette.mode if image.palette.mode == "L" else "RGB")
            pixels = np.asarray(image)
    except Exception as error:  # as above: whatever the broken bytes led to
        raise InputError(name, f"cannot be decoded ({error})") from None
    return pixels.astype(np.uint16) if pixels.dtype == np.int32 else pixels
