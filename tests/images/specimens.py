"""Small good files of every kind that the formats know, made on the spot, mostly by other writers."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pyvips
import tifffile
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from .reference import written_by_pillow

WIDTH, HEIGHT = 37, 29


def noise(bands: int, dtype: type[np.integer[Any]] = np.uint8) -> NDArray[Any]:
    """Half noise, half flat: codecs meet both."""
    random = np.random.default_rng(bands)
    levels = random.integers(0, np.iinfo(dtype).max, (HEIGHT, WIDTH, bands), dtype)
    levels[HEIGHT // 2 :] = levels[0, 0]
    return levels[..., 0] if bands == 1 else levels


def _pillow(format: str, bands: int = 3, mode: str = "", **options: Any) -> bytes:
    picture = Image.fromarray(noise(bands))
    return written_by_pillow(picture.convert(mode) if mode else picture, format, **options)


def _frames(format: str, **options: Any) -> bytes:
    frames = [Image.fromarray(np.roll(noise(3), k, 1)) for k in range(3)]
    return written_by_pillow(frames[0], format, save_all=True, append_images=frames[1:], **options)


def _vips(suffix: str, bands: int = 3, dtype: type[np.integer[Any]] = np.uint8) -> bytes:
    image = pyvips.Image.new_from_array(noise(bands, dtype))
    if bands >= 3:
        image = image.copy(interpretation="rgb16" if dtype == np.uint16 else "srgb")
    data: bytes = image.write_to_buffer(suffix)
    return data


def _tiff(pixels: NDArray[Any], **options: Any) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, **{"photometric": "rgb", "metadata": None} | options)
    return file.getvalue()


def _pages() -> bytes:
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        for _ in range(4):
            writer.write(noise(3), photometric="rgb", subifds=1)
            writer.write(noise(3)[::2, ::2], photometric="rgb")
    return file.getvalue()


def _described() -> dict[str, Any]:
    """What a camera and an editor write beside the pixels."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x9003] = 6, "a picture", "2016:01:01 00:00:00"
    profile = pyvips.Image.black(1, 1).copy(interpretation="srgb").icc_export(output_profile="srgb")
    return {"exif": exif.tobytes(), "icc_profile": profile.get("icc-profile-data")}


def _texts() -> PngImagePlugin.PngInfo:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Title", "a picture", zip=True)
    texts.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta/>", zip=True)
    return texts


def _rle_bmp() -> bytes:
    """8 bits in runs, with an end of line, a jump and literal bytes; Pillow writes none."""
    palette = bytes(value for k in range(256) for value in (k, k, k, 0))
    row = bytes([5, 7, 0, 3, 1, 2, 3, 0, 8, 9, 0, 0])
    body = row * 4 + bytes([0, 2, 3, 1, 13, 4, 0, 0]) + row * 2 + bytes([0, 1])
    sizes = (40).to_bytes(4, "little") + (16).to_bytes(4, "little") + (8).to_bytes(4, "little")
    head = sizes + b"\1\0\x08\0" + (1).to_bytes(4, "little") + len(body).to_bytes(4, "little")
    head += bytes(8) + (256).to_bytes(4, "little") * 2
    offset = 14 + len(head) + len(palette)
    file = (offset + len(body)).to_bytes(4, "little") + bytes(4) + offset.to_bytes(4, "little")
    return b"BM" + file + head + palette + body


def _ascii(kind: str, bands: int, top: int) -> bytes:
    levels = noise(bands, np.uint16) % (top + 1)
    text = " ".join(str(level) for level in levels.ravel())
    peak = "" if kind == "P1" else f"{top}\n"
    return f"{kind}\n# a comment\n{WIDTH} {HEIGHT}\n{peak}{text}\n".encode()


