"""Write named tensors and their card as an ONNX graph; needs the extra ``train``.

Initializers have the state dict's names (``conv1.weight``, ...), so the same file serves every
backend and torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from srcnn.weights.architectures.architecture import Node
from srcnn.weights.architectures.table import check_fit, grid_of, nodes_of, plain_nodes_of
from srcnn.weights.binary import Tensors, dtype_of
from srcnn.weights.card import METADATA_KEY, Card

Shape = Sequence[str | int]


def to_onnx(tensors: Tensors, card: Card, key: str = METADATA_KEY, plain: bool = False) -> bytes:
    """Return the bytes of a weights file.

    Args:
        tensors: The network's weights by name.
        card: Their card.
        key: Metadata key of the card. With another key than the default, the file is not a weights
            file and is not opened as one.
        plain: Whether no node may compute with the shape of the image: any runtime reads that, but
            the last layer of an SRCNN takes longer.

    Raises:
        ModelError: The card describes another network.
    """
    check_fit(tensors, card, card.name)
    factor = grid_of(card).factor
    grid = "" if factor == 1 else factor
    nodes = plain_nodes_of if plain else nodes_of
    return graph_file(
        card.name,
        protos(nodes(card, tensors, "input", "output")),
        {name: np.asarray(tensor, dtype_of(name)) for name, tensor in tensors.items()},
        ("N", card.channels, "H+2r", "W+2r"),
        ("N", card.channels, f"{grid}H", f"{grid}W"),
        {key: card.to_json()},
        # Node names would be a tenth of a binary network's weights file, which should be small.
        named=card.weights != "binary" or key != METADATA_KEY,
    )


def protos(nodes: Iterable[Node]) -> list[onnx.NodeProto]:
    """Convert nodes to those of the onnx package."""
    made = []
    for node in nodes:
        attributes: dict[str, Any] = dict(node.attributes)
        if "value" in attributes:
            value = np.asarray(attributes["value"], np.int64)
            attributes["value"] = numpy_helper.from_array(value, node.outputs[0])
        made.append(helper.make_node(node.operator, node.inputs, node.outputs, **attributes))
    return made


def graph_file(
    name: str,
    nodes: Sequence[onnx.NodeProto],
    constants: Tensors,
    shape_in: Shape,
    shape_out: Shape,
    metadata: dict[str, str],
    named: bool = True,
) -> bytes:
    """Return the bytes of an ONNX file from the value ``input`` to ``output``, both float32.

    Args:
        name: Name of the graph.
        nodes: The nodes, each after those that produce its inputs.
        constants: Initializers by name.
        shape_in: Shape of the input; strings are dynamic dimensions.
        shape_out: Shape of the output.
        metadata: Metadata of the file.
        named: Name each node after its first output, because converters and quantizers refer to
            nodes by name.
    """
    for node in nodes if named else ():
        node.name = node.output[0]
    model = helper.make_model(
        helper.make_graph(
            nodes,
            name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape_in)],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, shape_out)],
            [numpy_helper.from_array(tensor, key) for key, tensor in constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        producer_name="srcnn",
    )
    # The oldest file version that supports opset 17, so that older runtimes can open it.
    model.ir_version = 8
    helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString(deterministic=True)
    return data
