"""Metadata: what an image file contains besides its pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from srcnn.images.color_coding import ColorCoding

Field: TypeAlias = bytes | str | int | list[int]
"""Value of a field."""
Tag: TypeAlias = tuple[float, ...] | str
"""Values of a TIFF tag."""

PROFILE, EXIF, XMP, IPTC = "icc-profile-data", "exif-data", "xmp-data", "iptc-data"
"""Names of fields that are blocks of bytes."""
EXIF_FIELDS, TEXTS = "exif-", "png-comment-"
"""Prefixes of the names of EXIF fields and of PNG texts."""


@dataclass(frozen=True)
class Metadata:
    """Metadata of an image, which `encode` accepts.

    Attributes:
        resolution: Pixels per millimeter, horizontally and vertically; ``None`` if unknown.
        quality: libjpeg quality of a JPEG, 1 to 100; 0 for other formats.
        subsampled: Whether a JPEG's chroma has half the resolution in both directions (4:2:0).
        coding: Color space if it is not sRGB and not given by a profile.
        parts_of: Format that ``parts`` belong to.
        parts: Chunks of a PNG or segments of a JPEG, as (kind, content), that are copied unchanged
            to a result of the same format.
        tags: Tags of a TIFF with its georeference (GeoTIFF).
        fields: All other metadata by libvips's names; other libraries use only some of them.
    """

    resolution: tuple[float, float] | None = None
    quality: int = 0
    subsampled: bool = False
    coding: ColorCoding | None = None
    parts_of: str = ""
    parts: tuple[tuple[bytes, bytes], ...] = ()
    tags: Mapping[int, Tag] = field(default_factory=dict)
    fields: Mapping[str, Field] = field(default_factory=dict)

    def block(self, name: str) -> bytes | None:
        """Return the field ``name`` if it is a block of bytes, else ``None``."""
        value = self.fields.get(name)
        return value if isinstance(value, bytes) else None

    def texts(self) -> dict[str, str]:
        """Return the texts of a PNG by keyword."""
        return {
            key.split("-", 3)[3]: value
            for key, value in self.fields.items()
            if key.startswith(TEXTS) and isinstance(value, str)
        }

    def has(self, prefix: str) -> bool:
        """Return whether a field's name starts with ``prefix``."""
        return any(key.startswith(prefix) for key in self.fields)

    def scaled(self, across: float, down: float) -> Metadata:
        """Return the metadata of an enlarged image, which keeps its size in print.

        Args:
            across: Ratio of the widths.
            down: Ratio of the heights.
        """
        if self.resolution is None:
            return self
        return replace(self, resolution=(self.resolution[0] * across, self.resolution[1] * down))
