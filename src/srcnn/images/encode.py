"""Writing pictures: strips from top to bottom become the bytes of a file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from srcnn.images.formats import Format
from srcnn.images.metadata import EXIF_FIELDS, PROFILE, XMP, Metadata
from srcnn.images.picture import Header
from srcnn.images.xmp import LARGEST


@dataclass(frozen=True)
class Page:
    """A picture to be written, or a page or frame of one."""

    size: tuple[int, int]
    """(height, width)"""
    strips: Iterable[NDArray[Any]]
    """The pixels from top to bottom, as `srcnn.images.picture.Picture.read` gives them."""
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True)
class Extent:
    """How much there is to write in all, which must be known before the first page is made."""

    pages: int
    pixels: int

    @classmethod
    def of(cls, sizes: Sequence[tuple[int, int]]) -> Extent:
        """Return the extent of pages of ``sizes`` = (height, width)."""
        return cls(len(sizes), sum(height * width for height, width in sizes))


def encode(
    pixels: NDArray[Any],
    fmt: Format,
    metadata: Metadata | None = None,
    quality: int | None = None,
) -> bytes:
    """Return the bytes of a file that holds one picture, see `write_picture`."""
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
    """Write pictures to a seekable file, while their strips are made.

    What the format cannot hold is given up: all pages but the first, 16 bits become 8, alpha is laid over
    white; `losses` names it beforehand. Frames have the size and the metadata of the first. JPEG is written at
    quality 95, or the source's where that is higher, and its chroma is subsampled where the source's was; WebP
    is written without loss.
    PNG, TIFF and JPEG hold a few rows at a time; the other formats' libraries hold the whole picture.

    Args:
        file: Where to write.
        pages: The pages in order. With ``extent``, each is asked for when the one before it is written;
            without it, all are asked for before the first is written.
        fmt: The format of the file.
        quality: Quality of JPEG, WebP and AVIF, 1 to 100; ``None`` is as described above.
        extent: How many pages and pixels there will be.

    Raises:
        OutputError: The format cannot hold the size.
        OSError: ``file`` cannot be written. What the strips raise is passed on, too.
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


def _fitting(strips: Iterable[NDArray[Any]], fmt: Format) -> Iterator[NDArray[Any]]:
    return (fitted(strip, fmt) for strip in strips)


def losses(header: Header, fmt: Format) -> list[str]:
    """Return what ``fmt`` cannot hold of a picture, in words; empty when nothing is lost."""
    lost = []
    if header.dtype == np.uint16 and not fmt.deep:
        lost.append("16 bits become 8")
    if header.has_alpha and not fmt.alpha:
        lost.append("transparency is laid over white")
    if fmt.colors is not None:
        other = "webp" if header.pages > 1 else "png"
        lost.append(f"a frame has at most {fmt.colors} colours (--format {other} has all)")
    if header.pages > 1 and not fmt.pages:
        lost.append(f"of {header.pages} pages only the first is taken")
    for kind, prefix in (("EXIF", EXIF_FIELDS), ("profile", PROFILE), ("XMP", XMP)):
        if not fmt.metadata and header.metadata.has(prefix):
            lost.append(f"{kind} is left out")
    xmp = header.metadata.block(XMP)
    if fmt.name == "jpeg" and xmp is not None and len(xmp) > LARGEST:
        lost.append(f"XMP of over {LARGEST} bytes is left out")
    return lost


def fitted(pixels: NDArray[Any], fmt: Format) -> NDArray[Any]:
    """Return a strip as ``fmt`` can hold it: 8 bits, or laid over white, where it must be."""
    if pixels.dtype == np.uint16 and not fmt.deep:
        pixels = ((pixels.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4) and not fmt.alpha:
        alpha = pixels[..., -1:].astype(np.uint32)
        color = pixels[..., :-1].astype(np.uint32)
        flat = ((color * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
        return flat[..., 0] if flat.shape[2] == 1 else flat
    return pixels
