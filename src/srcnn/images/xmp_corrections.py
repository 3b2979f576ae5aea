"""Correct what an XMP packet says about pixels for the enlarged image, or drop it.

Every property is a row of a table, with its namespace, treatment and description.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from srcnn.images.exif_block import Change
from srcnn.images.xmp_tree import RDF, Attribute, BrokenXmp, Edits, Element, parse

TIFF, EXIF = "http://ns.adobe.com/tiff/1.0/", "http://ns.adobe.com/exif/1.0/"
_RAW = "http://ns.adobe.com/camera-raw-settings/1.0/"
_GOOGLE = "http://ns.google.com/photos/1.0/"
_MWG = "http://www.metadataworkinggroup.com/schemas/regions/"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_AREA, _SIDES = (
    "http://ns.adobe.com/xmp/sType/Area#",
    "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
)
_NOTE = "http://ns.adobe.com/xmp/note/"
_XMP = "http://ns.adobe.com/xap/1.0/"

_ORIENTATIONS = ((TIFF, "Orientation"), (EXIF, "Orientation"))
SIZES: dict[tuple[str, str], Callable[[Change], int]] = {
    **dict.fromkeys(_ORIENTATIONS, lambda change: 1),
    (TIFF, "ImageWidth"): lambda change: change.width,
    (TIFF, "ImageLength"): lambda change: change.height,
    (EXIF, "PixelXDimension"): lambda change: change.width,
    (EXIF, "PixelYDimension"): lambda change: change.height,
}
"""Properties that get a value of the result."""


def _scaled(*rows: tuple[str, str, str]) -> dict[tuple[str, str], bool]:
    """Return whether each property is horizontal (True) or vertical (False)."""
    table: dict[tuple[str, str], bool] = {}
    for namespace, across, down in rows:
        table |= dict.fromkeys(((namespace, name) for name in across.split()), True)
        table |= dict.fromkeys(((namespace, name) for name in down.split()), False)
    return table


SCALED = _scaled(
    (
        f"{_GOOGLE}panorama/",
        "CroppedAreaImageWidthPixels FullPanoWidthPixels CroppedAreaLeftPixels"
        " LargestValidInteriorRectLeft LargestValidInteriorRectWidth",
        "CroppedAreaImageHeightPixels FullPanoHeightPixels CroppedAreaTopPixels"
        " LargestValidInteriorRectTop LargestValidInteriorRectHeight",
    ),
    (EXIF, "FocalPlaneXResolution", "FocalPlaneYResolution"),
    (TIFF, "XResolution", "YResolution"),
)
"""Properties in pixels, or in pixels per length, which are scaled with the image."""
_IN_PIXELS = _scaled(
    (_AREA, "x w d", "y h"),
    (_IPTC, "rbX rbW rbRx", "rbY rbH"),
    (_RAW, "CropWidth", "CropHeight"),
    (_SIDES, "w", "h"),
)
"""Properties that are scaled only if their unit is pixels."""
_UNITS = {
    _AREA: ("unit", "pixel", "normalized"),
    _IPTC: ("rbUnit", "pixel", "relative"),
    _RAW: ("CropUnits", "0", "0"),
    _SIDES: ("unit", "pixel", "pixel"),
}
"""Units of these properties by namespace: name of the unit, its value for pixels, its default."""
_UNIT_NAMES = {(namespace, name) for namespace, (name, _, _) in _UNITS.items()}


@dataclass(frozen=True)
class _Dropped:
    """Properties that are not valid for a result.

    Attributes:
        what: Description for readers.
        namespace: Namespace of the properties.
        names: Regular expression of their names.
        turned: Whether they are dropped only if the pixels were rotated or mirrored.
    """

    what: str
    namespace: str
    names: str = ".*"
    turned: bool = False


_DROPPED = (
    _Dropped("motion photo flag", f"{_GOOGLE}camera/", "MotionPhoto.*|MicroVideo.*"),
    _Dropped("list of appended files", f"{_GOOGLE}container/"),
    _Dropped("depth map", f"{_GOOGLE}depthmap/"),
    _Dropped("depth map", f"{_GOOGLE}camera/", "DepthMap.*"),
    _Dropped("depth map", "http://ns.google.com/photos/dd/1.0/device/"),
    _Dropped("second image", f"{_GOOGLE}image/"),
    _Dropped("recorded sound", f"{_GOOGLE}audio/"),
    _Dropped("gain map flag", "http://ns.adobe.com/hdr-gain-map/1.0/"),
    _Dropped("gain map flag", "http://ns.apple.com/HDRGainMap/1.0/"),
    _Dropped("auxiliary image type", "http://ns.apple.com/pixeldatainfo/1.0/"),
    _Dropped("extended XMP", _NOTE, "HasExtendedXMP"),
    _Dropped("thumbnail", _XMP, "Thumbnails"),
    _Dropped("thumbnail", "http://ns.adobe.com/xap/1.0/g/img/"),
    _Dropped("subject area", EXIF, "Subject(Area|Location)"),
    _Dropped("face regions", _MWG, turned=True),
    _Dropped("face regions", "http://ns.microsoft.com/photo/1.2/", turned=True),
    _Dropped("image regions", _IPTC, "ImageRegion", turned=True),
    _Dropped("face regions", "http://ns.acdsee.com/regions/", turned=True),
    _Dropped("position in a panorama", f"{_GOOGLE}panorama/", turned=True),
    _Dropped("focal plane resolution", EXIF, "FocalPlane[XY]Resolution", turned=True),
    _Dropped(
        "raw converter crop",
        _RAW,
        "Crop.*|HasCrop|.*BasedCorrections|Retouch.*|RedEye.*|Perspective.*|Upright.*",
        turned=True,
    ),
)
_OF_SIZE = "size, resolution and orientation in XMP"
_OF_PIXELS = "pixel positions in XMP"


def corrected_packet(
    packet: bytes, change: Change, oriented: bool = True
) -> tuple[bytes | None, list[str], list[str]]:
    """Correct a packet for the result.

    Args:
        packet: The packet of the source.
        change: How the result relates to the source.
        oriented: Whether the file states its orientation elsewhere, so that it was applied. If not,
            the pixels and the packet's orientation stay as they are.

    Returns:
        The packet for the result (``None`` if the source's cannot be read), descriptions of what
        was dropped, and descriptions of what was corrected.
    """
    packet = packet.rstrip(b"\0")
    try:
        root = parse(packet)
    except BrokenXmp:
        return None, ["unreadable XMP"], []
    edits = Edits(packet)
    dropped: list[str] = []
    corrected: list[str] = []
    for node in _nodes(root):
        dropped += _drop(edits, node, change)
        corrected += _correct(edits, node, change, oriented)
    return edits.result(), dropped, corrected


def has_rating(packet: bytes) -> bool:
    """Return whether a packet contains a rating."""
    try:
        root = parse(packet.rstrip(b"\0"))
    except BrokenXmp:
        return False
    return any(part.name == (_XMP, "Rating") for node in _nodes(root) for part in _parts(node))


def _nodes(root: Element) -> Iterator[Element]:
    """Yield the nodes whose properties describe the image itself."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.name == (RDF, "RDF"):
            yield from element.children
        else:
            waiting += element.children


def _parts(element: Element) -> list[Attribute | Element]:
    """Return the properties of a node, both attributes and elements."""
    return [*element.attributes, *element.children]


def _drop(edits: Edits, node: Element, change: Change) -> Iterator[str]:
    for row in _DROPPED:
        if row.turned and not change.turned:
            continue
        for part in _parts(node):
            namespace, name = part.name
            if namespace == row.namespace and re.fullmatch(row.names, name):
                edits.remove(part)
                yield row.what


def _correct(edits: Edits, node: Element, change: Change, oriented: bool) -> Iterator[str]:
    for part in _parts(node):
        if part.name in _ORIENTATIONS and not oriented:
            continue
        if (value := SIZES.get(part.name)) is not None and _put(edits, part, value(change)):
            yield _OF_SIZE
    for element in node.below(edits.removed):
        parts = _parts(element)
        units = {part.name: _value(part).lower() for part in parts if part.name in _UNIT_NAMES}
        for part in parts:
            across = SCALED.get(part.name)
            if across is None and (across := _IN_PIXELS.get(part.name)) is not None:
                name, pixels, default = _UNITS[part.name[0]]
                across = across if units.get((part.name[0], name), default) == pixels else None
            number = _number(_value(part))
            if across is not None and number is not None:
                factor = change.across if across else change.down
                if _put(edits, part, number * factor):
                    yield _OF_SIZE if part.name[0] == TIFF else _OF_PIXELS


def _value(part: Attribute | Element) -> str:
    return part.value if isinstance(part, Attribute) else "".join(part.text).strip()


def _number(text: str) -> float | None:
    """Return the value of a whole number, decimal or fraction, or ``None`` for anything else."""
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,12})?(/\d{1,12})?", text):
        return None
    above, _, below = text.partition("/")
    return float(above) / float(below) if below and float(below) else float(above)


def _put(edits: Edits, part: Attribute | Element, value: float) -> bool:
    """Give a property another value; return whether the value changed."""
    if part.start in edits.removed:
        return False
    old = _value(part)
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    if "/" in old:
        text = f"{round(value * 1000)}/1000"
    elif "." not in old:
        text = str(round(value))
    if isinstance(part, Attribute):
        edits.put(part.value_start, part.end - 1, text.encode())
    elif part.closed or part.children:
        edits.put(part.start, part.end)
    else:
        edits.put(part.inner, part.inner_end, text.encode())
    return text != old
