"""Encode images: strips from top to bottom become the bytes of a file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import IO

import numpy as np
from numpy.typing import NDArray

from srcnn.images.formats import Format
from srcnn.images.metadata import EXIF_FIELDS, PROFILE, XMP, Metadata
from srcnn.images.picture import Header
from srcnn.images.xmp import LARGEST


@dataclass(frozen=True)
class Page:
    """An image to be written, or one page or frame of it.

    Attributes:
        size: (height, width) in pixels.
        strips: The pixels from top to bottom, in the form of `srcnn.images.picture.Picture.read`.
        metadata: Metadata of the page.
    """

    size: tuple[int, int]
    strips: Iterable[NDArray[np.number]]
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True)
class Extent:
    """The total amount to write, which must be known before the first page is made.

    Attributes:
        pages: Number of pages.
        pixels: Number of pixels of all pages.
    """

    pages: int
    pixels: int

    @classmethod
    def of(cls, sizes: Sequence[tuple[int, int]]) -> Extent:
        """Return the extent of pages of ``sizes`` = (height, width)."""
        return cls(len(sizes), sum(height * width for height, width in sizes))


def encode(
    pixels: NDArray[np.number],
    fmt: Format,
    metadata: Metadata | None = None,
    quality: int | None = None,
) -> bytes:
    """Return the bytes of a file with one image; see `write_picture`.

    Args:
        pixels: The pixels, in the form of `srcnn.images.picture.Picture.read`.
        fmt: The format of the file.
        metadata: Metadata to write.
        quality: See `write_picture`.
    """
    file = io.BytesIO()
    page = Page((pixels.shape[0], pixels.shape[1]), [pixels], metadata or Metadata())
    write_picture(file, [page], fmt, quality)
    return file.getvalue()


def write_picture(
    file: IO[bytes],
    pages: Iterable[Page],
    fmt: Format,
    quality: int | None = None,
    extent: Extent | None = None,
) -> None:
    """Write images to a seekable file while their strips are being made.

    Content that the format does not support is reduced: only the first page is kept, 16 bits become
    8, and alpha is composited over white; `losses` reports this beforehand. Frames have the size
    and the metadata of the first. JPEG is written at quality 95, or at that of the source if it is
    higher, and subsamples chroma if the source does. WebP is lossless.

    PNG, TIFF and JPEG keep a few rows in memory; the other formats keep the whole image.

    Args:
        file: Where to write.
        pages: The pages in order. With ``extent``, each page is requested after the previous one is
            written; without it, all pages are requested first.
        fmt: The format of the file.
        quality: Quality of JPEG, WebP and AVIF, 1 to 100; ``None`` as described above.
        extent: Total number of pages and pixels.

    Raises:
        OutputError: The format does not support the size.
        OSError: ``file`` cannot be written. Errors of the strips are passed on as well.
    """
    if not fmt.pages:
        pages, extent = islice(pages, 1), None
    if extent is None:
        pages = list(pages)
        extent = Extent.of([page.size for page in pages])
    left = iter(pages)
    first = next(left)
    with fmt.library.writer(file, fmt, first, extent, quality) as writer:
        for page in chain([first], left):
            writer.write(replace(page, strips=_fitting(page.strips, fmt)))


def _fitting(strips: Iterable[NDArray[np.number]], fmt: Format) -> Iterator[NDArray[np.number]]:
    return (fitted(strip, fmt) for strip in strips)


def losses(header: Header, fmt: Format) -> list[str]:
    """Return messages about what ``fmt`` does not support of an image; empty if nothing is lost."""
    lost = []
    if header.dtype == np.uint16 and not fmt.deep:
        lost.append("16 bits become 8")
    if header.has_alpha and not fmt.alpha:
        lost.append("transparency is replaced by white")
    if fmt.colors is not None:
        other = "webp" if header.pages > 1 else "png"
        lost.append(f"each frame has at most {fmt.colors} colors (--format {other} keeps all)")
    if header.pages > 1 and not fmt.pages:
        lost.append(f"only the first of {header.pages} pages is used")
    for kind, prefix in (("EXIF", EXIF_FIELDS), ("profile", PROFILE), ("XMP", XMP)):
        if not fmt.metadata and header.metadata.has(prefix):
            lost.append(f"{kind} is lost")
    xmp = header.metadata.block(XMP)
    if fmt.name == "jpeg" and xmp is not None and len(xmp) > LARGEST:
        lost.append(f"XMP of over {LARGEST} bytes is lost")
    return lost


def fitted(pixels: NDArray[np.number], fmt: Format) -> NDArray[np.number]:
    """Return a strip that ``fmt`` supports, with 8 bits or composited over white if needed."""
    if pixels.dtype == np.uint16 and not fmt.deep:
        pixels = ((pixels.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4) and not fmt.alpha:
        alpha = pixels[..., -1:].astype(np.uint32)
        color = pixels[..., :-1].astype(np.uint32)
        flat = ((color * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
        return flat[..., 0] if flat.shape[2] == 1 else flat
    return pixels
