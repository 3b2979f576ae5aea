"""Fold constants: compute what does not depend on the image in advance, and store it.

Needs the extra ``train``. Runtimes for phones and browsers, converters and quantizers look for
weights among a graph's initializers, and not all of them fold by themselves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

Shape = tuple[int, ...]


def fold(data: bytes, size: tuple[int, int] | None = None) -> bytes:
    """Return a graph without the nodes whose value is the same for every image.

    Args:
        data: An ONNX graph with one input ``input`` and one output ``output``.
        size: (height, width) to fix the input to, with a batch size of 1. ``None`` leaves all three
            dynamic. With it, values that depend on the shape of the image are folded as well.

    Returns:
        The folded ONNX graph.
    """
    model = onnx.load_from_string(data)
    given, made = (
        value.type.tensor_type for value in (model.graph.input[0], model.graph.output[0])
    )
    if size is not None:
        _fix(given, (1, given.shape.dim[1].dim_value, *size))
        made.ClearField("shape")
    before = None
    while before != len(model.graph.node):  # folding makes the shapes of more values static
        before = len(model.graph.node)
        _fold_once(model)
    if size is not None:
        _fix(made, _static_shapes(model)["output"])
    onnx.checker.check_model(model)
    folded: bytes = model.SerializeToString(deterministic=True)
    return folded


def _fold_once(model: onnx.ModelProto) -> None:
    graph, shapes = model.graph, _static_shapes(model)
    known = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    left = []
    for node in graph.node:
        if node.op_type == "Shape" and node.input[0] in shapes:
            known[node.output[0]] = _shape_of(node, shapes[node.input[0]])
        elif all(name in known for name in node.input if name):
            known |= _values_of(node, known, model)
        else:
            left.append(node)
    used = {name for node in left for name in node.input}
    del graph.node[:]
    graph.node.extend(left)
    del graph.initializer[:]
    graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value, order="C"), name)
        for name, value in known.items()
        if name in used
    )


def _fix(kind: Any, shape: Shape) -> None:
    """Replace the dimensions of a value's type ``kind``, which may be dynamic, with numbers."""
    kind.ClearField("shape")
    for side in shape:
        kind.shape.dim.add().dim_value = side


def _static_shapes(model: onnx.ModelProto) -> dict[str, Shape]:
    """Return the shapes that are the same for every image, by the name of the value."""
    inferred = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
    shapes = {}
    for value in (*inferred.input, *inferred.value_info, *inferred.output):
        dimensions = value.type.tensor_type.shape.dim
        if dimensions and all(dimension.HasField("dim_value") for dimension in dimensions):
            shapes[value.name] = tuple(dimension.dim_value for dimension in dimensions)
    return shapes


def _shape_of(node: onnx.NodeProto, shape: Shape) -> NDArray[np.int64]:
    ends = {attribute.name: attribute.i for attribute in node.attribute}
    return np.array(shape[ends.get("start", 0) : ends.get("end", len(shape))], np.int64)


def _values_of(
    node: onnx.NodeProto, known: dict[str, NDArray[np.number]], model: onnx.ModelProto
) -> dict[str, NDArray[np.number]]:
    """Return the outputs of a node whose inputs are known, by name."""
    names = [name for name in node.input if name]
    alone = helper.make_graph(
        [node],
        "node",
        [],
        [helper.make_empty_tensor_value_info(name) for name in node.output],
        [numpy_helper.from_array(known[name], name) for name in names],
    )
    whole = helper.make_model(alone, opset_imports=model.opset_import)
    values = ReferenceEvaluator(whole).run(None, {})
    return {name: np.asarray(value) for name, value in zip(node.output, values, strict=True)}
