"""Read tensors and card from a weights file (ONNX) with numpy alone.

An untrusted graph can loop forever, request terabytes or read other files. Therefore only
srcnn's own graphs are accepted: every part of the file is compared with what the card's
architecture prescribes, and anything else is rejected. Format: onnx.proto3 and the Protocol
Buffers encoding.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import ModelError
from srcnn.weights.architectures.architecture import Attribute, Node
from srcnn.weights.architectures.table import check_fit, nodes_of, plain_nodes_of
from srcnn.weights.binary import dtype_of
from srcnn.weights.card import Card, card_in

_OPSET = 17
_INT64 = 7
_KINDS = {np.float32: 1, np.uint8: 2}
"""ONNX's codes of the data types in a weights file."""
_Fields = dict[int, list[Any]]


def from_onnx(data: bytes, source: str) -> tuple[dict[str, NDArray[Any]], Card]:
    """Return the tensors by name and the card of a weights file.

    Args:
        data: Contents of the file.
        source: Name of the file, for error messages.

    Raises:
        ModelError: The file is not an srcnn weights file, or its parts do not fit together.
    """
    try:
        if not data:
            raise ValueError("it is empty")
        model = _fields(data)
        pairs = [_fields(entry) for entry in model.pop(14, [])]
        card = card_in({_text(pair, 1): _text(pair, 2) for pair in pairs}, source)
        [graph_data], [opset] = model.pop(7, []), [_fields(entry) for entry in model.pop(8, [])]
        if model.keys() - {1, 2, 3, 5, 6} or (_text(opset, 1), opset.get(2)) != ("", [_OPSET]):
            raise ValueError("unexpected header")
        graph = _fields(graph_data)
        nodes = [_node(entry) for entry in graph.pop(1, [])]
        tensors = dict(_tensor(entry) for entry in graph.get(5, []))
        names = [_text(_fields(entry), 1) for key in (11, 12) for entry in graph.get(key, [])]
        if graph.keys() - {2, 5, 11, 12} or names != ["input", "output"]:
            raise ValueError("unexpected graph")
    except (
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        struct.error,
    ) as error:  # for example a number where bytes are expected
        raise ModelError(source, f"is not an srcnn weights file ({error})") from None
    if len(tensors) != len(graph.get(5, [])):
        raise ModelError(source, "contains two tensors of one name")
    check_fit(tensors, card, source)
    known = (way(card, tensors, "input", "output") for way in (nodes_of, plain_nodes_of))
    if nodes not in known:
        raise ModelError(source, "has a graph that does not match its card")
    return tensors, card


def read_card(data: bytes, source: str) -> Card:
    """Return only the card of a file that `from_onnx` reads.

    Raises:
        ModelError: See `from_onnx`.
    """
    return from_onnx(data, source)[1]


def _fields(data: bytes) -> _Fields:
    """Return the values of a message by field number: integers, floats or bytes."""
    found: _Fields = {}
    for number, value in _encoded(data):
        found.setdefault(number, []).append(value)
    return found


def _encoded(data: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
        elif key & 7 == 2:
            length, at = _varint(data, at)
            if at + length > len(data):
                raise ValueError("it is truncated")
            yield key >> 3, data[at : at + length]
            at += length
        elif key & 7 == 5:
            yield key >> 3, struct.unpack("<f", data[at : at + 4])[0]
            at += 4
        else:  # 64-bit numbers, which srcnn never writes
            raise ValueError(f"unexpected field type {key & 7}")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the integer that starts at ``at``, and where it ends.

    Negative integers are in two's complement.
    """
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value - 2**64 if value >= 2**63 else value, at
    raise ValueError("an integer is too long")


def _integers(values: list[Any]) -> list[int]:
    """Return a repeated field of integers, packed or not."""
    out: list[int] = []
    for value in values:
        if isinstance(value, int):
            out.append(value)
            continue
        at = 0
        while at < len(value):
            number, at = _varint(value, at)
            out.append(number)
    return out


def _text(fields: _Fields, number: int) -> str:
    values = fields.get(number, [b""])
    if len(values) != 1 or not isinstance(values[0], bytes):
        raise ValueError(f"unexpected field {number}")
    return values[0].decode()


def _node(data: bytes) -> Node:
    fields = _fields(data)
    # Files written before version 0.2.0 have no node names.
    if fields.keys() - {1, 2, 3, 4, 5} or fields.get(3, fields[2][:1]) != fields[2][:1]:
        raise ValueError("unexpected node")
    attributes = dict(_attribute(entry) for entry in fields.get(5, []))
    if len(attributes) != len(fields.get(5, [])):
        raise ValueError("two attributes of one name")
    inputs, outputs = ([name.decode() for name in fields.get(key, [])] for key in (1, 2))
    return Node(_text(fields, 4), inputs, outputs, attributes)


def _attribute(data: bytes) -> tuple[str, Attribute]:
    fields = _fields(data)
    name = _text(fields, 1)
    kind = fields.pop(20, [])
    value: Attribute
    if fields.keys() == {1, 2} and kind == [1]:
        [value] = fields[2]
        if not isinstance(value, float):
            raise ValueError(f"unexpected attribute {name}")
    elif fields.keys() == {1, 3} and kind == [2]:
        [value] = _integers(fields[3])
    elif fields.keys() == {1, 4} and kind == [3]:
        value = _text(fields, 4)
    elif fields.keys() == {1, 5} and kind == [4] and len(fields[5]) == 1:
        value = _tensor(fields[5][0], of_node=True)[1].tolist()
    elif fields.keys() == {1, 8} and kind == [7]:
        value = _integers(fields[8])
    else:
        raise ValueError(f"unexpected attribute {name}")
    return name, value


def _tensor(data: bytes, of_node: bool = False) -> tuple[str, NDArray[np.number]]:
    """Return name and array of a tensor, whose numbers must be in this file.

    The dtype is that of a weight with this name, or int64 in a node.
    """
    fields = _fields(data)
    name = _text(fields, 8)
    if 13 in fields or 14 in fields:
        raise ValueError(f"{name} is stored in another file")
    sides = _integers(fields.get(1, []))
    numbers = fields.get(9, [])
    dtype, kind = (np.int64, _INT64) if of_node else (dtype_of(name), _KINDS[dtype_of(name)])
    if fields.keys() - {1, 2, 8, 9} or fields.get(2) != [kind] or len(numbers) != 1:
        raise ValueError(f"{name} has an unexpected type")
    stored = np.dtype(dtype).newbyteorder("<")
    if min(sides, default=0) < 0 or math.prod(sides) * stored.itemsize != len(numbers[0]):
        raise ValueError(f"{name} of {sides} has {len(numbers[0])} bytes")
    return name, np.frombuffer(numbers[0], stored).reshape(sides).copy()
