"""A graph in the making, for passes that turn other forms into the QDQ form."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.network.onnx.file import Node, OnnxGraph

__all__ = ["Rewriting"]


class Rewriting:
    """Nodes and constants of the new graph, in the order of the old one.

    Parameters
    ----------
    graph : OnnxGraph
        What is rewritten; its constants are there from the start.
    """

    def __init__(self, graph: OnnxGraph) -> None:
        self.graph = graph
        self.nodes: list[Node] = []
        self.constants: dict[str, NDArray[Any]] = dict(graph.constants)
        self._taken = {graph.input_name, *self.constants}
        for node in graph.nodes:
            self._taken |= {*node.inputs, *node.outputs}

    @property
    def result(self) -> OnnxGraph:
        """The new graph."""
        return dataclasses.replace(
            self.graph, nodes=tuple(self.nodes), constants=dict(self.constants)
        )

    def fresh(self, name: str) -> str:
        """A tensor name like ``name`` that nobody has."""
        while name in self._taken:
            name += "'"
        self._taken.add(name)
        return name

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Name of a new constant."""
        name = self.fresh(name)
        self.constants[name] = value
        return name

    def numbers(self, node: Node, name: str, what: str) -> NDArray[Any]:
        """Value of the input ``name``, which must be a constant."""
        value = self.constants.get(name)
        if value is None:
            raise node.refusal(f"{what} must be a constant")
        return value

    def emit(
        self,
        source: Node,
        operator: str,
        inputs: tuple[str, ...],
        output: str | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> str:
        """Add a node that stands for (part of) ``source``; return its output's name.

        The part that computes has the name of ``source``, since layers are named after it.
        """
        name = source.name
        if operator in ("QuantizeLinear", "DequantizeLinear"):
            name += f"/{operator}"
        output = output or self.fresh(f"{source.outputs[0]}/{operator}")
        node = Node(source.path, name, operator, inputs, (output,), dict(attributes or {}))
        self.nodes.append(node)
        return output

    def dequantize(
        self, source: Node, codes: str, parameters: tuple[str, ...], axis: int | None = None
    ) -> str:
        """Real values of ``codes``; ``parameters`` are scale and (unless 0) zero point."""
        attributes = {} if axis is None else {"axis": axis}
        return self.emit(source, "DequantizeLinear", (codes, *parameters), None, attributes)

    def quantize(
        self, source: Node, real: str, parameters: tuple[str, ...], output: str | None = None
    ) -> str:
        """Codes of ``real``; ``parameters`` are scale and (unless 0) zero point."""
        return self.emit(source, "QuantizeLinear", (real, *parameters), output)

    def clip(self, source: Node, real: str, low: float, high: float) -> str:
        """``real`` limited to ``low`` and ``high``."""
        limits = [
            self.constant(f"{source.outputs[0]}/{name}", np.asarray(value, np.float32))
            for name, value in (("low", low), ("high", high))
        ]
        return self.emit(source, "Clip", (real, *limits))
