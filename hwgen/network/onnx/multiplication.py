"""The layer behind Conv, Gemm and MatMul."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.network.graph import Convolution
from hwgen.network.onnx import layout
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.layout import Axes
from hwgen.network.onnx.operands import factor
from hwgen.network.onnx.values import Activation, Constant, Output, Pending, Value
from hwgen.network.onnx.weights import Weights, bias, lost
from hwgen.network.onnx.window import Window

__all__ = ["Multiplication"]

_MOVED = 0.05  # codes: one result in 20 then differs by one from the float sum's


@dataclass(frozen=True, eq=False)
class Multiplication:
    """A convolution whose output is not quantized yet.

    Parameters
    ----------
    node : Node
    source : Activation
    weights : Weights
        Codes ``[F, KH, KW, C // groups]``.
    frame : Window
    axes : Axes
        How ONNX sees an output of more than one row and column.
    groups : int
    """

    node: Node
    source: Activation
    weights: Weights
    frame: Window
    axes: Axes
    groups: int = 1

    def pending(self, value: Value | None) -> Pending:
        """The layer with a bias, or with none yet."""
        codes = bias(self.node, value, self._scales)
        self._check_width(codes)

        def build(output: Output) -> tuple[Convolution]:
            self._check_bias(output, value)
            return (self._layer(output, codes),)

        shape = (*self.frame.size, len(codes))
        with_bias = self._with_bias if value is None else None
        axes = layout.label(shape, self.axes)
        return Pending(self.node, shape, axes, build, with_bias=with_bias)

    @property
    def _scales(self) -> NDArray[np.float64]:
        return self.source.scale * self.weights.scales

    def _with_bias(self, node: Node, value: Constant | NDArray[Any]) -> Pending:
        """Fold an Add of ``value`` behind this node."""
        values = value.codes if isinstance(value, Constant) else value
        form = (len(self._scales),) + (1,) * (len(self.axes) - 1)  # of one output, as ONNX sees it
        lead = len(form) + 1 - values.ndim
        if lead < 0 or (1,) * lead + values.shape != (1, *form):
            raise node.refusal(f"a constant must have the shape {list(form)}, one value per "
                               f"channel, not {list(values.shape)}")  # fmt: skip
        return self.pending(value)

    def _check_width(self, codes: NDArray[np.int64]) -> None:
        """Refuse what could leave int32: float sums do not wrap."""
        zero, low, high = self._range
        centred = self.weights.codes - self.weights.zero_points.reshape(-1, 1, 1, 1)
        largest = np.abs(centred).sum(axis=(1, 2, 3)) * max(high - zero, zero - low)
        if (np.abs(codes) + largest).max() >= 1 << 31:
            raise self.node.refusal("accumulators must fit into 32 bits for all inputs")

    def _check_bias(self, output: Output, value: Value | None) -> None:
        """Refuse a float bias in units so large that rounding it changes results."""
        moved = (lost(value, self._scales) * self._scales / output.quantization.scale).max()
        if moved > _MOVED:
            raise self.node.refusal(
                f"rounding the bias to accumulator units must move results by {_MOVED} codes "
                f"at most, not {moved:.2g}"
            )

    @property
    def _range(self) -> tuple[int, int, int]:
        coding = self.source.coding
        return coding.quantization.zero_point, coding.low, coding.high

    def _layer(self, output: Output, codes: NDArray[np.int64]) -> Convolution:
        factors = self._scales / output.quantization.scale
        zero_points = tuple(int(x) for x in self.weights.zero_points)
        return Convolution(
            name=self.node.name,
            inputs=(self.source.name,),
            shape=(*self.frame.size, len(codes)),
            quantization=output.quantization,
            low=output.low,
            high=output.high,
            weights=np.ascontiguousarray(self.weights.codes, dtype=np.int8),
            weight_zero_points=zero_points if any(zero_points) else (),
            bias=codes.astype(np.int32),
            stride=self.frame.stride,
            padding=self.frame.padding,
            groups=self.groups,
            rescale=tuple(factor(self.node, float(x)) for x in factors),
        )
