"""Files that somebody would send to break the reader: bombs, loops, lies about sizes."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from .hostile_makers import (
    SIDE,
    avif_grid,
    bmp,
    box,
    by_pillow,
    exif_bomb,
    gif,
    jpeg_of,
    jpeg_with,
    plain,
    png,
    scan_bomb,
    segment,
    tiff,
    tiff_bomb,
    tiled,
    webp,
    zeros,
)

_TURNED = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
_TEXT = b"tEXt"
_PROFILE = b"iCCP"
_SMALL = zlib.compress(bytes(17 * 16))

# What is refused, or enlarged, within the limits that every file has.
FILES: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "png signature.png": lambda: b"\x89PNG\r\n\x1a\n",
    "png huge.png": lambda: png(65535, 65535, _SMALL),
    "png 2^31.png": lambda: png(2**31 - 1, 2**31 - 1, _SMALL),
    "png empty.png": lambda: png(0, 0, _SMALL),
    "png lies.png": lambda: png(SIDE, SIDE, _SMALL, 2),
    "png lies interlaced.png": lambda: png(SIDE, SIDE, _SMALL, 6, 8, 1),
    "png lies deep interlaced.png": lambda: png(SIDE, SIDE, _SMALL, 6, 16, 1),
    "png no pixels.png": lambda: png(16, 16, b""),
    "png profile broken.png": lambda: png(
        16, 16, _SMALL, before=[(_PROFILE, b"a\0\0" + zlib.compress(b"no profile" * 99))]
    ),
    "png exif bomb.png": lambda: png(16, 16, _SMALL, before=[(b"eXIf", exif_bomb()[6:])]),
    "png palette none.png": lambda: png(16, 16, _SMALL, 3),
    "jpeg huge.jpg": lambda: jpeg_of((65500, 65500)),
    "jpeg lies.jpg": lambda: jpeg_of((SIDE, SIDE)),
    "jpeg lies progressive.jpg": lambda: jpeg_of((SIDE, SIDE), progressive=True),
    "jpeg no height.jpg": lambda: jpeg_of((16, 0)),
    "jpeg lossless.jpg": lambda: jpeg_of((16, 16), sof=0xC3),
    "jpeg profile broken.jpg": lambda: jpeg_with(
        segment(0xE2, b"ICC_PROFILE\0\1\1" + b"no profile" * 99)
    ),
    "jpeg exif bomb.jpg": lambda: jpeg_with(segment(0xE1, exif_bomb())),
    "gif huge.gif": lambda: gif((65535, 65535)),
    "gif canvas.gif": lambda: gif((4000, 4000)),
    "gif frames.gif": lambda: gif((1, 1), 10_000),
    "gif large frame.gif": lambda: gif((16, 16), 1, (65535, 65535)),
    "gif no frame.gif": lambda: gif((16, 16), 0),
    "gif no end.gif": lambda: gif((16, 16), 1, (16, 16), b"\x02" + b"\xff" + bytes(200)),
    "webp canvas.webp": lambda: webp((16384, 16384)),
    "webp canvas 2^24.webp": lambda: webp((2**24, 2**24)),
    "webp frames.webp": lambda: webp((16, 16), 20_000),
    "tiff huge.tif": lambda: tiff(plain(2**31 - 1, 2**31 - 1), bytes(64)),
    "tiff 65535.tif": lambda: tiff(plain(65535, 65535), bytes(64)),
    "tiff lies.tif": lambda: tiff(plain(SIDE, SIDE, 16, 4), bytes(64)),
    "tiff lies packed.tif": lambda: tiff(plain(SIDE, SIDE, 16, 4, 8), bytes(64)),
    "tiff bytes of a strip.tif": lambda: tiff(plain(16, 16, data=2**32 - 1), bytes(64)),
    "tiff samples.tif": lambda: tiff(plain(16, 16, 8, 65535), bytes(64)),
    "tiff bits.tif": lambda: tiff(plain(16, 16, 65535), bytes(64)),
    "tiff loop.tif": lambda: tiff(plain(8, 8), bytes(64), 8 + 64),
    "tiff pages.tif": lambda: tiff(plain(8, 8), bytes(64), 0, 20_000),
    "tiff directories within.tif": lambda: tiff([*plain(8, 8), (330, 4, 16, 8)], bytes(64)),
    "tiff many directories within.tif": lambda: tiff(
        [*plain(8, 8), (330, 4, 2**30, 8)], bytes(64)
    ),
    "tiff values.tif": lambda: tiff([*plain(8, 8), (270, 2, 2**32 - 1, 8)], bytes(64)),
    "tiff many strips.tif": lambda: tiff(
        [t for t in plain(16, 2**26) if t[0] not in (273, 278, 279)]
        + [(273, 4, 2**26, 8), (278, 4, 1, 1), (279, 4, 2**26, 8)], bytes(64)
    ),
    "tiff tile of 2^20.tif": lambda: tiff(tiled(16, 16, (2**20, 2**20)), bytes(64)),
    "tiff tile of 2^14.tif": lambda: tiff(tiled(16, 16, (2**14, 2**14)), bytes(64)),
    "tiff tile of 2^31.tif": lambda: tiff(tiled(16, 16, (2**31, 2**31)), bytes(64)),
    "tiff tile of 0.tif": lambda: tiff(tiled(16, 16, (0, 0)), bytes(64)),
    "tiff jpeg 2000.tif": lambda: tiff(plain(16, 16, 8, 1, 33003), b"\xff\x4f\xff\x51" * 16),
    "avif itself.avif": lambda: avif_grid(2, 2, (128, 128), of_itself=True),
    "avif grid lies.avif": lambda: avif_grid(1, 1, (SIDE, SIDE)),
    "avif grid.avif": lambda: avif_grid(40, 40, (2560, 2560)),
    "avif signature.avif": lambda: box(b"ftyp", b"avif\0\0\0\0"),
    "bmp huge.bmp": lambda: bmp(2**31 - 1, 2**31 - 1),
    "bmp lies.bmp": lambda: bmp(SIDE, SIDE),
    "bmp lies packed.bmp": lambda: bmp(SIDE, SIDE, 8, 1, b"\0\1"),
    "bmp runs of nothing.bmp": lambda: bmp(SIDE, SIDE, 8, 1, b"\0\0" * 10_000),
    "bmp upside down.bmp": lambda: bmp(16, -(2**31)),
    "ppm huge.ppm": lambda: b"P6 99999 99999 255\n",
    "ppm lies.ppm": lambda: b"P6 8191 8191 255\n",
    "ppm ascii lies.ppm": lambda: b"P3 8191 8191 255\n1 2 3 ",
    "pgm deep lies.pgm": lambda: b"P5 8191 8191 65535\n",
    "pgm ascii lies.pgm": lambda: b"P2 8191 8191 65535\n1 2 3 ",
    "pbm ascii lies.pbm.ppm": lambda: b"P1 8191 8191\n1 0 1",
    "one pixel.png": lambda: png(1, 1),
    "one row.gif": lambda: by_pillow("GIF", (65_535, 1), "P"),
    "one column.jpg": lambda: by_pillow("JPEG", (1, 30_000)),
    "one row.webp": lambda: by_pillow("WEBP", (8000, 1)),
    "drawing.png": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" width="99999" height="99999"/>',
    "document.png": lambda: b"%PDF-1.7\n" + b"1 0 obj <<>> endobj\n" * 99,
    "jpeg 2000.jpg": lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(199),
    "jpeg 2000 stream.jpg": lambda: b"\xff\x4f\xff\x51" + bytes(207),
    "jpeg xl.jpg": lambda: b"\xff\x0a" + bytes(200),
    "heic.avif": lambda: box(b"ftyp", b"heic\0\0\0\0mif1heic"),
}  # fmt: skip

# The same, but they take long to make or to read.
HEAVY: dict[str, Callable[[], bytes]] = {
    "png text bomb.png": lambda: png(
        16, 16, _SMALL, before=[(b"zTXt", b"a\0\0" + zeros(100_000_000))]
    ),
    "png texts.png": lambda: png(16, 16, _SMALL, before=[(_TEXT, b"a\0b")] * 100_000),
    "png text of 30 MB.png": lambda: png(16, 16, _SMALL, before=[(_TEXT, b"a\0" + b"b" * 30_000_000)]),
    "png xmp of 30 MB.png": lambda: png(
        16, 16, _SMALL, before=[(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"b" * 30_000_000)]
    ),
    "png xmp bomb.png": lambda: png(
        16, 16, _SMALL,
        before=[(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zeros(100_000_000))],
    ),
    "png profile bomb.png": lambda: png(
        16, 16, _SMALL, before=[(_PROFILE, b"a\0\0" + zeros(100_000_000))]
    ),
    "png unknown of 30 MB.png": lambda: png(16, 16, _SMALL, before=[(b"abCd", bytes(30_000_000))]),
    "png inflates on.png": lambda: png(16, 16, zeros(200_000_000)),
    "jpeg scans.jpg": lambda: scan_bomb(1000, 20_000),
    "jpeg scans large.jpg": lambda: scan_bomb(SIDE, 5000),
    "jpeg comments.jpg": lambda: jpeg_with(segment(0xFE, b"") * 5_000_000),
    "jpeg junk.jpg": lambda: jpeg_with(bytes(50_000_000)),
    "jpeg fill.jpg": lambda: jpeg_with(b"\xff" * 50_000_000),
    "jpeg app of 30 MB.jpg": lambda: jpeg_with(segment(0xE5, bytes(65000)) * 460),
    "jpeg profile of 16 MB.jpg": lambda: jpeg_with(
        b"".join(
            segment(0xE2, b"ICC_PROFILE\0" + bytes([k, 255]) + bytes(65000)) for k in range(1, 256)
        )
    ),
    "jpeg xmp.jpg": lambda: jpeg_with(
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + b"<" * 60000) * 450
    ),
    "gif frames on a canvas.gif": lambda: gif((4000, 4000), 10_000),
    "gif comments.gif": lambda: gif((16, 16))[:-1] + b"\x21\xfe\x01a\0" * 1_000_000,
    "avif grid huge.avif": lambda: avif_grid(250, 250, (16000, 16000)),
    "pgm a number.pgm": lambda: b"P2 16 16 255\n" + b"1" * 50_000_000,
    "pgm a comment.pgm": lambda: b"P2 16 16 255\n#" + b"1" * 50_000_000,
    "pgm header comment.pgm": lambda: b"P5\n#" + b"1" * 50_000_000,
    "pgm header words.pgm": lambda: b"P5\n# a b c d " + b"1" * 50_000_000,
    "pgm header number.pgm": lambda: b"P5 " + b"1" * 50_000_000,
    "one column.png": lambda: png(1, 100_000, None, 2),
    "one row.png": lambda: png(100_000, 1, None, 2),
    "one column.ppm": lambda: b"P6 1 100000 255\n" + bytes(300_000),
    "one row.ppm": lambda: b"P6 100000 1 255\n" + bytes(300_000),
    "one row.tif": lambda: by_pillow("TIFF", (100_000, 1)),
    "one column.tif": lambda: by_pillow("TIFF", (1, 100_000)),
}  # fmt: skip

# Good files of a few bytes that are large pictures: enlarged, in minutes.
BOMBS: dict[str, Callable[[], bytes]] = {
    "png.png": lambda: png(SIDE, SIDE, None, 2),
    "gif.gif": lambda: by_pillow("GIF", (SIDE, SIDE), "P"),
    "webp.webp": lambda: by_pillow("WEBP", (SIDE, SIDE), lossless=True),
    "webp frames.webp": lambda: webp((8000, 8000), 1000),
    "jpeg arithmetic.jpg": lambda: jpeg_of((SIDE, SIDE), sof=0xC9),
    "jpeg progressive.jpg": lambda: by_pillow("JPEG", (SIDE, SIDE), progressive=True),
    "jpeg turned.jpg": lambda: by_pillow("JPEG", (SIDE, SIDE), exif=_TURNED),
    "tiff deep strip.tif": lambda: tiff_bomb(16, 4),
    "avif grid.avif": lambda: avif_grid(15, 15, (7680, 7680), 512),
    "bmp runs.bmp": lambda: bmp(SIDE, SIDE, 8, 1, b"\xff\0" * (SIDE * 33) + b"\0\1"),
    "ppm.ppm": lambda: b"P6 8191 8191 255\n" + bytes(SIDE * SIDE * 3),
}
