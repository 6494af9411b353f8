"""Import of int8 QDQ ONNX models, as onnxruntime's static quantizer writes them."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import ModelError
from hwgen.network.graph import Layer, Network, Quantization
from hwgen.network.onnx import layers
from hwgen.network.onnx.file import Node, OnnxGraph
from hwgen.network.onnx.values import (
    Activation,
    Output,
    Pending,
    Value,
    constant,
    quantization,
)

__all__ = ["walk"]


def walk(graph: OnnxGraph) -> Network:
    """The integer network of a QDQ ``graph``."""
    return _Import(graph).network()


class _Import:
    """Walks the graph once, folding quantization into the layers it finds."""

    def __init__(self, graph: OnnxGraph) -> None:
        self.graph = graph
        self.values: dict[str, Value] = {}
        self.layers: list[Layer] = []
        self.input: Quantization | None = None
        self.operators: dict[str, Callable[[Node], Value]] = {
            "QuantizeLinear": self._quantize,
            "DequantizeLinear": self._dequantize,
            "Relu": self._relu,
            "Clip": self._clip,
            "Flatten": self._flatten,
            "Reshape": self._reshape,
            "Conv": lambda node: layers.convolution(node, *self._operands(node)),
            "Gemm": lambda node: layers.gemm(node, *self._operands(node)),
            "MatMul": lambda node: layers.matmul(node, *self._operands(node)),
            "Add": lambda node: layers.add(node, *self._operands(node)),
            "MaxPool": lambda node: layers.max_pool(node, *self._operands(node)),
            "AveragePool": lambda node: layers.average_pool(node, *self._operands(node)),
            "GlobalAveragePool": lambda node: layers.global_average_pool(
                node, *self._operands(node)
            ),
        }

    def network(self) -> Network:
        for node in self.graph.nodes:
            if node.operator not in self.operators:
                known = ", ".join(sorted(self.operators))
                raise node.refusal(f"operator {node.operator} is not supported; known: {known}")
            self.values[node.outputs[0]] = self.operators[node.operator](node)
        result = self.values.get(self.graph.output_name)
        last = self.layers[-1].name if self.layers else None
        if self.input is None or not isinstance(result, Activation) or result.name != last:
            raise ModelError(
                f"model {self.graph.path} output {self.graph.output_name} must be the quantized "
                f"result of its last layer"
            )
        channels, height, width = self.graph.input_shape
        return Network(
            input_name=self.graph.input_name,
            input_shape=(height, width, channels),
            input_quantization=self.input,
            layers=tuple(self.layers),
        )

    def _operands(self, node: Node) -> list[Value | NDArray[Any] | None]:
        """Values of a layer's inputs; None for omitted ones, arrays for float constants."""
        return [self._operand(node, name) for name in node.inputs]

    def _operand(self, node: Node, name: str) -> Value | NDArray[Any] | None:
        if not name:
            return None
        if name in self.values:
            return self.values[name]
        if name in self.graph.constants:
            return self.graph.constants[name]
        raise node.refusal(f"input {name} must be quantized, or a constant")

    def _activation(self, node: Node) -> Activation | Pending:
        value = self._operand(node, node.input(0))
        if not isinstance(value, Activation | Pending):
            raise node.refusal(f"input {node.input(0)} must not be a constant")
        return value

    def _scales(self, node: Node) -> tuple[NDArray[Any], NDArray[Any] | None]:
        scale = self.graph.constants.get(node.input(1))
        zero_point = self.graph.constants.get(node.input(2))
        if scale is None or (zero_point is None and node.input(2)):
            raise node.refusal("scale and zero point must be constants")
        return scale, zero_point

    def _quantize(self, node: Node) -> Value:
        if not node.input(2) and node.attributes.get("output_dtype"):
            raise node.refusal("there must be a zero point, not an output_dtype")
        target = quantization(node, *self._scales(node))
        if node.input(0) == self.graph.input_name:
            if self.input not in (None, target):
                raise node.refusal("the network's input must be quantized in one way only")
            self.input = target
            channels, height, width = self.graph.input_shape
            return Activation(self.graph.input_name, (height, width, channels), target)
        value = self._activation(node)
        if isinstance(value, Activation):
            if value.quantization == target:  # as around a Flatten: the codes stay
                return value
            value = layers.requantization(node, value)
        return self._finish(value, target)

    def _finish(self, value: Pending, target: Quantization) -> Activation:
        """Append the layer of ``value``, now that its output codes are known."""

        def code(limit: float, default: int) -> int:
            if not np.isfinite(limit):
                return default
            return int(np.clip(np.rint(limit / target.scale) + target.zero_point, 0, 255))

        output = Output(target, code(value.minimum, 0), code(value.maximum, 255))
        layer = value.build(output)
        taken = {self.graph.input_name} | {x.name for x in self.layers}
        if layer.name in taken:
            raise value.node.refusal("node names must differ from each other and from the input's")
        self.layers.append(layer)
        return Activation(layer.name, layer.shape, target, value.flat)

    def _dequantize(self, node: Node) -> Value:
        codes = self.graph.constants.get(node.input(0))
        if codes is not None:
            return constant(node, codes, *self._scales(node))
        value = self._operand(node, node.input(0))
        if not isinstance(value, Activation):
            raise node.refusal(f"input {node.input(0)} must be quantized")
        if quantization(node, *self._scales(node)) != value.quantization:
            raise node.refusal("scale and zero point must be those of its QuantizeLinear")
        return value

    def _relu(self, node: Node) -> Value:
        return self._limit(node, 0.0, np.inf)

    def _clip(self, node: Node) -> Value:
        limits = []
        for index, name, default in ((1, "min", -np.inf), (2, "max", np.inf)):
            source = node.input(index)
            bound = self.graph.constants.get(source)
            if source and (bound is None or bound.size != 1):
                raise node.refusal("limits must be constants")
            if bound is None:  # an attribute before opset 11
                limits.append(float(node.attributes.get(name, default)))
            else:
                limits.append(float(bound.reshape(-1)[0]))
        return self._limit(node, *limits)

    def _limit(self, node: Node, minimum: float, maximum: float) -> Pending:
        value = self._activation(node)
        if isinstance(value, Activation):
            value = layers.requantization(node, value)
        return dataclasses.replace(
            value, minimum=max(value.minimum, minimum), maximum=min(value.maximum, maximum)
        )

    def _flatten(self, node: Node) -> Value:
        if node.attributes.get("axis", 1) != 1:
            raise node.refusal(f"axis must be 1, not {node.attributes['axis']}")
        return dataclasses.replace(self._activation(node), flat=True)

    def _reshape(self, node: Node) -> Value:
        value = self._activation(node)
        target = self.graph.constants.get(node.input(1))
        if target is None:
            raise node.refusal("shape must be a constant")
        sizes = [int(x) for x in target.reshape(-1)]
        if len(sizes) != 2 or sizes[1] not in (-1, int(np.prod(value.shape))):
            raise node.refusal(f"shape must be [batch, all the rest], not {sizes}")
        return dataclasses.replace(value, flat=True)
