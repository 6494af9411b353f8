"""MaxPool, AveragePool, the global pools, ReduceMean, and new codes for the same values."""

from typing import Literal

from hwgen.network.graph import Pool
from hwgen.network.onnx import layout
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.layout import Axes
from hwgen.network.onnx.operands import activation, factor, flag, image, integers
from hwgen.network.onnx.values import Activation, Operands, Output, Pending
from hwgen.network.onnx.window import Window, pool_window

__all__ = [
    "average_pool",
    "global_average_pool",
    "global_max_pool",
    "max_pool",
    "reduce_mean",
    "requantization",
]

Kind = Literal["max", "average"]


def max_pool(node: Node, operands: Operands) -> Pending:
    """MaxPool: padding never wins."""
    source = image(node, activation(node, operands))
    return _pool(node, source, "max", pool_window(node, source.shape))


def average_pool(node: Node, operands: Operands) -> Pending:
    """AveragePool: padding counts as 0, or not at all."""
    source = image(node, activation(node, operands))
    frame = pool_window(node, source.shape)
    counts = flag(node, "count_include_pad", 0)
    if counts and node.attributes.get("ceil_mode", 0):
        raise node.refusal("ceil_mode must be 0 where padding counts")  # runtimes differ
    return _pool(node, source, "average", frame, by_taps=not counts and any(frame.padding))


def global_average_pool(node: Node, operands: Operands) -> Pending:
    """GlobalAveragePool: a window over the whole image."""
    source = image(node, activation(node, operands))
    return _pool(node, source, "average", _whole(source.shape[:2]))


def global_max_pool(node: Node, operands: Operands) -> Pending:
    """GlobalMaxPool: a window over the whole image."""
    source = image(node, activation(node, operands))
    return _pool(node, source, "max", _whole(source.shape[:2]))


def reduce_mean(node: Node, operands: Operands) -> Pending:
    """ReduceMean over height, width or both; they stay as axes of length 1 if ``keepdims``."""
    source = activation(node, operands)
    rank = len(source.axes) + 1
    named = integers(node, operands, 1, "axes") or []
    axes = {axis + rank if axis < 0 else axis for axis in named}
    over = [axis for index in axes if 0 < index < rank for axis in source.axes[index - 1]]
    if not named or not axes <= set(range(1, rank)) or 2 in over:
        raise node.refusal(f"axes must be height, width or both, not {named}")
    height, width, _ = source.shape
    kernel = (height if 0 in over else 1, width if 1 in over else 1)
    frame = Window(kernel, kernel, (0, 0, 0, 0), (height // kernel[0], width // kernel[1]))
    keeps = flag(node, "keepdims", 1)
    left = [x for index, x in enumerate(source.axes, start=1) if keeps or index not in axes]
    shape = (*frame.size, source.shape[2])
    return _pool(node, source, "average", frame, axes=layout.label(shape, tuple(left)))


def requantization(node: Node, source: Activation, name: str | None = None) -> Pending:
    """Other codes for the same values: a maximum over one tap."""
    frame = Window((1, 1), (1, 1), (0, 0, 0, 0), source.shape[:2])
    return _pool(node, source, "max", frame, axes=source.axes, name=name)


def _whole(size: tuple[int, int]) -> Window:
    return Window(size, size, (0, 0, 0, 0), (1, 1))


def _pool(
    node: Node,
    source: Activation,
    kind: Kind,
    frame: Window,
    by_taps: bool = False,
    axes: Axes | None = None,
    name: str | None = None,
) -> Pending:
    shape = (*frame.size, source.shape[2])

    def build(output: Output) -> tuple[Pool]:
        ratio = source.scale / output.quantization.scale
        counts = range(1, frame.taps + 1) if by_taps else ()
        layer = Pool(
            name=name or node.name,
            inputs=(source.name,),
            shape=shape,
            quantization=output.quantization,
            low=output.low,
            high=output.high,
            kind=kind,
            kernel=frame.kernel,
            stride=frame.stride,
            padding=frame.padding,
            rescale=factor(node, ratio / (frame.taps if kind == "average" else 1)),
            by_taps=tuple(factor(node, ratio / count) for count in counts),
        )
        return (layer,)

    return Pending(node, shape, layout.image(shape) if axes is None else axes, build)
