"""Writers of what no honest program writes: pictures whose parts and sizes can be anything."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable
from functools import cache

from PIL import Image

SIDE = 8191
"""The size of a picture whose enlargement by 2 is just below the default limit."""


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def zeros(count: int) -> bytes:
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
        body = zeros((width * samples + 1) * height)
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    chunks = [(b"IHDR", head), *before, (b"IDAT", body), *after, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def by_pillow(format: str, size: tuple[int, int], mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, format, **options)
    return file.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg_with(segments: bytes, size: tuple[int, int] = (16, 16)) -> bytes:
    data = by_pillow("JPEG", size)
    return data[:2] + segments + data[2:]


def jpeg_of(size: tuple[int, int], progressive: bool = False, sof: int | None = None) -> bytes:
    """A small JPEG whose header announces another size."""
    data = bytearray(by_pillow("JPEG", (16, 16), progressive=progressive))
    at = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", size[1], size[0])
    if sof is not None:
        data[at + 1] = sof
    return bytes(data)


def scan_bomb(side: int, scans: int) -> bytes:
    """A progressive JPEG that refines the same coefficients over and over, nothing each time."""
    data = jpeg_of((side, side), progressive=True)
    first = data.index(b"\xff\xda")
    table = (
        b"\x10\x01" + bytes(14) + b"\x00\xe0"
    )  # AC 0: one code of two bits, a run of 2^14 blocks
    scan = segment(0xDA, b"\x01\x01\x00\x01\x3f\x00") + b"\0" * 40
    return data[:first] + segment(0xC4, table) + scan * scans + b"\xff\xd9"


def gif(
    canvas: tuple[int, int], frames: int = 1, frame: tuple[int, int] = (1, 1), data: bytes = b""
) -> bytes:
    data = data or b"\x02\x02\x44\x01\x00"  # one pixel
    one = b"\x21\xf9\x04\0\x01\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, *frame, 0) + data
    head = b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + one * frames + b";"


def webp(canvas: tuple[int, int], frames: int = 0) -> bytes:
    """A canvas of any size around a picture, or an animation, of 16 x 16."""
    small = by_pillow("WEBP", (16, 16), lossless=True)[12:]
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
    """A TIFF of one directory (tag, type, count, value), or of several, with ``data`` from byte 8 on."""
    entries = sorted(tags)
    body = struct.pack("<H", len(entries))
    for tag, kind, count, value in entries:
        packed = value if isinstance(value, bytes) else struct.pack("<I", value)
        body += struct.pack("<HHI", tag, kind, count) + packed
    first, long = 8 + len(data), len(body) + 4
    following = [*(first + long * page for page in range(1, pages)), next_directory]
    directories = [body + struct.pack("<I", place) for place in following]
    return b"".join([b"II*\0", struct.pack("<I", first), data, *directories])


def plain(
    width: int, height: int, bits: int = 8, samples: int = 1, packing: int = 1, data: int = 64
) -> list[Tag]:
    """Tags of a picture in one strip of ``size`` bytes from byte 8 on."""
    kinds = {1: 1, 2: 1, 3: 2, 4: 2}
    tags: list[Tag] = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, bits)]
    tags += [(259, 3, 1, packing), (262, 3, 1, kinds.get(samples, 1)), (273, 4, 1, 8)]
    tags += [(277, 3, 1, samples), (278, 4, 1, height), (279, 4, 1, data)]
    if samples in (2, 4):
        tags += [(338, 3, 1, 2)]
    return tags


def tiled(width: int, height: int, tile: tuple[int, int]) -> list[Tag]:
    tags = [tag for tag in plain(width, height) if tag[0] not in (273, 278, 279)]
    return [*tags, (322, 4, 1, tile[0]), (323, 4, 1, tile[1]), (324, 4, 1, 8), (325, 4, 1, 64)]


def tiff_bomb(bits: int, samples: int) -> bytes:
    body = zeros(SIDE * SIDE * samples * bits // 8)
    return tiff(plain(SIDE, SIDE, bits, samples, 8, len(body)), body)


def bmp(width: int, height: int, bits: int = 24, packing: int = 0, body: bytes = b"") -> bytes:
    colours = 256 if bits == 8 else 0
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, 0, 0, 0, colours, 0)
    start = 14 + len(head) + 4 * colours
    return b"BM" + struct.pack("<IHHI", start, 0, 0, start) + head + bytes(4 * colours) + body


def box(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I", len(body) + 8) + kind + body


@cache
def _av1(side: int) -> tuple[bytes, bytes]:
    """(the AV1 picture of side x side gray pixels, the av1C box that goes with it)."""
    data = by_pillow("AVIF", (side, side))
    at = data.index(b"av1C") - 4
    configuration = data[at : at + int.from_bytes(data[at : at + 4], "big")]
    body = data[data.index(b"mdat") + 4 :]
    return body, configuration


def avif_grid(
    rows: int, columns: int, size: tuple[int, int], side: int = 64, of_itself: bool = False
) -> bytes:
    """An AVIF whose picture is a grid of rows x columns times the same side x side pixels."""
    body, configuration = _av1(side)

    def full(kind: bytes, flags: int, *rest: bytes) -> bytes:
        return box(kind, struct.pack(">I", flags), *rest)

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
        whole = box(b"ispe", b"\0" * 4, struct.pack(">II", *size))
        small = box(b"ispe", b"\0" * 4, struct.pack(">II", side, side))
        return full(
            b"meta",
            0,
            full(b"hdlr", 0, b"\0" * 4 + b"pict" + b"\0" * 13),
            full(b"pitm", 0, struct.pack(">H", 1)),
            full(b"iloc", 0, b"\x44\0" + struct.pack(">H", len(items)), *places),
            full(b"iinf", 0, struct.pack(">H", len(items)), *infos),
            full(b"iref", 0, box(b"dimg", struct.pack(">HH", 1, len(ids)), struct.pack(f">{len(ids)}H", *ids))),
            box(
                b"iprp",
                box(b"ipco", whole, small, configuration),
                full(b"ipma", 0, struct.pack(">I", len(items)), *uses),
            ),
        )  # fmt: skip

    head = box(b"ftyp", b"avif\0\0\0\0avifmif1miaf")
    start = len(head) + len(meta(0, 0)) + 8
    return head + meta(start, start + len(grid)) + box(b"mdat", grid, body)


def exif_bomb() -> bytes:
    """An EXIF block whose directories are full, point at each other, and at values of gigabytes."""
    entries = b"".join(
        struct.pack("<HHII", 0x8769 if k % 2 else 0x8825, 4, 1, 8) for k in range(2000)
    )
    entries += b"".join(struct.pack("<HHII", 0x010E, 2, 2**31 - 1, 8) for _ in range(2000))
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 4000) + entries + b"\x08\0\0\0"
