"""From an ONNX file to the integer network."""

from pathlib import Path

from hwgen.errors import ModelError
from hwgen.network.graph import Network
from hwgen.network.onnx import file, qcdq, qdq, qonnx, qoperator

__all__ = ["load", "read"]


def load(path: str | Path) -> Network:
    """The integer network of the ONNX file at ``path``.

    A layer is named after its ONNX node. Activations become u8 codes in height, width,
    channel order; s8 activations are re-encoded 128 higher. Raises :exc:`ModelError`.
    """
    graph = read(Path(path))
    if not any(node.operator == "QuantizeLinear" for node in graph.nodes):
        raise ModelError(
            f"model {path} must be quantized to 8 bits with QuantizeLinear nodes, "
            f"but it is a float model"
        )
    return qdq.walk(graph)


def read(path: Path) -> file.OnnxGraph:
    """The graph of the file at ``path``, in QDQ form."""
    graph = file.read(path)
    for form in (qcdq, qonnx, qoperator):  # each leaves a graph in QDQ form as it is
        graph = form.rewrite(graph)
    return graph
