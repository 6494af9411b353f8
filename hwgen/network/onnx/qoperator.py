"""Operators on codes, as onnxruntime's quantizer writes them, in QDQ form.

``QLinearConv`` and its like hold the quantization of operands and result; each becomes its
operator on real numbers between DequantizeLinear and QuantizeLinear, which says the same: the
product of scales is applied once and rounded once.
Plain operators that only move codes take the quantization of what they read.

Definitions: ONNX operator schemas, and onnxruntime's ``ContribOperators.md`` for the domain
``com.microsoft``.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from hwgen.network.onnx.file import Node, OnnxGraph
from hwgen.network.onnx.operators import OPERATORS
from hwgen.network.onnx.rewriting import Rewriting

__all__ = ["rewrite"]

_MICROSOFT = "com.microsoft."
_MOVES = frozenset(
    {"Flatten", "Identity", "MaxPool", "Pad", "Reshape", "Slice", "Squeeze", "Transpose"}
    | {"Unsqueeze"}
)
_ONE_OPERAND = {
    f"{_MICROSOFT}QLinearAveragePool": "AveragePool",
    f"{_MICROSOFT}QLinearGlobalAveragePool": "GlobalAveragePool",
    f"{_MICROSOFT}QLinearReduceMean": "ReduceMean",
    f"{_MICROSOFT}QLinearSoftmax": "Softmax",
}


def rewrite(graph: OnnxGraph) -> OnnxGraph:
    """The same ``graph`` with all arithmetic on real numbers.

    Raises :exc:`ModelError` when an operator reads codes that it has no quantization for.
    """
    return _Pass(graph).run()


class _Pass:
    def __init__(self, graph: OnnxGraph) -> None:
        self.new = Rewriting(graph)
        self.parameters: dict[str, tuple[str, ...]] = {}  # of activations that are codes
        self.operators: dict[str, Callable[[Node], None]] = {
            "QuantizeLinear": self._quantize_linear,
            "DequantizeLinear": self._dequantize_linear,
            f"{_MICROSOFT}QuantizeLinear": self._quantize_linear,
            f"{_MICROSOFT}DequantizeLinear": self._dequantize_linear,
            "QLinearConv": self._convolution,
            "QLinearMatMul": self._matmul,
            f"{_MICROSOFT}QGemm": self._gemm,
            f"{_MICROSOFT}QLinearAdd": self._add,
            f"{_MICROSOFT}QLinearConcat": self._concat,
        }

    def run(self) -> OnnxGraph:
        for node in self.new.graph.nodes:
            if node.operator in self.operators:
                self.operators[node.operator](node)
            elif node.operator in _ONE_OPERAND:
                self._one_operand(node)
            elif any(name in self.parameters for name in node.inputs) or _makes_codes(node):
                self._plain(node)
            else:
                self.new.nodes.append(node)
        return self.new.result

    def _quantize_linear(self, node: Node) -> None:
        if node.input(0) in self.parameters:
            raise node.refusal(f"input {node.input(0)} must be real numbers, not codes")
        self.parameters[node.outputs[0]] = _without_omitted(node, node.inputs[1:])
        self._standard(node)

    def _dequantize_linear(self, node: Node) -> None:
        self._check_codes(node, node.input(0))
        self._standard(node)

    def _standard(self, node: Node) -> None:
        """Keep the node; one of another domain means the same."""
        operator = node.operator.removeprefix(_MICROSOFT)
        self.new.nodes.append(dataclasses.replace(node, operator=operator))

    def _convolution(self, node: Node) -> None:
        real = self._real(node, 0)
        weights = self._real(node, 3, axis=0)
        inputs = (real, weights, *self._bias(node, 8, node.input(1), node.input(4)))
        result = self.new.emit(node, "Conv", inputs, None, node.attributes)
        self._quantize(node, result, node.inputs[6:8])

    def _matmul(self, node: Node) -> None:
        inputs = (self._real(node, 0), self._real(node, 3, axis=1))
        self._quantize(node, self.new.emit(node, "MatMul", inputs), node.inputs[6:8])

    def _gemm(self, node: Node) -> None:
        weights = self._real(node, 3, axis=0 if node.attributes.get("transB", 0) else 1)
        inputs = (
            self._real(node, 0),
            weights,
            *self._bias(node, 6, node.input(1), node.input(4)),
        )
        if node.input(7):
            result = self.new.emit(node, "Gemm", inputs, None, node.attributes)
            self._quantize(node, result, node.inputs[7:9])
        else:
            self.new.emit(node, "Gemm", inputs, node.outputs[0], node.attributes)

    def _add(self, node: Node) -> None:
        inputs = (self._real(node, 0), self._real(node, 3))
        self._quantize(node, self.new.emit(node, "Add", inputs), node.inputs[6:8])

    def _concat(self, node: Node) -> None:
        if not isinstance(node.attributes.get("axis"), int):
            raise node.refusal("axis must be given, as an integer")
        inputs = tuple(self._real(node, index) for index in range(2, len(node.inputs), 3))
        result = self.new.emit(node, "Concat", inputs, None, node.attributes)
        self._quantize(node, result, node.inputs[:2])

    def _one_operand(self, node: Node) -> None:
        attributes = dict(node.attributes)
        if attributes.pop("channels_last", 0):
            raise node.refusal("channels_last must be 0")
        attributes.pop("opset", None)  # of the Softmax; its axis is stated in any case
        result = self.new.emit(
            node, _ONE_OPERAND[node.operator], (self._real(node, 0),), None, attributes
        )
        self._quantize(node, result, node.inputs[3:5])

    def _plain(self, node: Node) -> None:
        """A standard operator whose input is codes: only some do to codes what is meant."""
        if node.operator == "Concat":
            parameters = [self._codes(node, name) for name in node.inputs]
            if len({self._values(node, x) for x in parameters}) > 1:
                raise node.refusal("codes of different quantizations must not be joined")
        elif node.operator not in {*OPERATORS, "Reshape"}:
            known = ", ".join(sorted({*self.operators, *_ONE_OPERAND, *_MOVES, "Concat"}))
            raise node.refusal(
                f"operator {node.operator} is not supported; on codes are known: {known}"
            )
        elif node.operator not in _MOVES or any(x in self.parameters for x in node.inputs[1:]):
            known = ", ".join(sorted(_MOVES | {"Concat"}))
            raise node.refusal(
                f"inputs must be real numbers, not codes; on codes are known: {known}"
            )
        target = self.parameters[node.input(0)]
        inputs = tuple(
            self.new.dequantize(node, name, self.parameters[name])
            if name in self.parameters
            else name
            for name in node.inputs
        )
        if node.operator == "Pad":
            inputs = self._margin(node, inputs, target)
        result = self.new.emit(node, node.operator, inputs, None, node.attributes)
        self._quantize(node, result, target)

    def _margin(
        self, node: Node, inputs: tuple[str, ...], parameters: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Inputs of a Pad of real numbers: the value of the margin is a code, 0 unless given."""
        if len(inputs) < 2:
            raise node.refusal("the widths of the margin must be an input")
        code = np.zeros((), np.int64)
        if node.input(2):
            code = self.new.numbers(node, node.input(2), "the value of the margin")
        if code.size != 1:
            raise node.refusal(f"the value of the margin must be one code, not {code.size}")
        scale, zero = self._values(node, parameters)
        value = np.float32((np.float64(code.reshape(-1)[0]) - zero) * scale)
        margin = self.new.constant(f"{node.outputs[0]}/margin", np.asarray(value))
        return (inputs[0], inputs[1], margin, *inputs[3:])

    def _real(self, node: Node, index: int, axis: int | None = None) -> str:
        """The operand at ``index``, followed by its scale and zero point, as real numbers."""
        self._check_codes(node, node.input(index))
        parameters = _without_omitted(node, node.inputs[index + 1 : index + 3])
        return self.new.dequantize(node, node.input(index), parameters, axis)

    def _bias(self, node: Node, index: int, *scales: str) -> tuple[str, ...]:
        if not node.input(index):
            return ()
        if self.new.numbers(node, node.input(index), "the bias").dtype != np.int32:
            raise node.refusal("the bias must be int32 codes")
        first, second = (self.new.numbers(node, name, "a scale") for name in scales)
        if first.size != 1:
            raise node.refusal("an activation must have one scale and one zero point")
        scale = self.new.constant(
            f"{node.input(index)}/scale", np.asarray(first.reshape(()) * second)
        )
        return (self.new.dequantize(node, node.input(index), (scale,), 0),)

    def _quantize(self, node: Node, real: str, parameters: tuple[str, ...]) -> None:
        parameters = _without_omitted(node, parameters)
        self.parameters[self.new.quantize(node, real, parameters, node.outputs[0])] = parameters

    def _check_codes(self, node: Node, name: str) -> None:
        if name not in self.new.constants:
            self._codes(node, name)

    def _codes(self, node: Node, name: str) -> tuple[str, ...]:
        if name not in self.parameters:
            raise node.refusal(f"input {name} must be quantized")
        return self.parameters[name]

    def _values(self, node: Node, parameters: tuple[str, ...]) -> tuple[float, int]:
        """Scale and zero point of an activation."""
        values = [self.new.numbers(node, name, "scale and zero point") for name in parameters]
        if not values or any(x.size != 1 for x in values):
            raise node.refusal("an activation must have one scale and one zero point")
        return float(values[0].reshape(())), int(values[1].reshape(())) if values[1:] else 0


def _makes_codes(node: Node) -> bool:
    return any(part in node.operator for part in ("Quantize", "QLinear", "Integer"))


def _without_omitted(node: Node, parameters: tuple[str, ...]) -> tuple[str, ...]:
    """Scale and zero point; the latter may be omitted by an empty name."""
    if parameters[:1] in ((), ("",)):
        raise node.refusal("there must be a scale")
    return parameters[:1] if parameters[1:2] == ("",) else parameters
