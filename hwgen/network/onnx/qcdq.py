"""QuantizeLinear and Clip of the codes, as Brevitas exports fewer than 8 bits, in QDQ form.

Codes that a QuantizeLinear makes are limited by a Clip before DequantizeLinear takes them back.
Constants that are quantized in the graph become constant codes, and a MaxPool that nothing
quantizes keeps the codes of its input.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.network.onnx import narrow
from hwgen.network.onnx.file import Node, OnnxGraph
from hwgen.network.onnx.narrow import Narrow
from hwgen.network.onnx.rewriting import Rewriting

__all__ = ["rewrite"]


def rewrite(graph: OnnxGraph) -> OnnxGraph:
    """The same ``graph`` without Clip on codes, and without quantization of constants."""
    return _Pass(graph).run()


class _Pass:
    def __init__(self, graph: OnnxGraph) -> None:
        self.new = Rewriting(graph)
        self.readers: dict[str, list[str]] = {graph.output_name: ["output"]}  # operators
        for node in graph.nodes:
            for name in node.inputs:
                self.readers.setdefault(name, []).append(node.operator)
        self.operators: dict[str, Callable[[Node], None]] = {
            "QuantizeLinear": self._quantize,
            "Clip": self._clip,
            "DequantizeLinear": self._dequantize,
            "MaxPool": self._max_pool,
        }
        self.quantized: dict[str, Node] = {}  # codes that only a Clip may read
        self.narrow: dict[str, tuple[Node, tuple[str, str]]] = {}  # codes that were limited
        self.real: dict[str, tuple[str, ...]] = {}  # scale and zero point of what was codes

    def run(self) -> OnnxGraph:
        for node in self.new.graph.nodes:
            self.operators.get(node.operator, self.new.nodes.append)(node)
        return self.new.result

    def _quantize(self, node: Node) -> None:
        value = self.new.constants.get(node.input(0))
        if value is not None:
            self.new.constants[node.outputs[0]] = self._codes(node, value)
        elif self.readers.get(node.outputs[0]) == ["Clip"]:
            self.quantized[node.outputs[0]] = node
        else:
            self.new.nodes.append(node)

    def _codes(self, node: Node, value: NDArray[Any]) -> NDArray[Any]:
        """Codes of a constant, in float32 as onnxruntime computes them."""
        scale, zero = self._parameters(node)
        if zero.dtype not in (np.int8, np.uint8):
            raise node.refusal(f"constants must be quantized to s8 or u8, not {zero.dtype}")
        if value.dtype != np.float32 or not np.isfinite(value).all():
            raise node.refusal(f"constant {node.input(0)} must be finite float32 numbers")
        if scale.size > 1:
            axis = node.attributes.get("axis", 1)
            if not -value.ndim <= axis < value.ndim or value.shape[axis] != scale.size:
                raise node.refusal(f"scale must hold one value per index of axis {axis}")
            form = [1] * value.ndim
            form[axis] = -1
            scale, zero = scale.reshape(form), zero.reshape(form)
        else:
            scale, zero = scale.reshape(()), zero.reshape(())
        kind = np.iinfo(zero.dtype)
        codes = np.rint(value / scale) + zero.astype(np.float32)
        limited: NDArray[Any] = np.clip(codes, kind.min, kind.max)
        return limited.astype(zero.dtype)

    def _parameters(self, node: Node) -> tuple[NDArray[np.float32], NDArray[Any]]:
        scale = self.new.numbers(node, node.input(1), "the scale")
        zero = np.zeros(scale.shape, np.uint8)
        if node.input(2):
            zero = self.new.numbers(node, node.input(2), "the zero point")
        if scale.dtype != np.float32 or not (np.isfinite(scale).all() and (scale > 0).all()):
            raise node.refusal("scales must be positive float32 numbers")
        if not scale.size or zero.size != scale.size:
            raise node.refusal(f"there must be {scale.size} zero points, not {zero.size}")
        return scale, zero

    def _clip(self, node: Node) -> None:
        source = node.input(0)
        constant = self.new.constants.get(source)
        if source in self.quantized:
            self._limit(node, self.quantized[source])
        elif constant is not None and constant.dtype in (np.int8, np.uint8):
            low, high = self._limits(node, constant.dtype)
            self.new.constants[node.outputs[0]] = np.clip(constant, low, high)
        else:
            self.new.nodes.append(node)

    def _limit(self, node: Node, quantize: Node) -> None:
        """Quantize what ``quantize`` reads, with the limits of the Clip ``node``."""
        scale, zero = self._parameters(quantize)
        if scale.size != 1 or zero.dtype not in (np.int8, np.uint8):
            raise node.refusal("activations must have one scale and u8 or s8 codes")
        low, high = self._limits(node, zero.dtype)
        codes = Narrow(
            scale=float(scale.reshape(())),
            zero=int(zero.reshape(())),
            low=low,
            high=high,
            is_signed=zero.dtype == np.int8,
        )
        parameters = narrow.quantize(self.new, node, quantize.input(0), codes, node.outputs[0])
        self.narrow[node.outputs[0]] = quantize, parameters

    def _limits(self, node: Node, kind: np.dtype[Any]) -> tuple[int, int]:
        low, high = int(np.iinfo(kind).min), int(np.iinfo(kind).max)
        bounds = [low, high]
        for index, what in ((1, "the lower limit"), (2, "the upper limit")):
            if node.input(index):
                value = self.new.numbers(node, node.input(index), what)
                if value.size != 1 or value.dtype != kind:
                    raise node.refusal(f"{what} of codes must be one {kind} number")
                bounds[index - 1] = int(value.reshape(()))
        if bounds[0] > bounds[1]:
            raise node.refusal(f"limits must be in order, not {bounds[0]} and {bounds[1]}")
        return bounds[0], bounds[1]

    def _dequantize(self, node: Node) -> None:
        self.real[node.outputs[0]] = node.inputs[1:]
        if node.input(0) not in self.narrow:
            self.new.nodes.append(node)
            return
        quantize, parameters = self.narrow[node.input(0)]
        if self._values(node) != self._values(quantize):
            raise node.refusal("scale and zero point must be those of its QuantizeLinear")
        self.real[node.outputs[0]] = parameters
        self.new.emit(node, "DequantizeLinear", (node.input(0), *parameters), node.outputs[0])

    def _max_pool(self, node: Node) -> None:
        """A maximum of codes is a code: it need not be quantized before it is read."""
        known = self.real.get(node.input(0))
        if known is None or set(self.readers.get(node.outputs[0], ())) <= {"QuantizeLinear"}:
            self.new.nodes.append(node)
            return
        real = self.new.emit(node, "MaxPool", node.inputs, None, node.attributes)
        codes = self.new.quantize(node, real, known)
        self.new.emit(node, "DequantizeLinear", (codes, *known), node.outputs[0])
        self.real[node.outputs[0]] = known

    def _values(self, node: Node) -> tuple[float, int, str]:
        scale, zero = self._parameters(node)
        if scale.size != 1:
            raise node.refusal("an activation must have one scale and one zero point")
        return float(scale.reshape(())), int(zero.reshape(())), zero.dtype.str
