"""From a TFLite file to a network."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from hwgen.errors import ModelError
from hwgen.network.graph import Layer, Network
from hwgen.network.tflite import convolution, elementwise, move, pool, reshape, slices
from hwgen.network.tflite.file import Operator, Tensor, TfliteGraph, read
from hwgen.network.tflite.node import Activation, Node, Operand

__all__ = ["Import", "load"]

_OPERATORS: dict[str, Callable[[Node], Layer | Activation]] = {
    "ADD": elementwise.add,
    "AVERAGE_POOL_2D": pool.average_pool,
    "CONCATENATION": move.concatenation,
    "CONV_2D": convolution.convolution,
    "DEPTHWISE_CONV_2D": convolution.depthwise,
    "EXPAND_DIMS": reshape.reshape,
    "FULLY_CONNECTED": convolution.fully_connected,
    "MAX_POOL_2D": pool.max_pool,
    "MEAN": pool.mean,
    "PAD": move.pad,
    "PADV2": move.pad,
    "QUANTIZE": elementwise.quantize,
    "RELU": elementwise.relu,
    "RELU6": elementwise.relu,
    "RELU_N1_TO_1": elementwise.relu,
    "RESHAPE": reshape.reshape,
    "SLICE": slices.slices,
    "SOFTMAX": elementwise.softmax,
    "SQUEEZE": reshape.reshape,
    "STRIDED_SLICE": slices.strided_slice,
}


def load(path: str | Path) -> Network:
    """The integer network of the TFLite file at ``path``.

    A layer is named after its output: the first of the names that the converter joined with
    semicolons, numbered where it occurs again. Activations become u8 codes, s8 ones 128
    higher. A QUANTIZE of a float input and a DEQUANTIZE of the output are left out, as are
    operators that only add or remove axes of size 1. Raises :exc:`ModelError`.
    """
    return Import(read(Path(path))).network


class Import:
    """Walks the graph once, in execution order.

    Parameters
    ----------
    graph : TfliteGraph

    Attributes
    ----------
    network : Network
    tensors : dict of int to str
        Name in the network of every tensor of the file that it holds, by its index there.
    """

    def __init__(self, graph: TfliteGraph) -> None:
        self.graph = graph
        self.layers: list[Layer] = []
        self.names: set[str] = set()
        self.values: dict[int, Activation] = {}
        operators = list(graph.operators)
        source = self._entry(operators)
        result = self._exit(operators)
        for operator in operators:
            self._add(operator)
        found = self.values.get(result.index)
        if found is None or not self.layers or found.name != self.layers[-1].name:
            raise ModelError(
                f"model {graph.path} output {graph.output.name} must be what its last layer makes"
            )
        self.tensors = {index: value.name for index, value in self.values.items()}
        self.network = Network(
            input_name=source.name,
            input_shape=source.shape,
            input_quantization=source.quantization,
            layers=tuple(self.layers),
        )

    def _entry(self, operators: list[Operator]) -> Activation:
        """The input, behind a QUANTIZE of float values, which goes."""
        outer = inner = self.graph.input
        node = self._node("input", outer)
        if -1 in outer.signature[1:]:
            raise node.refusal(
                f"all sizes but the batch's must be fixed, not {list(outer.signature)}"
            )
        if outer.kind == "FLOAT32":
            if not operators or operators[0].kind != "QUANTIZE" or operators[0].inputs != (outer,):
                raise node.refusal("a float input must be quantized by the first operator")
            inner = operators.pop(0).outputs[0]
        if outer.codes is not None or inner.codes is not None:
            raise node.refusal("the input must be no constant")
        found = dataclasses.replace(node, output=inner).describe(outer.dims, ("INT8", "UINT8"))
        self.values[inner.index] = found
        return found

    def _exit(self, operators: list[Operator]) -> Tensor:
        """What becomes the output, before a DEQUANTIZE to float values, which goes."""
        outer = self.graph.output
        if outer.kind != "FLOAT32" or not operators or operators[-1].kind != "DEQUANTIZE":
            return outer
        last = operators.pop()
        inner = last.inputs[0] if last.inputs else None
        return outer if inner is None or last.outputs != (outer,) else inner

    def _add(self, operator: Operator) -> None:
        output = operator.outputs[0]
        node = self._node(operator.kind, output, operator.options)
        if operator.kind not in _OPERATORS:
            known = ", ".join(sorted(_OPERATORS))
            raise node.refusal(f"operator {operator.kind} is not supported; known: {known}")
        if len(operator.outputs) != 1:
            raise node.refusal(f"there must be one output, not {len(operator.outputs)}")
        if output.index in self.values or output.codes is not None:
            raise node.refusal("the output must be made once, and be no constant")
        operands = tuple(self._operand(node, x) for x in operator.inputs)
        found = _OPERATORS[operator.kind](dataclasses.replace(node, operands=operands))
        if isinstance(found, Layer):
            self.layers.append(found)
            found = Activation(node.name, output.kind, output.dims, found.quantization)
        self.values[output.index] = found

    def _operand(self, node: Node, tensor: Tensor | None) -> Operand:
        if tensor is None or tensor.index in self.values:
            return None if tensor is None else self.values[tensor.index]
        if tensor.codes is None:
            raise node.refusal(
                f"input {tensor.name} must be a constant, or made by an operator before this one"
            )
        return tensor

    def _node(self, kind: str, output: Tensor, options: object = None) -> Node:
        """The operator that makes ``output``, under a name of its own, without operands yet."""
        name, number = output.name, 1
        while name in self.names:
            number += 1
            name = f"{output.name}_{number}"
        self.names.add(name)
        return Node(
            path=self.graph.path,
            name=name,
            kind=kind,
            operands=(),
            output=output,
            options=options,
        )
