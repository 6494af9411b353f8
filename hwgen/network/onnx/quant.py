"""The operator Quant of QONNX: ``scale * (clip(round(x / scale + zero), low, high) - zero)``.

Definition: Pappalardo et al., "QONNX: Representing Arbitrary-Precision Quantized Neural
Networks" (AccML 2022), and the operator's page in the QONNX repository.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.network.onnx.file import Node
from hwgen.network.onnx.narrow import Narrow
from hwgen.network.onnx.rewriting import Rewriting

__all__ = ["Quant", "Weights", "quant"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Weights:
    """A quantized constant: ``scale * (codes - zero)``.

    Parameters
    ----------
    codes : int8 or uint8 array
    scale : float32[N]
        One, or one per index of ``axis``.
    zero : array like ``codes``, as long as ``scale``
    axis : int
    """

    codes: NDArray[Any]
    scale: NDArray[np.float32]
    zero: NDArray[Any]
    axis: int

    def transposed(self, node: Node) -> "Weights":
        """The result of the Transpose ``node``."""
        count = self.codes.ndim
        order = list(node.attributes.get("perm", reversed(range(count))))
        if sorted(order) != list(range(count)):
            raise node.refusal(f"perm must order {count} axes, not {order}")
        return dataclasses.replace(
            self, codes=self.codes.transpose(order), axis=order.index(self.axis)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Quant:
    """One Quant node: codes from ``low`` to ``high``.

    Parameters
    ----------
    node : Node
    scale, zero : float32 arrays
        They broadcast to what is quantized.
    low, high : int
    is_signed : bool
        Whether the codes are two's complement.
    """

    node: Node
    scale: NDArray[np.float32]
    zero: NDArray[np.float32]
    low: int
    high: int
    is_signed: bool

    def real(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """What the operator makes of the constant ``values``."""
        return ((self._codes(values) - self.zero) * self.scale).astype(np.float32)

    def weights(self, values: NDArray[Any]) -> Weights:
        """The constant ``values`` as codes."""
        if self.high - self.low > 255:
            raise self.node.refusal("weights must have 8 bits or fewer")
        kind = np.int8 if self.high < 128 else np.uint8
        least, most = np.iinfo(kind).min, np.iinfo(kind).max
        if not ((least <= self.zero) & (self.zero <= most)).all():
            raise self.node.refusal("zero points of weights must be codes of 8 bits")
        shape = self.scale.shape
        long = [index for index, size in enumerate(shape) if size > 1]
        if len(long) > 1 or len(shape) > values.ndim or self.zero.size not in (1, self.scale.size):
            raise self.node.refusal(
                f"scales and zero points must run along one axis, not have the shapes "
                f"{list(shape)} and {list(self.zero.shape)}"
            )
        return Weights(
            codes=self._codes(values).astype(kind),
            scale=self.scale.reshape(-1),
            zero=np.resize(self.zero.astype(kind), self.scale.size),
            axis=values.ndim - len(shape) + long[0] if long else 0,
        )

    def activation(self) -> Narrow:
        """The codes of an activation."""
        if self.scale.size != 1 or self.zero.size != 1:
            raise self.node.refusal("an activation must have one scale and one zero point")
        return Narrow(
            scale=float(self.scale.reshape(())),
            zero=int(self.zero.reshape(())),
            low=self.low,
            high=self.high,
            is_signed=self.is_signed,
        )

    def _codes(self, values: NDArray[Any]) -> NDArray[np.float64]:
        if not np.isfinite(values).all():
            raise self.node.refusal(f"constant {self.node.input(0)} must be finite")
        try:
            scaled = values.astype(np.float32) / self.scale + self.zero
        except ValueError as error:
            raise self.node.refusal("scales and zero points must fit the constant") from error
        if scaled.shape != values.shape:
            raise self.node.refusal("scales and zero points must fit the constant")
        codes: NDArray[np.float64] = np.rint(np.clip(scaled, self.low, self.high), dtype=np.float64)
        return codes


def quant(new: Rewriting, node: Node) -> Quant:
    """Read a Quant ``node``."""
    scale, zero, bits = (
        new.numbers(node, node.input(index), what)
        for index, what in ((1, "the scale"), (2, "the zero point"), (3, "the bit width"))
    )
    mode = node.attributes.get("rounding_mode", "ROUND")
    if mode not in ("ROUND", "HALF_EVEN"):
        raise node.refusal(f"rounding_mode must be ROUND or HALF_EVEN, not {mode}")
    if not (np.isfinite(scale).all() and (scale > 0).all() and scale.size):
        raise node.refusal("scales must be positive")
    if not (np.isfinite(zero).all() and (zero == np.rint(zero)).all() and zero.size):
        raise node.refusal("zero points must be whole numbers")
    if bits.size != 1 or float(bits.reshape(())) not in range(2, 33):
        raise node.refusal("the bit width must be one whole number from 2 to 32")
    flags = [node.attributes.get(x) for x in ("signed", "narrow")]
    if any(x not in (0, 1) for x in flags):  # what is meant by default is told in two ways
        raise node.refusal("signed and narrow must be stated, as 0 or 1")
    is_signed, is_narrow = (bool(x) for x in flags)
    top = (1 << (int(bits.reshape(())) - is_signed)) - 1
    return Quant(
        node=node,
        scale=scale.astype(np.float32),
        zero=zero.astype(np.float32),
        low=is_narrow - top - 1 if is_signed else 0,
        high=top if is_signed else top - is_narrow,
        is_signed=is_signed,
    )
