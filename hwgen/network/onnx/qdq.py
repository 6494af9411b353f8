"""From a QDQ graph, where real numbers run between quantizers, to the integer network."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import ModelError
from hwgen.network.graph import Layer, Network
from hwgen.network.onnx import lengths
from hwgen.network.onnx.file import Node, OnnxGraph
from hwgen.network.onnx.operators import OPERATORS
from hwgen.network.onnx.pooling import requantization
from hwgen.network.onnx.quantization import coding, constant
from hwgen.network.onnx.relabelling import reshape
from hwgen.network.onnx.source import source
from hwgen.network.onnx.values import (
    Activation,
    Coding,
    Operands,
    Output,
    Pending,
    Source,
    Value,
)

__all__ = ["Walk", "walk"]


def walk(graph: OnnxGraph) -> Network:
    """The integer network of a QDQ ``graph``."""
    return Walk(graph).network()


class Walk:
    """Visits every node once, folding quantization into the layers it finds.

    Parameters
    ----------
    graph : OnnxGraph
        In QDQ form.

    Attributes
    ----------
    values : dict of str to Value
        What each tensor of the ONNX graph stands for.
    """

    def __init__(self, graph: OnnxGraph) -> None:
        self._graph = graph
        self._input: Coding | None = None
        self._layers: dict[str, Layer] = {}
        self._finished: dict[tuple[Callable[[Output], tuple[Layer, ...]], Output], str] = {}
        self._operators: dict[str, Callable[[Node, Operands], Value]] = {
            **OPERATORS,
            "QuantizeLinear": self._quantize,
            "DequantizeLinear": self._dequantize,
            "Reshape": partial(reshape, batch=graph.batch),
            "Shape": partial(lengths.shape, batch=graph.batch),
        }
        self._source = source(graph)
        self.values: dict[str, Value] = {graph.input_name: self._source}
        self.values |= {name: np.asarray(x) for name, x in graph.constants.items()}
        for node in graph.nodes:
            self.values[node.outputs[0]] = self._value(node)

    def network(self) -> Network:
        """The layers that the output depends on."""
        result = self._result()
        needed = {result.name}
        for layer in reversed(self._layers.values()):
            if layer.name in needed:
                needed.update(layer.inputs)
        assert self._input is not None  # there is a layer, which starts from it
        return Network(
            input_name=self._graph.input_name,
            input_shape=self._source.shape,
            input_quantization=self._input.quantization,
            layers=tuple(x for x in self._layers.values() if x.name in needed),
        )

    def _result(self) -> Activation:
        output = self._graph.output_name
        value = self.values.get(output)
        subject = f"model {self._graph.path} output {output}"
        if isinstance(value, Pending) and value.ranks is not None:
            value = value.ranks  # a Softmax at the end orders as its input does
        if isinstance(value, Pending):
            node = f"{value.node.name} ({value.node.operator})"
            raise ModelError(f"{subject} must be quantized, not the real result of node {node}")
        if not isinstance(value, Activation) or value.name not in self._layers:
            raise ModelError(f"{subject} must be the quantized result of a layer")
        return value

    def _value(self, node: Node) -> Value:
        operands = [self._operand(node, name) for name in node.inputs]
        if node.operator in lengths.FOLDED and lengths.are_lengths(operands):
            return lengths.compute(node, operands)
        if node.operator not in self._operators:
            known = ", ".join(sorted(self._operators))
            raise node.refusal(f"operator {node.operator} is not supported; known: {known}")
        value = self._operators[node.operator](node, operands)
        if isinstance(value, Pending) and value.coding is not None:  # its codes are known
            return self._finish(value, value.coding)
        return value

    def _operand(self, node: Node, name: str) -> Value | None:
        if name and name not in self.values:
            raise node.refusal(f"input {name} must be the first output of a node")
        return self.values[name] if name else None

    def _quantize(self, node: Node, operands: Operands) -> Value:
        if not node.input(2) and node.attributes.get("output_dtype"):
            raise node.refusal("there must be a zero point, not an output_dtype")
        target = coding(node, *_scales(node, operands))
        value = operands[0]
        if isinstance(value, Source):
            return self._quantized_input(node, value, target)
        if isinstance(value, Activation):
            if value.coding == target:  # as around a Flatten: the codes stay
                return value
            value = requantization(node, value)
        if not isinstance(value, Pending):
            raise node.refusal(f"input {node.input(0)} must not be a constant")
        return self._finish(value, target)

    def _quantized_input(self, node: Node, value: Source, target: Coding) -> Activation:
        if self._input not in (None, target):
            raise node.refusal("the network's input must be quantized in one way only")
        if target.high != 255:
            raise node.refusal("the network's input must have codes of 8 bits")
        self._input = target
        return Activation(self._graph.input_name, value.shape, value.axes, target)

    def _dequantize(self, node: Node, operands: Operands) -> Value:
        value, (scale, zero_point) = operands[0], _scales(node, operands)
        if isinstance(value, np.ndarray):
            return constant(node, value, scale, zero_point)
        if not isinstance(value, Activation):
            raise node.refusal(f"input {node.input(0)} must be quantized")
        if coding(node, scale, zero_point) != value.coding:
            raise node.refusal("scale and zero point must be those of its QuantizeLinear")
        return value

    def _finish(self, value: Pending, target: Coding) -> Activation:
        """Append the layers of ``value``, now that its output codes are known."""
        output = _output(value, target)
        known = self._finished.get((value.build, output))
        if known is not None:  # quantized twice alike, for two readers
            return Activation(known, value.shape, value.axes, target)
        for layer in value.build(output):
            if layer.name in (self._graph.input_name, *self._layers):
                raise value.node.refusal(
                    "node names must differ from each other and from the input's"
                )
            self._layers[layer.name] = layer
            self._finished[value.build, output] = layer.name
        return Activation(layer.name, value.shape, value.axes, target)


def _scales(node: Node, operands: Operands) -> tuple[NDArray[Any], NDArray[Any] | None]:
    scale, zero_point = [*operands[1:], None][:2]
    if not isinstance(scale, np.ndarray) or not isinstance(zero_point, np.ndarray | None):
        raise node.refusal("scale and zero point must be constants")
    return scale, zero_point


def _output(value: Pending, target: Coding) -> Output:
    """Codes of the limits, rounded in float32 and saturated as the values themselves are."""
    scale, zero = np.float32(target.quantization.scale), target.quantization.zero_point

    def code(limit: float) -> int:
        with np.errstate(over="ignore"):
            ratio = np.rint(np.float32(limit) / scale)
        return int(np.clip(float(ratio) + zero, target.low, target.high))

    return Output(target.quantization, code(value.minimum), code(value.maximum))
