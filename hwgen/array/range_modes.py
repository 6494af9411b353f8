"""Modes that follow from the weights themselves, range by range."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from amaranth.hdl import Cat, Module, Mux, Shape, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError, check_range

__all__ = ["ModeRange", "RangeModes"]


class ModeRange(NamedTuple):
    """Weights from ``low`` to ``high``, both included, have ``mode``; none if high is less."""

    low: int
    high: int
    mode: int


@dataclass(frozen=True, kw_only=True)
class RangeModes:
    """Mode of every weight by comparison with the ranges of its layer.

    A weight has the mode of the first range that it lies in, otherwise the layer's own. The
    weight memory then holds no mode bits; the mode is known where weights enter the array, and
    goes on with them. The other scheme of Tasoulas et al., "Weight-Oriented Approximation for
    Energy-Efficient Neural Network Inference Accelerators", IEEE TCAS-I 67(12), 2020, whose
    ranges are nested around zero: mode 2 within the inner, mode 1 within the outer one.

    Parameters
    ----------
    w_kind : OperandKind
        Of the weights, as the multiplier gets them.
    modes : int
        Modes of the multiplier, 2 or more. A layer may have one range less.
    """

    w_kind: OperandKind
    modes: int

    def __post_init__(self) -> None:
        check_range("RangeModes", "modes", self.modes, 2, 256)

    @property
    def mode_width(self) -> int:
        """Bits of a mode."""
        return ceil_log2(self.modes)

    def compute(self, w: ArrayLike, ranges: Sequence[ModeRange], mode: int) -> NDArray[np.int64]:
        """Modes of weights ``w`` of a layer with these ranges and this mode of its own."""
        if len(ranges) >= self.modes:
            raise SpecError(
                f"RangeModes ranges must be at most {self.modes - 1}, not {len(ranges)}"
            )
        w = np.asarray(w, dtype=np.int64)
        inside = [(x.low <= w) & (w <= x.high) for x in ranges]
        chosen = [np.full(w.shape, x.mode) for x in ranges]
        return np.select(inside, chosen, mode) if inside else np.full(w.shape, mode)

    def create(self, cols: int) -> "RangeModesCircuit":
        """A fresh circuit for weights of ``cols`` columns."""
        return RangeModesCircuit(self, cols)


class RangeModesCircuit(wiring.Component):
    """Comparators of one array column each.

    Latency: none, it is combinational.

    Parameters
    ----------
    range_modes : RangeModes
    cols : int
        Weights at once.

    Members
    -------
    code : In, one per column
        Raw weight codes.
    mode : In(mode_width)
        The layer's own mode.
    low, high, range_mode : In, one per range
        The layer's ranges; a range whose high is less than its low holds no weight.
    weight : Out, one per column
        Codes with their modes above.
    """

    def __init__(self, range_modes: RangeModes, cols: int) -> None:
        self.range_modes = range_modes
        self.cols = cols
        kind, width = range_modes.w_kind, range_modes.mode_width
        bound = Shape(kind.width, kind.signed)
        ranges = range_modes.modes - 1
        members = {
            "code": In(unsigned(kind.width)).array(cols),
            "mode": In(width),
            "low": In(bound).array(ranges),
            "high": In(bound).array(ranges),
            "range_mode": In(width).array(ranges),
            "weight": Out(kind.width + width).array(cols),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        signed = self.range_modes.w_kind.signed
        ranges = [*zip(self.low, self.high, self.range_mode, strict=True)]
        for code, weight in zip(self.code, self.weight, strict=True):
            value = code.as_signed() if signed else code
            mode = self.mode
            for low, high, found in reversed(ranges):
                mode = Mux((low <= value) & (value <= high), found, mode)
            m.d.comb += weight.eq(Cat(code, mode))
        return m
