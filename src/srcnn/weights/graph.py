"""Named tensors to one ONNX graph with its card. Needs the extra ``train``.

Initialisers carry the state dict's names (``conv1.weight``, ...), so the same file serves every engine
and torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from srcnn.weights.architectures.architecture import Node
from srcnn.weights.architectures.table import check_fit, grid_of, nodes_of
from srcnn.weights.binary import Tensors, dtype_of
from srcnn.weights.card import METADATA_KEY, Card

Shape = Sequence[str | int]


def to_onnx(tensors: Tensors, card: Card, key: str = METADATA_KEY) -> bytes:
    """Return the bytes of a weights file.

    Args:
        tensors: The network's weights by name.
        card: What they are.
        key: Where the file keeps its card. Under another key than the default it is no weights
            file, and not opened as one.

    Raises:
        ModelError: The card is another network's.
    """
    check_fit(tensors, card, card.name)
    factor = grid_of(card).factor
    grid = "" if factor == 1 else factor
    return graph_file(
        card.name,
        protos(nodes_of(card, tensors, "input", "output")),
        {name: np.asarray(tensor, dtype_of(name)) for name, tensor in tensors.items()},
        ("N", card.channels, "H+2r", "W+2r"),
        ("N", card.channels, f"{grid}H", f"{grid}W"),
        {key: card.to_json()},
        # A binary network's weights file is to be small: names would be a tenth of it.
        named=card.weights != "binary" or key != METADATA_KEY,
    )


def protos(nodes: Iterable[Node]) -> list[onnx.NodeProto]:
    """The nodes as the onnx package has them."""
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
    """The bytes of an ONNX file whose nodes lead from the value ``input`` to ``output``, both float32.

    Each node is named after its first output, because converters and quantizers refer to nodes by
    name; unless ``named`` is False.
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
    # The oldest file version that has opset 17, so that older runtimes open it too.
    model.ir_version = 8
    helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString(deterministic=True)
    return data
