"""Files that somebody would send to break the reader: bombs, loops, lies about sizes. Made on the spot."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterable
from functools import cache

import numpy as np
from PIL import Image

SIDE = 8191
"""Of a picture whose enlargement by 2 is just below the default limit."""


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _zeros(count: int) -> bytes:
    """``count`` zeros as zlib packs them, a thousandth of the size."""
    packer = zlib.compressobj(9)
    parts = [packer.compress(bytes(min(2**20, count - at))) for at in range(0, count, 2**20)]
    return b"".join([*parts, packer.flush()])


def png(
    width: int,
    height: int,
    body: bytes | None = None,
    colour: int = 0,
    depth: int = 8,
    interlace: int = 0,
    before: Iterable[tuple[bytes, bytes]] = (),
    after: Iterable[tuple[bytes, bytes]] = (),
) -> bytes:
    """A PNG of zeros, or with this IDAT; with other chunks before and after it."""
    if body is None:
        samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour] * depth // 8
        body = _zeros((width * samples + 1) * height)
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    chunks = [(b"IHDR", head), *before, (b"IDAT", body), *after, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _by_pillow(format: str, size: tuple[int, int], mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, format, **options)
    return file.getvalue()


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _jpeg_with(segments: bytes, size: tuple[int, int] = (16, 16)) -> bytes:
    data = _by_pillow("JPEG", size)
    return data[:2] + segments + data[2:]


def _jpeg_of(size: tuple[int, int], progressive: bool = False, sof: int | None = None) -> bytes:
    """A small JPEG whose header announces another size."""
    data = bytearray(_by_pillow("JPEG", (16, 16), progressive=progressive))
    at = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", size[1], size[0])
    if sof is not None:
        data[at + 1] = sof
    return bytes(data)


def _scan_bomb(side: int, scans: int) -> bytes:
    """A progressive JPEG that refines the same coefficients over and over, nothing each time."""
    data = _jpeg_of((side, side), progressive=True)
    first = data.index(b"\xff\xda")
    table = (
        b"\x10\x01" + bytes(14) + b"\x00\xe0"
    )  # AC 0: one code of two bits, a run of 2^14 blocks
    scan = _segment(0xDA, b"\x01\x01\x00\x01\x3f\x00") + b"\0" * 40
    return data[:first] + _segment(0xC4, table) + scan * scans + b"\xff\xd9"


def _gif(
    canvas: tuple[int, int], frames: int = 1, frame: tuple[int, int] = (1, 1), data: bytes = b""
) -> bytes:
    data = data or b"\x02\x02\x44\x01\x00"  # one pixel
    one = b"\x21\xf9\x04\0\x01\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, *frame, 0) + data
    head = b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + one * frames + b";"


def _webp(canvas: tuple[int, int], frames: int = 0) -> bytes:
    """A canvas of any size around a picture, or an animation, of 16 x 16."""
    small = _by_pillow("WEBP", (16, 16), lossless=True)[12:]
    size = b"".join((side - 1).to_bytes(3, "little") for side in canvas)

    def part(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)

    body = part(b"VP8X", (b"\2" if frames else b"\0") + b"\0\0\0" + size)
    if frames:
        place = b"\0" * 6 + b"\x0f\0\0\x0f\0\0" + b"\x0a\0\0\0"
        body += part(b"ANIM", b"\0" * 6) + part(b"ANMF", place + small) * frames
    else:
        body += small
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


Tag = tuple[int, int, int, int | bytes]


def tiff(tags: Iterable[Tag], data: bytes = b"", next_directory: int = 0, pages: int = 1) -> bytes:
    """A TIFF of one directory (tag, type, count, value), or so many, with ``data`` from byte 8 on."""
    entries = sorted(tags)
    body = struct.pack("<H", len(entries))
    for tag, kind, count, value in entries:
        packed = value if isinstance(value, bytes) else struct.pack("<I", value)
        body += struct.pack("<HHI", tag, kind, count) + packed
    first, long = 8 + len(data), len(body) + 4
    following = [*(first + long * page for page in range(1, pages)), next_directory]
    directories = [body + struct.pack("<I", place) for place in following]
    return b"".join([b"II*\0", struct.pack("<I", first), data, *directories])


def _plain(
    width: int, height: int, bits: int = 8, samples: int = 1, packing: int = 1, data: int = 64
) -> list[Tag]:
    """Tags of a picture in one strip of so many bytes from byte 8 on."""
    kinds = {1: 1, 2: 1, 3: 2, 4: 2}
    tags: list[Tag] = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, bits)]
    tags += [(259, 3, 1, packing), (262, 3, 1, kinds.get(samples, 1)), (273, 4, 1, 8)]
    tags += [(277, 3, 1, samples), (278, 4, 1, height), (279, 4, 1, data)]
    if samples in (2, 4):
        tags += [(338, 3, 1, 2)]
    return tags


def _tiled(width: int, height: int, tile: tuple[int, int]) -> list[Tag]:
    tags = [tag for tag in _plain(width, height) if tag[0] not in (273, 278, 279)]
    return [*tags, (322, 4, 1, tile[0]), (323, 4, 1, tile[1]), (324, 4, 1, 8), (325, 4, 1, 64)]


def _tiff_bomb(bits: int, samples: int) -> bytes:
    body = _zeros(SIDE * SIDE * samples * bits // 8)
    return tiff(_plain(SIDE, SIDE, bits, samples, 8, len(body)), body)


def _bmp(width: int, height: int, bits: int = 24, packing: int = 0, body: bytes = b"") -> bytes:
    colours = 256 if bits == 8 else 0
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, 0, 0, 0, colours, 0)
    start = 14 + len(head) + 4 * colours
    return b"BM" + struct.pack("<IHHI", start, 0, 0, start) + head + bytes(4 * colours) + body


def _box(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I", len(body) + 8) + kind + body


@cache
def _av1() -> tuple[bytes, bytes]:
    """(the AV1 picture of 64 x 64 gray, the av1C box that goes with it)."""
    file = io.BytesIO()
    Image.new("RGB", (64, 64), (90, 90, 90)).save(file, "AVIF")
    data = file.getvalue()
    at = data.index(b"av1C") - 4
    configuration = data[at : at + int.from_bytes(data[at : at + 4], "big")]
    body = data[data.index(b"mdat") + 4 :]
    return body, configuration


def avif_grid(rows: int, columns: int, size: tuple[int, int], of_itself: bool = False) -> bytes:
    """An AVIF whose picture is a grid of rows x columns times the same 64 x 64 pixels."""
    body, configuration = _av1()

    def full(kind: bytes, flags: int, *rest: bytes) -> bytes:
        return _box(kind, struct.pack(">I", flags), *rest)

    grid = b"\0\1" + bytes([rows - 1, columns - 1]) + struct.pack(">II", *size)
    ids = [1] * (rows * columns) if of_itself else range(2, 2 + rows * columns)
    items = [1, *([] if of_itself else ids)]

    def meta(grid_at: int, body_at: int) -> bytes:
        infos = [
            full(
                b"infe",
                2 << 24,
                struct.pack(">HH", item, 0),
                b"grid" if item == 1 else b"av01",
                b"\0",
            )
            for item in items
        ]
        places = [
            struct.pack(
                ">HHHII", item, 0, 1, *((grid_at, len(grid)) if item == 1 else (body_at, len(body)))
            )
            for item in items
        ]
        uses = [
            struct.pack(">HB", item, 2 if item > 1 else 1) + (b"\x82\x83" if item > 1 else b"\x01")
            for item in items
        ]
        whole = _box(b"ispe", b"\0" * 4, struct.pack(">II", *size))
        small = _box(b"ispe", b"\0" * 4, struct.pack(">II", 64, 64))
        return full(
            b"meta",
            0,
            full(b"hdlr", 0, b"\0" * 4 + b"pict" + b"\0" * 13),
            full(b"pitm", 0, struct.pack(">H", 1)),
            full(b"iloc", 0, b"\x44\0" + struct.pack(">H", len(items)), *places),
            full(b"iinf", 0, struct.pack(">H", len(items)), *infos),
            full(b"iref", 0, _box(b"dimg", struct.pack(">HH", 1, len(ids)), struct.pack(f">{len(ids)}H", *ids))),
            _box(
                b"iprp",
                _box(b"ipco", whole, small, configuration),
                full(b"ipma", 0, struct.pack(">I", len(items)), *uses),
            ),
        )  # fmt: skip

    head = _box(b"ftyp", b"avif\0\0\0\0avifmif1miaf")
    start = len(head) + len(meta(0, 0)) + 8
    return head + meta(start, start + len(grid)) + _box(b"mdat", grid, body)


def _exif_bomb() -> bytes:
    """An EXIF block whose directories are full, point at each other, and at values of gigabytes."""
    entries = b"".join(
        struct.pack("<HHII", 0x8769 if k % 2 else 0x8825, 4, 1, 8) for k in range(2000)
    )
    entries += b"".join(struct.pack("<HHII", 0x010E, 2, 2**31 - 1, 8) for _ in range(2000))
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 4000) + entries + b"\x08\0\0\0"


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
    "png text bomb.png": lambda: png(
        16, 16, _SMALL, before=[(b"zTXt", b"a\0\0" + _zeros(300_000_000))]
    ),
    "png texts.png": lambda: png(16, 16, _SMALL, before=[(_TEXT, b"a\0b")] * 100_000),
    "png text of 60 MB.png": lambda: png(16, 16, _SMALL, before=[(_TEXT, b"a\0" + b"b" * 60_000_000)]),
    "png xmp of 60 MB.png": lambda: png(
        16, 16, _SMALL, before=[(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"b" * 60_000_000)]
    ),
    "png xmp bomb.png": lambda: png(
        16, 16, _SMALL,
        before=[(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + _zeros(300_000_000))],
    ),
    "png profile bomb.png": lambda: png(
        16, 16, _SMALL, before=[(_PROFILE, b"a\0\0" + _zeros(300_000_000))]
    ),
    "png profile broken.png": lambda: png(
        16, 16, _SMALL, before=[(_PROFILE, b"a\0\0" + zlib.compress(b"no profile" * 99))]
    ),
    "png exif bomb.png": lambda: png(16, 16, _SMALL, before=[(b"eXIf", _exif_bomb()[6:])]),
    "png unknown of 60 MB.png": lambda: png(16, 16, _SMALL, before=[(b"abCd", bytes(60_000_000))]),
    "png inflates on.png": lambda: png(16, 16, _zeros(1_000_000_000)),
    "png palette none.png": lambda: png(16, 16, _SMALL, 3),
    "jpeg huge.jpg": lambda: _jpeg_of((65500, 65500)),
    "jpeg lies.jpg": lambda: _jpeg_of((SIDE, SIDE)),
    "jpeg lies progressive.jpg": lambda: _jpeg_of((SIDE, SIDE), progressive=True),
    "jpeg no height.jpg": lambda: _jpeg_of((16, 0)),
    "jpeg arithmetic.jpg": lambda: _jpeg_of((SIDE, SIDE), sof=0xC9),
    "jpeg lossless.jpg": lambda: _jpeg_of((16, 16), sof=0xC3),
    "jpeg scans.jpg": lambda: _scan_bomb(1000, 20_000),
    "jpeg scans large.jpg": lambda: _scan_bomb(SIDE, 5000),
    "jpeg comments.jpg": lambda: _jpeg_with(_segment(0xFE, b"") * 5_000_000),
    "jpeg junk.jpg": lambda: _jpeg_with(bytes(50_000_000)),
    "jpeg fill.jpg": lambda: _jpeg_with(b"\xff" * 50_000_000),
    "jpeg app of 60 MB.jpg": lambda: _jpeg_with(_segment(0xE5, bytes(65000)) * 920),
    "jpeg profile of 16 MB.jpg": lambda: _jpeg_with(
        b"".join(
            _segment(0xE2, b"ICC_PROFILE\0" + bytes([k, 255]) + bytes(65000)) for k in range(1, 256)
        )
    ),
    "jpeg profile broken.jpg": lambda: _jpeg_with(
        _segment(0xE2, b"ICC_PROFILE\0\1\1" + b"no profile" * 99)
    ),
    "jpeg exif bomb.jpg": lambda: _jpeg_with(_segment(0xE1, _exif_bomb())),
    "jpeg xmp.jpg": lambda: _jpeg_with(
        _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + b"<" * 60000) * 900
    ),
    "gif huge.gif": lambda: _gif((65535, 65535)),
    "gif canvas.gif": lambda: _gif((4000, 4000)),
    "gif frames.gif": lambda: _gif((1, 1), 10_000),
    "gif frames on a canvas.gif": lambda: _gif((4000, 4000), 10_000),
    "gif large frame.gif": lambda: _gif((16, 16), 1, (65535, 65535)),
    "gif no frame.gif": lambda: _gif((16, 16), 0),
    "gif no end.gif": lambda: _gif((16, 16), 1, (16, 16), b"\x02" + b"\xff" + bytes(200)),
    "gif comments.gif": lambda: _gif((16, 16))[:-1] + b"\x21\xfe\x01a\0" * 1_000_000,
    "webp canvas.webp": lambda: _webp((16384, 16384)),
    "webp canvas 2^24.webp": lambda: _webp((2**24, 2**24)),
    "webp frames.webp": lambda: _webp((16, 16), 20_000),
    "webp frames on a canvas.webp": lambda: _webp((8000, 8000), 1000),
    "tiff huge.tif": lambda: tiff(_plain(2**31 - 1, 2**31 - 1), bytes(64)),
    "tiff 65535.tif": lambda: tiff(_plain(65535, 65535), bytes(64)),
    "tiff lies.tif": lambda: tiff(_plain(SIDE, SIDE, 16, 4), bytes(64)),
    "tiff lies packed.tif": lambda: tiff(_plain(SIDE, SIDE, 16, 4, 8), bytes(64)),
    "tiff bytes of a strip.tif": lambda: tiff(_plain(16, 16, data=2**32 - 1), bytes(64)),
    "tiff samples.tif": lambda: tiff(_plain(16, 16, 8, 65535), bytes(64)),
    "tiff bits.tif": lambda: tiff(_plain(16, 16, 65535), bytes(64)),
    "tiff loop.tif": lambda: tiff(_plain(8, 8), bytes(64), 8 + 64),
    "tiff pages.tif": lambda: tiff(_plain(8, 8), bytes(64), 0, 20_000),
    "tiff directories within.tif": lambda: tiff([*_plain(8, 8), (330, 4, 16, 8)], bytes(64)),
    "tiff many directories within.tif": lambda: tiff(
        [*_plain(8, 8), (330, 4, 2**30, 8)], bytes(64)
    ),
    "tiff values.tif": lambda: tiff([*_plain(8, 8), (270, 2, 2**32 - 1, 8)], bytes(64)),
    "tiff many strips.tif": lambda: tiff(
        [t for t in _plain(16, 2**26) if t[0] not in (273, 278, 279)]
        + [(273, 4, 2**26, 8), (278, 4, 1, 1), (279, 4, 2**26, 8)], bytes(64)
    ),
    "tiff tile of 2^20.tif": lambda: tiff(_tiled(16, 16, (2**20, 2**20)), bytes(64)),
    "tiff tile of 2^14.tif": lambda: tiff(_tiled(16, 16, (2**14, 2**14)), bytes(64)),
    "tiff tile of 2^31.tif": lambda: tiff(_tiled(16, 16, (2**31, 2**31)), bytes(64)),
    "tiff tile of 0.tif": lambda: tiff(_tiled(16, 16, (0, 0)), bytes(64)),
    "tiff jpeg 2000.tif": lambda: tiff(_plain(16, 16, 8, 1, 33003), b"\xff\x4f\xff\x51" * 16),
    "avif itself.avif": lambda: avif_grid(2, 2, (128, 128), of_itself=True),
    "avif grid lies.avif": lambda: avif_grid(1, 1, (SIDE, SIDE)),
    "avif grid huge.avif": lambda: avif_grid(250, 250, (16000, 16000)),
    "avif grid.avif": lambda: avif_grid(40, 40, (2560, 2560)),
    "avif signature.avif": lambda: _box(b"ftyp", b"avif\0\0\0\0"),
    "bmp huge.bmp": lambda: _bmp(2**31 - 1, 2**31 - 1),
    "bmp lies.bmp": lambda: _bmp(SIDE, SIDE),
    "bmp lies packed.bmp": lambda: _bmp(SIDE, SIDE, 8, 1, b"\0\1"),
    "bmp runs of nothing.bmp": lambda: _bmp(SIDE, SIDE, 8, 1, b"\0\0" * 10_000),
    "bmp upside down.bmp": lambda: _bmp(16, -(2**31)),
    "ppm huge.ppm": lambda: b"P6 99999 99999 255\n",
    "ppm lies.ppm": lambda: b"P6 8191 8191 255\n",
    "ppm ascii lies.ppm": lambda: b"P3 8191 8191 255\n1 2 3 ",
    "pgm deep lies.pgm": lambda: b"P5 8191 8191 65535\n",
    "pgm ascii lies.pgm": lambda: b"P2 8191 8191 65535\n1 2 3 ",
    "pgm a number.pgm": lambda: b"P2 16 16 255\n" + b"1" * 50_000_000,
    "pgm a comment.pgm": lambda: b"P2 16 16 255\n#" + b"1" * 50_000_000,
    "pgm header comment.pgm": lambda: b"P5\n#" + b"1" * 50_000_000,
    "pgm header number.pgm": lambda: b"P5 " + b"1" * 50_000_000,
    "pbm ascii lies.pbm.ppm": lambda: b"P1 8191 8191\n1 0 1",
    "one pixel.png": lambda: png(1, 1),
    "one column.png": lambda: png(1, 100_000, None, 2),
    "one row.png": lambda: png(100_000, 1, None, 2),
    "one column.ppm": lambda: b"P6 1 100000 255\n" + bytes(300_000),
    "one row.ppm": lambda: b"P6 100000 1 255\n" + bytes(300_000),
    "one row.tif": lambda: _by_pillow("TIFF", (100_000, 1)),
    "one column.tif": lambda: _by_pillow("TIFF", (1, 100_000)),
    "one row.gif": lambda: _by_pillow("GIF", (65_535, 1), "P"),
    "one column.jpg": lambda: _by_pillow("JPEG", (1, 30_000)),
    "one row.webp": lambda: _by_pillow("WEBP", (8000, 1)),
    "drawing.png": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" width="99999" height="99999"/>',
    "document.png": lambda: b"%PDF-1.7\n" + b"1 0 obj <<>> endobj\n" * 99,
    "jpeg 2000.jpg": lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(199),
    "jpeg 2000 stream.jpg": lambda: b"\xff\x4f\xff\x51" + bytes(207),
    "jpeg xl.jpg": lambda: b"\xff\x0a" + bytes(200),
    "heic.avif": lambda: _box(b"ftyp", b"heic\0\0\0\0mif1heic"),
}  # fmt: skip

# Good files of a few bytes that are large pictures: enlarged, in minutes.
BOMBS: dict[str, Callable[[], bytes]] = {
    "png.png": lambda: png(SIDE, SIDE),
    "png colour.png": lambda: png(SIDE, SIDE, None, 2),
    "png deep interlaced.png": lambda: png(SIDE, SIDE, None, 6, 16, 1),
    "gif.gif": lambda: _gif((SIDE, SIDE)),
    "webp.webp": lambda: _by_pillow("WEBP", (SIDE, SIDE), lossless=True),
    "jpeg progressive.jpg": lambda: _by_pillow(
        "JPEG", (SIDE, SIDE), progressive=True, subsampling=0
    ),
    "tiff deep strip.tif": lambda: _tiff_bomb(16, 4),
    "avif grid.avif": lambda: avif_grid(127, 127, (127 * 64, 127 * 64)),
    "bmp runs.bmp": lambda: _bmp(SIDE, SIDE, 8, 1, b"\xff\0" * (SIDE * 33) + b"\0\1"),
    "ppm.ppm": lambda: b"P6 8191 8191 255\n" + np.zeros(SIDE * SIDE * 3, np.uint8).tobytes(),
}