_MAKERS: dict[str, Callable[[], bytes]] = {
    "png gray": lambda: _pillow("PNG", 1),
    "png": lambda: _pillow("PNG"),
    "png rgba interlaced": lambda: _vips(".png[interlace]", 4),
    "png 16 bit": lambda: _vips(".png", 3, np.uint16),
    "png 16 bit interlaced": lambda: _vips(".png[interlace]", 4, np.uint16),
    "png palette": lambda: _pillow("PNG", mode="P", transparency=3),
    "png 1 bit": lambda: _pillow("PNG", mode="1"),
    "png described": lambda: _pillow("PNG", pnginfo=_texts(), dpi=(72, 72), **_described()),
    "apng": lambda: _frames("PNG"),
    "jpeg": lambda: _pillow("JPEG"),
    "jpeg gray": lambda: _pillow("JPEG", 1),
    "jpeg progressive": lambda: _pillow("JPEG", progressive=True, subsampling=0),
    "jpeg cmyk": lambda: _pillow("JPEG", mode="CMYK"),
    "jpeg restarts": lambda: _pillow("JPEG", restart_marker_blocks=2),
    "jpeg described": lambda: _pillow("JPEG", comment="words", xmp=b"<x/>", **_described()),
    "gif": lambda: _pillow("GIF", mode="P"),
    "gif animated": lambda: _frames("GIF", duration=50, loop=0),
    "gif interlaced": lambda: _vips(".gif[interlace]", 4),
    "webp": lambda: _pillow("WEBP"),
    "webp lossless": lambda: _pillow("WEBP", 4, lossless=True),
    "webp alpha": lambda: _pillow("WEBP", 4, **_described()),
    "webp animated": lambda: _frames("WEBP"),
    "avif": lambda: _pillow("AVIF"),
    "avif alpha": lambda: _pillow("AVIF", 4, **_described()),
    "avif 10 bit": lambda: _vips(".avif[bitdepth=10]", 3, np.uint16),
    "avif animated": lambda: _frames("AVIF"),
    "tiff": lambda: _pillow("TIFF"),
    "tiff 1 bit": lambda: _pillow("TIFF", mode="1", compression="group4"),
    "tiff palette": lambda: _pillow("TIFF", mode="P", compression="tiff_lzw"),
    "tiff cmyk": lambda: _pillow("TIFF", mode="CMYK", compression="packbits"),
    "tiff jpeg": lambda: _pillow("TIFF", compression="jpeg"),
    "tiff webp": lambda: _vips(".tif[compression=webp]"),
    "tiff rgba": lambda: _vips(".tif[compression=lzw,predictor=horizontal]", 4),
    "tiff tiled": lambda: _vips(".tif[tile,tile-width=16,tile-height=16,compression=deflate]"),
    "tiff pyramid": lambda: _vips(".tif[tile,pyramid,compression=lzw,tile-width=16]"),
    "tiff jpeg tiled": lambda: _vips(".tif[tile,compression=jpeg,tile-width=16,tile-height=16]"),
    "tiff deep": lambda: _tiff(noise(3, np.uint16), compression="deflate", predictor=True),
    "tiff planar": lambda: _tiff(np.moveaxis(noise(3), 2, 0), planarconfig="separate"),
    "tiff big": lambda: _tiff(noise(3), bigtiff=True, byteorder=">", rowsperstrip=3),
    "tiff float": lambda: _tiff(noise(1).astype(np.float32), photometric="minisblack"),
    "tiff pages": _pages,
    "tiff described": lambda: _pillow("TIFF", **_described()),
    "bmp": lambda: _pillow("BMP"),
    "bmp 1 bit": lambda: _pillow("BMP", mode="1"),
    "bmp palette": lambda: _pillow("BMP", mode="P"),
    "bmp rgba": lambda: _pillow("BMP", 4),
    "bmp runs": _rle_bmp,
    "ppm": lambda: _pillow("PPM"),
    "pgm 16 bit": lambda: b"P5 9 7 65535\n" + noise(1).tobytes()[:126],
    "pbm": lambda: _pillow("PPM", mode="1"),
    "pbm ascii": lambda: _ascii("P1", 1, 1),
    "pgm ascii": lambda: _ascii("P2", 1, 200),
    "pgm ascii deep": lambda: _ascii("P2", 1, 60_000),
    "ppm ascii": lambda: _ascii("P3", 3, 255),
}
NAMES = list(_MAKERS)


@cache
def specimen(name: str) -> bytes:
    """A good file: `srcnn` opens it, or says which kind of pixels it does not support."""
    return _MAKERS[name]()
