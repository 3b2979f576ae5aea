"""The color space that a file names without an ICC profile.

Sources are the PNG chunks gAMA, cHRM, sRGB and cICP (PNG, third edition, section 11.3.2), and the
box colr of AVIF and HEIC (ISO/IEC 14496-12, section 12.1.5) with the code points of ITU-T H.273.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from srcnn.images.icc import Chromaticity, Curve, gray_profile, matrix_profile
from srcnn.images.metadata import PROFILE, Metadata

if TYPE_CHECKING:
    from srcnn.images.formats import Format

_D65 = (0.3127, 0.329)
_SRGB_PRIMARIES = ((0.64, 0.33), (0.3, 0.6), (0.15, 0.06))
_P3_PRIMARIES = ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06))
_C = (0.31, 0.316)
_PRIMARIES: dict[int, tuple[str, Chromaticity, tuple[Chromaticity, ...]]] = {
    1: ("sRGB", _D65, _SRGB_PRIMARIES),
    4: ("BT.470 M", _C, ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08))),
    5: ("BT.601 625", _D65, ((0.64, 0.33), (0.29, 0.6), (0.15, 0.06))),
    6: ("BT.601 525", _D65, ((0.63, 0.34), (0.31, 0.595), (0.155, 0.07))),
    7: ("SMPTE 240M", _D65, ((0.63, 0.34), (0.31, 0.595), (0.155, 0.07))),
    8: ("film", _C, ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049))),
    9: ("BT.2020", _D65, ((0.708, 0.292), (0.17, 0.797), (0.131, 0.046))),
    10: ("XYZ", (1 / 3, 1 / 3), ((1.0, 1e-6), (1e-6, 1.0), (1e-6, 1e-6))),
    11: ("DCI-P3", (0.314, 0.351), _P3_PRIMARIES),
    12: ("Display P3", _D65, _P3_PRIMARIES),
    22: ("EBU 3213", _D65, ((0.63, 0.34), (0.295, 0.605), (0.155, 0.077))),
}
"""Name, white point and primaries by code point (ITU-T H.273, table 2)."""
_SRGB = Curve(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_BT709 = Curve(1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
_CURVES = {
    **dict.fromkeys((1, 6, 14, 15), _BT709),
    4: Curve(2.2),
    5: Curve(2.8),
    8: Curve(1.0),
    13: _SRGB,
    17: Curve(2.6),
}
"""Transfer curves by code point (ITU-T H.273, table 3)."""
_HDR = {16: "PQ", 18: "HLG"}
"""Names of HDR transfers, which no ICC curve describes, by code point."""
_UNSPECIFIED = (0, 2, 3)
"""Code points that specify nothing."""
_USUAL = (1, 2, 6, 13, 14, 15)
"""Code points of transfers that are displayed as sRGB if the primaries are those of sRGB."""
_SRGB_GAMMA = 0.45455
"""Encoding gamma of sRGB in the chunk gAMA."""
_WITHOUT_GRAY = ("webp", "avif")
"""Formats in which a gray image is stored as RGB."""


@dataclass(frozen=True)
class ColorCoding:
    """A color space other than sRGB.

    Attributes:
        name: Its name in messages.
        white: Chromaticity of the white point.
        primaries: Chromaticities of red, green and blue.
        curve: Conversion of samples to light; ``None`` if no ICC profile can express it (PQ, HLG).
        codes: Code points of primaries and transfer in H.273, if it has any.
    """

    name: str
    white: Chromaticity
    primaries: tuple[Chromaticity, ...]
    curve: Curve | None
    codes: tuple[int, int] | None = None

    def profile(self, gray: bool) -> bytes | None:
        """Return an equivalent ICC profile, or ``None`` if there is none.

        Args:
            gray: Whether the image is gray.
        """
        if self.curve is None:
            return None
        if gray:
            return gray_profile(f"{self.name}, gray", self.white, self.curve)
        return matrix_profile(self.name, self.white, self.primaries, self.curve)


def coding_of_codes(primaries: int, transfer: int) -> ColorCoding | None:
    """Return the color space of two H.273 code points, or ``None`` for sRGB or unspecified."""
    if primaries in _UNSPECIFIED or primaries not in _PRIMARIES:
        primaries = 1
    if primaries == 1 and (transfer in _USUAL or transfer in _UNSPECIFIED):
        return None
    name, white, corners = _PRIMARIES[primaries]
    codes = (primaries, transfer)
    if transfer in _HDR:
        return ColorCoding(f"{name} {_HDR[transfer]}", white, corners, None, codes)
    return ColorCoding(name, white, corners, _CURVES.get(transfer, _SRGB), codes)


def coding_of_nclx(boxes: Iterable[bytes]) -> ColorCoding | None:
    """Return the color space named by the first colr box of kind nclx; see `coding_of_codes`."""
    for content in boxes:
        if content[:4] == b"nclx" and len(content) >= 8:
            return coding_of_codes(*struct.unpack(">HH", content[4:8]))
    return None


def coding_of_chunks(chunks: Mapping[bytes, bytes]) -> ColorCoding | None:
    """Return the color space that a PNG file's chunks name, or ``None`` for sRGB."""
    cicp = chunks.get(b"cICP", b"")
    if len(cicp) == 4:
        return coding_of_codes(cicp[0], cicp[1])
    if b"sRGB" in chunks or not {b"gAMA", b"cHRM"} & chunks.keys():
        return None
    white, primaries, gamma = _D65, _SRGB_PRIMARIES, _SRGB_GAMMA
    if len(content := chunks.get(b"gAMA", b"")) == 4:
        gamma = struct.unpack(">I", content)[0] / 100_000
    if len(content := chunks.get(b"cHRM", b"")) == 32:
        values = [value / 100_000 for value in struct.unpack(">8I", content)]
        white, *corners = zip(values[::2], values[1::2], strict=True)
        primaries = (corners[0], corners[1], corners[2])
    usual = abs(gamma - _SRGB_GAMMA) < 0.002
    near = zip((white, *primaries), (_D65, *_SRGB_PRIMARIES), strict=True)
    is_srgb = all(abs(a - b) < 0.002 for one, two in near for a, b in zip(one, two, strict=True))
    if not 0.01 < gamma < 10 or (usual and is_srgb):
        return None
    curve = _SRGB if usual and not is_srgb and b"gAMA" not in chunks else Curve(1 / gamma)
    name = f"gamma {1 / gamma:.3g}" + ("" if is_srgb else ", custom primaries")
    return ColorCoding(name, white, primaries, curve)


def with_coding(metadata: Metadata, fmt: Format, gray: bool) -> tuple[Metadata, list[str]]:
    """Add the source's color space to metadata in the form that a format supports.

    Args:
        metadata: Metadata of the source.
        fmt: Format of the result.
        gray: Whether the image is gray.

    Returns:
        The metadata, and messages about what the format cannot express.
    """
    coding = metadata.coding
    if coding is None or metadata.block(PROFILE) is not None or metadata.parts_of == fmt.name:
        return metadata, []
    gray = gray and fmt.name not in _WITHOUT_GRAY
    if profile := coding.profile(gray) if fmt.metadata else None:
        return replace(metadata, fields={**metadata.fields, PROFILE: profile}), []
    if fmt.name == "png" and coding.codes is not None:
        chunk = (b"cICP", bytes([*coding.codes, 0, 1]))
        return replace(metadata, parts_of="png", parts=(chunk,)), []
    return metadata, [f"its color space is lost ({coding.name})"]
