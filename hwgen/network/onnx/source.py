"""The network's input, as ONNX states it."""

from hwgen.network.graph import Shape
from hwgen.network.onnx import layout
from hwgen.network.onnx.file import OnnxGraph
from hwgen.network.onnx.values import Source

__all__ = ["source"]

_TRANSPARENT = ("DequantizeLinear", "Identity", "QuantizeLinear")


def source(graph: OnnxGraph) -> Source:
    """Shape of the input ``[N, C, H, W]``, ``[N, H, W]`` or ``[N, C]``.

    An input that a Transpose turns into ``[N, C, H, W]`` is ``[N, H, W, C]``.
    """
    sizes = graph.input_shape
    if len(sizes) == 1:
        return _labelled((1, 1, sizes[0]), ((2,),))
    if len(sizes) == 2:
        return _labelled((sizes[0], sizes[1], 1), ((0,), (1,)))
    first, second, third = sizes
    if _is_turned(graph):
        return _labelled((first, second, third), layout.IMAGE_LAST)
    return _labelled((second, third, first), layout.IMAGE)


def _labelled(shape: Shape, axes: layout.Axes) -> Source:
    return Source(shape, layout.label(shape, axes))


def _is_turned(graph: OnnxGraph) -> bool:
    """Whether the first thing that happens to the input is that its channels go in front."""
    names = {graph.input_name}
    for node in graph.nodes:
        if node.input(0) in names:
            if node.operator == "Transpose" and node.attributes.get("perm") == [0, 3, 1, 2]:
                return True
            if node.operator in _TRANSPARENT:
                names.add(node.outputs[0])
    return False
