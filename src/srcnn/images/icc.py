"""Build simple ICC profiles from primaries, white point and a curve (ICC.1:2022, 8.3 and 8.4)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Chromaticity = tuple[float, float]
"""x and y of CIE 1931."""
_D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
"""Cone responses of the linear Bradford transform (ICC.1:2022, annex E)."""
_HEADER = 128


@dataclass(frozen=True)
class Curve:
    """A transfer curve from samples to light, both in [0, 1].

    It is (a * v + b) ** gamma for v >= d, and c * v below d.
    """

    gamma: float
    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0


def matrix_profile(
    name: str, white: Chromaticity, primaries: tuple[Chromaticity, ...], curve: Curve
) -> bytes | None:
    """Return the profile of an RGB space, or ``None`` if the primaries do not span one."""
    try:
        columns = np.array([_xyz(primary) for primary in primaries]).T
        matrix = columns * np.linalg.solve(columns, _xyz(white))
        adapted = _adaptation(white)
    except np.linalg.LinAlgError:
        return None
    if not np.isfinite(matrix).all() or np.abs(matrix).max() > 100:
        return None
    colorants = (adapted @ matrix).T
    tags = {
        b"%bXYZ" % key: _xyz_tag(xyz)
        for key, xyz in zip((b"r", b"g", b"b"), colorants, strict=True)
    }
    tags |= {b"%bTRC" % key: _curve_tag(curve) for key in (b"r", b"g", b"b")}
    return _profile(b"RGB ", name, tags, adapted)


def gray_profile(name: str, white: Chromaticity, curve: Curve) -> bytes | None:
    """Return the profile of a gray space, or ``None`` if the white point is invalid."""
    try:
        adapted = _adaptation(white)
    except np.linalg.LinAlgError:
        return None
    return _profile(b"GRAY", name, {b"kTRC": _curve_tag(curve)}, adapted)


def _xyz(color: Chromaticity) -> NDArray[np.float64]:
    """Return the XYZ of a chromaticity at Y = 1."""
    x, y = color
    if y <= 0:
        raise np.linalg.LinAlgError
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _adaptation(white: Chromaticity) -> NDArray[np.float64]:
    """Return the matrix from XYZ under ``white`` to XYZ under D50."""
    cones = (_BRADFORD @ _D50) / (_BRADFORD @ _xyz(white))
    matrix: NDArray[np.float64] = np.linalg.inv(_BRADFORD) @ np.diag(cones) @ _BRADFORD
    if not np.isfinite(matrix).all() or np.abs(matrix).max() > 100:
        raise np.linalg.LinAlgError
    return matrix


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _xyz_tag(xyz: NDArray[np.float64]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*xyz)


def _curve_tag(curve: Curve) -> bytes:
    if curve == Curve(curve.gamma):
        return b"para\0\0\0\0" + struct.pack(">HH", 0, 0) + _fixed(curve.gamma)
    values = (curve.gamma, curve.a, curve.b, curve.c, curve.d)
    return b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + _fixed(*values)


def _text_tag(text: str) -> bytes:
    data = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", len(data), 28) + data


def _profile(
    space: bytes, name: str, tags: dict[bytes, bytes], adapted: NDArray[np.float64]
) -> bytes:
    """Assemble a profile of version 4 for displays."""
    tags = {
        b"desc": _text_tag(name),
        b"cprt": _text_tag("CC0"),
        b"wtpt": _xyz_tag(_D50),
        b"chad": b"sf32\0\0\0\0" + _fixed(*adapted.ravel()),
        **tags,
    }
    at = _HEADER + 4 + 12 * len(tags)
    table, bodies = [struct.pack(">I", len(tags))], []
    for key, data in tags.items():
        table.append(struct.pack(">4sII", key, at, len(data)))
        bodies.append(data + bytes(-len(data) % 4))
        at += len(bodies[-1])
    head = struct.pack(">I4sI4s4s4s", at, bytes(4), 0x04300000, b"mntr", space, b"XYZ ")
    # The format requires a date; it is fixed so that equal images give equal files.
    head += struct.pack(">6H4s", 2000, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    head += _fixed(*_D50)
    return head.ljust(_HEADER, b"\0") + b"".join(table + bodies)
