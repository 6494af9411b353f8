"""The operator Quant of QONNX by its definition, in standard operators.

Divide, add, clip, round (half to even), subtract, multiply, in float32: Pappalardo et al., "QONNX:
Representing Arbitrary-Precision Quantized Neural Networks" (AccML 2022).
"""

import itertools

import numpy as np
from onnx import helper, numpy_helper

__all__ = ["without_quant"]


def without_quant(model):
    """Replace the Quant nodes of a model, in place."""
    graph = model.graph
    nodes = [_defined(graph, x) if x.op_type in ("Quant", "IntQuant") else [x] for x in graph.node]
    nodes = list(itertools.chain(*nodes))
    del graph.node[:]
    graph.node.extend(nodes)


def _defined(graph, node):
    attributes = {"rounding_mode": b"ROUND", "signed": 1, "narrow": 0} | {
        x.name: helper.get_attribute_value(x) for x in node.attribute
    }
    if attributes["rounding_mode"] != b"ROUND":
        raise ValueError("other roundings are not defined here")
    values = {x.name: numpy_helper.to_array(x) for x in graph.initializer}
    width = 2.0 ** (float(values[node.input[3]].reshape(())) - bool(attributes["signed"]))
    narrow = bool(attributes["narrow"])
    limits = (narrow - width, width - 1) if attributes["signed"] else (0, width - 1 - narrow)
    x, scale, zero, _ = node.input
    steps = [f"{node.output[0]}/{index}" for index in range(5)]
    names = [f"{node.output[0]}/{name}" for name in ("low", "high")]
    for name, value in zip(names, limits, strict=True):
        graph.initializer.append(numpy_helper.from_array(np.float32(value), name))
    return [
        helper.make_node("Div", [x, scale], [steps[0]]),
        helper.make_node("Add", [steps[0], zero], [steps[1]]),
        helper.make_node("Clip", [steps[1], *names], [steps[2]]),
        helper.make_node("Round", [steps[2]], [steps[3]]),
        helper.make_node("Sub", [steps[3], zero], [steps[4]]),
        helper.make_node("Mul", [steps[4], scale], [node.output[0]], node.name),
    ]
