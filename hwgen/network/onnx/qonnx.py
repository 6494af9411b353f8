"""Models of 8 bits or fewer, as Brevitas and QONNX export them, in QDQ form.

Their ``Quant`` (domains ``qonnx.custom_op.general`` and ``onnx.brevitas``) rounds real numbers to
codes and takes them back. Of activations it becomes QuantizeLinear and DequantizeLinear with
limits; of weights, constant codes; of a bias (one dimension), real numbers, which the import
rounds to units of the accumulator. A MaxPool of quantized numbers needs no Quant of its own
there, but one here.

One difference remains: Quant adds the zero point before rounding, QuantizeLinear after it.
Results exactly half way between two codes go to the other one where the zero point is odd.
"""

from collections.abc import Callable

from hwgen.network.onnx import narrow
from hwgen.network.onnx.file import Node, OnnxGraph
from hwgen.network.onnx.narrow import Narrow
from hwgen.network.onnx.quant import Weights, quant
from hwgen.network.onnx.rewriting import Rewriting

__all__ = ["rewrite"]

_DOMAINS = ("qonnx.custom_op.general.", "onnx.brevitas.")
_MOVES = ("Flatten", "Identity", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze")


def rewrite(graph: OnnxGraph) -> OnnxGraph:
    """The same ``graph`` without Quant nodes."""
    return _Pass(graph).run()


class _Pass:
    def __init__(self, graph: OnnxGraph) -> None:
        self.new = Rewriting(graph)
        self.operators: dict[str, Callable[[Node], None]] = {
            f"{domain}{name}": self._quant for domain in _DOMAINS for name in ("Quant", "IntQuant")
        }
        self.operators |= dict.fromkeys(_MOVES, self._move) | {"MaxPool": self._max_pool}
        # Real numbers that are codes, with the names of scale and zero point.
        self.narrow: dict[str, tuple[Narrow, tuple[str, str]]] = {}
        self.weights: dict[str, Weights] = {}

    def run(self) -> OnnxGraph:
        for node in self.new.graph.nodes:
            self.operators.get(node.operator, self.new.nodes.append)(node)
        return self.new.result

    def _quant(self, node: Node) -> None:
        found = quant(self.new, node)
        value = self.new.constants.get(node.input(0))
        if value is None:
            self._activation(node, found.activation())
        elif value.ndim < 2:
            self.new.constants[node.outputs[0]] = found.real(value)
        else:
            self._dequantize(node, found.weights(value))

    def _activation(self, node: Node, codes: Narrow) -> None:
        known = self.narrow.get(node.input(0))
        if known is not None and known[0] == codes:  # they are such codes already
            self._requantize(node, node.input(0), known)
            return
        name = self.new.fresh(f"{node.outputs[0]}/codes")
        parameters = narrow.quantize(self.new, node, node.input(0), codes, name)
        self.new.emit(node, "DequantizeLinear", (name, *parameters), node.outputs[0])
        self.narrow[node.outputs[0]] = codes, parameters

    def _requantize(self, node: Node, real: str, known: tuple[Narrow, tuple[str, str]]) -> None:
        """Make the output of ``node`` from ``real``, whose codes are known."""
        codes = self.new.quantize(node, real, known[1])
        self.new.emit(node, "DequantizeLinear", (codes, *known[1]), node.outputs[0])
        self.narrow[node.outputs[0]] = known

    def _dequantize(self, node: Node, weights: Weights) -> None:
        name = node.outputs[0]
        inputs = (
            self.new.constant(f"{name}/codes", weights.codes),
            self.new.constant(f"{name}/scale", weights.scale),
            self.new.constant(f"{name}/zero", weights.zero),
        )
        self.new.emit(node, "DequantizeLinear", inputs, name, {"axis": weights.axis})
        self.weights[name] = weights

    def _move(self, node: Node) -> None:
        source, target = node.input(0), node.outputs[0]
        if node.operator == "Transpose" and source in self.weights:
            self._dequantize(node, self.weights[source].transposed(node))
            return
        if source in self.narrow:
            self.narrow[target] = self.narrow[source]
        self.new.nodes.append(node)

    def _max_pool(self, node: Node) -> None:
        known = self.narrow.get(node.input(0))
        if known is None:
            self.new.nodes.append(node)
        else:
            result = self.new.emit(node, "MaxPool", node.inputs, None, node.attributes)
            self._requantize(node, result, known)
