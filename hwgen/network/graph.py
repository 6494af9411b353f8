"""The quantized integer graph that everything else reads.

Activations are u8 codes in ``[height, width, channels]`` order; a value is
``scale * (code - zero_point)``. Codes that a model stores in two's complement are held
``2**(bits - 1)`` higher; those of fewer than 8 bits use the lower end of the range. Weights are
s8 codes in ``[filter, kernel_height, kernel_width, channel]`` order; u8 ones are held 128 lower.
A fully connected layer is a convolution whose kernel covers its whole input.

Whatever the model's format was: the ONNX and TFLite importers all make this graph.
"""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hwgen.network.layer import Layer, Quantization, Rescale, Rounding, Shape

__all__ = [
    "Add",
    "Concat",
    "Convolution",
    "Layer",
    "Network",
    "Pad",
    "Pool",
    "Quantization",
    "Rescale",
    "Reshape",
    "Rounding",
    "Shape",
    "Slice",
    "Softmax",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class Convolution(Layer):
    """``requantize(bias + sum((w - zw) * (a - za)))``, fully connected layers included.

    Parameters
    ----------
    weights : int8[F, KH, KW, C // groups]
    weight_zero_points : tuple of int
        ``zw`` of each filter, in weight codes: -128 to 127. Empty where all are 0.
    bias : int32[F]
        In units of input scale times weight scale.
    stride : (int, int)
        Vertical, horizontal.
    padding : (int, int, int, int)
        Top, left, bottom, right; padded taps read the input's zero point.
    groups : int
        Filters and input channels are cut into this many groups; a filter reads its own
        group's channels only. As many groups as channels make a depthwise layer.
    rescale : tuple of Rescale
        One per filter.
    """

    weights: NDArray[np.int8]
    weight_zero_points: tuple[int, ...] = ()
    bias: NDArray[np.int32]
    stride: tuple[int, int]
    padding: tuple[int, int, int, int]
    groups: int = 1
    rescale: tuple[Rescale, ...]

    @property
    def is_symmetric(self) -> bool:
        """Whether weight code 0 stands for 0 in all filters."""
        return not any(self.weight_zero_points)

    @property
    def centred_weights(self) -> NDArray[np.int64]:
        """Weight codes minus their zero points: int64[F, KH, KW, C // groups]."""
        zero = np.array(self.weight_zero_points or (0,), dtype=np.int64)
        return self.weights.astype(np.int64) - zero.reshape(-1, 1, 1, 1)

    @property
    def fan_in(self) -> int:
        """Products accumulated per output."""
        return int(np.prod(self.weights.shape[1:]))

    @property
    def operations(self) -> int:
        """Multiplications per image."""
        height, width, filters = self.shape
        return height * width * filters * self.fan_in


@dataclass(frozen=True, kw_only=True, eq=False)
class Add(Layer):
    """Sum of two tensors of equal shape.

    ``single``: ``(a - za) * Ma + (b - zb) * Mb`` with the two operands' multipliers is exact
    in int32; ``total`` (multiplier 1) rounds it once. ``double``: each operand is rescaled
    (with left shift 20), the sum is rescaled by ``total``: TFLite's Add.

    Parameters
    ----------
    operands : (Rescale, Rescale)
        Of the first and the second input.
    total : Rescale
        Of the sum.
    """

    operands: tuple[Rescale, Rescale]
    total: Rescale


@dataclass(frozen=True, kw_only=True, eq=False)
class Pool(Layer):
    """Maximum or average over windows of one channel; a padded tap never wins a maximum.

    The average is ``rescale(sum(a - offset)) + offset``, the maximum likewise. Padded taps add
    nothing to a sum.

    Parameters
    ----------
    kind : str
        ``max`` or ``average``.
    kernel, stride : (int, int)
        Vertical, horizontal.
    padding : (int, int, int, int)
        Top, left, bottom, right.
    rescale : Rescale
        From input to output units; an average's holds the division by the whole window.
    by_taps : tuple of Rescale
        What replaces ``rescale`` in windows with 1, 2, ... taps inside the input, where padding
        does not count: as many as the kernel has taps. Empty where the divisor is the same
        everywhere.
    offset : int, optional
        Code that averages are rounded about (TFLite's s8 code 0 is 128). Default: the zero
        point, the input's for the sum and the output's for the result.
    """

    kind: Literal["max", "average"]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int, int, int]
    rescale: Rescale
    by_taps: tuple[Rescale, ...] = ()
    offset: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Concat(Layer):
    """Tensors one after the other along an axis; codes stay, so all share one quantization.

    Parameters
    ----------
    axis : int
        0 for height, 1 for width, 2 for channels.
    """

    axis: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Pad(Layer):
    """The input with a margin of one code.

    Parameters
    ----------
    before, after : (int, int, int)
        Lines, columns and channels added.
    fill : int
        Code of the margin.
    """

    before: tuple[int, int, int]
    after: tuple[int, int, int]
    fill: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Slice(Layer):
    """Every ``step``-th element from ``start`` on, along each axis; the shape says how many.

    Parameters
    ----------
    start, step : (int, int, int)
        Along height, width and channels; steps are positive.
    """

    start: tuple[int, int, int]
    step: tuple[int, int, int]


@dataclass(frozen=True, kw_only=True, eq=False)
class Reshape(Layer):
    """The same codes in the same order (height, width, channel), in another shape."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Softmax(Layer):
    """``exp(x) / sum(exp(x))`` over the channels of each position, x being ``beta`` times value.

    Both roundings are integer arithmetic on a table of exponentials of the distance to the
    largest code; ``hwgen.golden.softmax`` defines them.

    Parameters
    ----------
    table : int32[256]
        ``exp(-beta * scale * d)`` of code distances ``d``; 1 is ``2**24`` (``single``) or
        ``2**31 - 1`` (``double``).
    rescale : Rescale
        From probabilities to output units, for ``single``; TFLite's unit is always 1/256.
    """

    table: NDArray[np.int32]
    rescale: Rescale


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """A trained network, ready for integer arithmetic.

    Parameters
    ----------
    input_name : str
    input_shape : Shape
    input_quantization : Quantization
    layers : tuple of Layer
        In execution order; the last one's tensor holds the logits.
    """

    input_name: str
    input_shape: Shape
    input_quantization: Quantization
    layers: tuple[Layer, ...]

    @property
    def convolutions(self) -> tuple[Convolution, ...]:
        """The layers that multiply, in execution order: those a mapping covers."""
        return tuple(layer for layer in self.layers if isinstance(layer, Convolution))

    @property
    def shapes(self) -> AbstractMapping[str, Shape]:
        """Shape of every tensor."""
        return {self.input_name: self.input_shape} | {x.name: x.shape for x in self.layers}

    @property
    def quantizations(self) -> AbstractMapping[str, Quantization]:
        """Quantization of every tensor."""
        return {self.input_name: self.input_quantization} | {
            x.name: x.quantization for x in self.layers
        }
