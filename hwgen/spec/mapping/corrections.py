"""Corrections of a layer beside the bias update: control variate and tuned weights."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError, check_choice, check_range

__all__ = ["ControlVariate", "TunedWeights", "VariateKind"]

VariateKind: TypeAlias = Literal["low", "or"]
_INT32 = (-(1 << 31), (1 << 31) - 1)


@dataclass(frozen=True, kw_only=True)
class ControlVariate:
    """Adds ``round_half_up(factors[f] * sum_k x(a_k) / 2**fraction)`` to every accumulator.

    ``x`` is a function of the activation as the multiplier gets it, in two's complement where
    that is signed: its ``bits`` low bits, or the OR of them (Zervakis et al., DAC 2021 and IEEE
    Access 13, 2025; the OR is reconstructed). The constant part C0 goes into the bias update.

    Parameters
    ----------
    x : str
        ``low`` for the low bits as a number (perforated and recursive multipliers), ``or`` for
        1 where any of them is set (truncated ones).
    bits : int
        1 to 8.
    fraction : int
        Fraction bits of the factors: 0 to 24.
    factors : tuple of int
        C of each filter times ``2**fraction``: 32 bits.
    """

    x: VariateKind
    bits: int
    fraction: int
    factors: tuple[int, ...]

    def __post_init__(self) -> None:
        check_choice("control_variate", "x", self.x, ("low", "or"))
        check_range("control_variate", "bits", self.bits, 1, 8)
        check_range("control_variate", "fraction", self.fraction, 0, 24)
        for factor in self.factors:
            check_range("control_variate", "factors", factor, *_INT32)

    def of_codes(self, kind: OperandKind) -> NDArray[np.int32]:
        """``x`` of every raw activation code of ``kind``."""
        check_range("control_variate", "bits", self.bits, 1, kind.width)
        low = np.arange(1 << kind.width, dtype=np.int32) & ((1 << self.bits) - 1)
        return low if self.x == "low" else np.minimum(low, 1, dtype=np.int32)


@dataclass(frozen=True)
class TunedWeights:
    """Weight codes that the multiplier gets in place of the network's; cross terms do not.

    Parameters
    ----------
    filters : tuple of bytes
        One int8 code per tap in kernel row, kernel column, channel order, for each filter.
    """

    filters: tuple[bytes, ...]

    @classmethod
    def of(cls, codes: ArrayLike) -> "TunedWeights":
        """Keep integers ``[F, ...]`` from -128 to 127, as the graph holds weights."""
        found = np.asarray(codes)
        if found.ndim < 2 or not found.size or not np.issubdtype(found.dtype, np.integer):
            raise SpecError("tuned_weights must hold the codes of every filter, as integers")
        wrong = found[(found < -128) | (found > 127)]
        if wrong.size:
            raise SpecError(f"tuned_weights must be integers from -128 to 127, not {wrong[0]}")
        rows = np.ascontiguousarray(found, np.int8).reshape(len(found), -1)
        return cls(tuple(row.tobytes() for row in rows))

    def codes(self, shape: tuple[int, ...]) -> NDArray[np.int8]:
        """The codes as an array of ``shape``, the layer's. Raises :exc:`SpecError`."""
        taps = int(np.prod(shape[1:]))
        lengths = {len(row) for row in self.filters}
        if len(self.filters) != shape[0] or lengths != {taps}:
            raise SpecError(
                f"tuned_weights must hold {shape[0]} filters of {taps} codes, "
                f"not {len(self.filters)} of {' or '.join(map(str, sorted(lengths)))}"
            )
        return np.frombuffer(b"".join(self.filters), np.int8).reshape(shape)
