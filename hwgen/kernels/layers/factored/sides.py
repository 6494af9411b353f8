"""Sums over the window that do not depend on the filter, as bytes to be added up."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import SpecError
from hwgen.kernels.layers.factored.terms import Term
from hwgen.kernels.layers.output import Sums, Variate

__all__ = ["Sides", "sides_of"]

_CODES = np.arange(256, dtype=np.int64)
_INT32 = (1 << 31) - 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Sides:
    """``bias[f] + sum_s coefficients[s, f] * sum_k tables[s, a_k]``, modulo ``2**32``.

    With a control variate the last table has no coefficients; of its sum ``x``,
    ``round_half_up(factor[f] * (base + gain * x) / 2**fraction)`` is added.

    Parameters
    ----------
    bias : int64[F]
    tables : uint8[sides, 256]
    coefficients : int64[sides, F]
    base, gain : int
    """

    bias: NDArray[np.int64]
    tables: NDArray[np.uint8]
    coefficients: NDArray[np.int64]
    base: int
    gain: int


def sides_of(sums: Sums, taps: int, terms: tuple[Term, ...], removed: tuple[int, ...]) -> Sides:
    """Sides that make up for numbers removed from weights, and those of ``sums``.

    Raises
    ------
    SpecError
        The control variate's function needs more than a byte, or its sum more than 32 bits.
    """
    values, counts = np.unique(sums.sum_factor, return_counts=True)
    usual = values[counts.argmax()]
    shared = usual * _CODES  # what is the same for all filters is one table
    for term, number in zip(terms, removed, strict=True):
        shared = shared + number * term.table.astype(np.int64)
    own = sums.sum_factor - usual
    filters = len(own)
    pairs = [(shared, np.ones(filters, np.int64))] + ([(_CODES, own)] if own.any() else [])
    bias, tables, coefficients = sums.bias.copy(), [], []
    for values, coefficient in pairs:
        least, divisor, found = _bytes(values)
        bias += least * taps * coefficient
        tables += found
        coefficients += [coefficient * (divisor << 8 * byte) for byte in range(len(found))]
    base = gain = 0
    if sums.variate is not None:
        base, gain, table = _variate(sums.variate, taps)
        tables.append(table)
    return Sides(
        bias=bias,
        tables=np.array(tables, np.uint8).reshape(-1, 256),
        coefficients=np.array(coefficients, np.int64).reshape(-1, filters),
        base=base,
        gain=gain,
    )


def _bytes(values: NDArray[np.int64]) -> tuple[int, int, list[NDArray[np.uint8]]]:
    """Least value, greatest common divisor of what exceeds it, and the quotient byte by byte."""
    least = int(values.min())
    divisor = int(np.gcd.reduce(values - least))
    rest, found = (values - least) // max(divisor, 1), []
    while rest.any():
        found.append((rest & 255).astype(np.uint8))
        rest = rest >> 8
    return least, divisor, found


def _variate(variate: Variate, taps: int) -> tuple[int, int, NDArray[np.uint8]]:
    least, divisor, found = _bytes(variate.x.astype(np.int64))
    if len(found) > 1 or 255 * taps > _INT32:
        raise SpecError(
            f"factored variate x must have 256 even steps at most and its sum fit 32 bits, "
            f"not {len(found)} bytes and {taps} taps"
        )
    return least * taps, divisor, found[0] if found else np.zeros(256, np.uint8)
