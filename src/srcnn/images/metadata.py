"""What a picture carries beside its pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from srcnn.images.color_coding import ColorCoding

Field: TypeAlias = bytes | str | int | list[int]
Tag: TypeAlias = tuple[float, ...] | str

PROFILE, EXIF, XMP, IPTC = "icc-profile-data", "exif-data", "xmp-data", "iptc-data"
"""Names of fields that are blocks of bytes."""
EXIF_FIELDS, TEXTS = "exif-", "png-comment-"
"""How the names of EXIF's fields, and of PNG's texts, begin."""


@dataclass(frozen=True)
class Metadata:
    """Profile, EXIF, XMP, texts, timing, resolution and kind of JPEG; to be handed to `encode`."""

    resolution: tuple[float, float] | None = None
    """Pixels per millimeter, across and down; ``None`` if the file does not say."""
    quality: int = 0
    """The libjpeg quality of a JPEG, 1 to 100; 0 for other formats."""
    subsampled: bool = False
    """Whether a JPEG's chroma is halved in both directions (4:2:0)."""
    coding: ColorCoding | None = None
    """What the colors are if they are not sRGB and there is no profile."""
    parts_of: str = ""
    """Format that ``parts`` belong to."""
    parts: tuple[tuple[bytes, bytes], ...] = ()
    """Chunks of a PNG and segments of a JPEG, by kind, that another file of the format takes as they are."""
    tags: Mapping[int, Tag] = field(default_factory=dict)
    """Tags of a TIFF that say which piece of land it shows (GeoTIFF)."""
    fields: Mapping[str, Field] = field(default_factory=dict)
    """Everything else, under the names that libvips gives; only some are of use to others."""

    def block(self, name: str) -> bytes | None:
        """Return the field of this name if it is a block of bytes, else ``None``."""
        value = self.fields.get(name)
        return value if isinstance(value, bytes) else None

    def texts(self) -> dict[str, str]:
        """Return the texts of a PNG by their keywords."""
        return {
            key.split("-", 3)[3]: value
            for key, value in self.fields.items()
            if key.startswith(TEXTS) and isinstance(value, str)
        }

    def has(self, prefix: str) -> bool:
        """Return whether there is a field whose name begins like this."""
        return any(key.startswith(prefix) for key in self.fields)

    def scaled(self, across: float, down: float) -> Metadata:
        """Return the metadata of an enlarged picture, which is as large in print as before."""
        if self.resolution is None:
            return self
        return replace(self, resolution=(self.resolution[0] * across, self.resolution[1] * down))
