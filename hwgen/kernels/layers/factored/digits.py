"""Weights of a few bits whose shifted sum is the weights of a term."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.kernels.layers.factored.terms import Term

__all__ = ["Digit", "digits_of"]

Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Digit:
    """``weights << place``, to be multiplied by the codes of a table.

    Parameters
    ----------
    table : int
        Number of the term whose table it is.
    place : int
    weights : int64[F, KH, KW, C // groups]
    """

    table: int
    place: int
    weights: Integers


def digits_of(terms: tuple[Term, ...], bits: int) -> tuple[tuple[Digit, ...], tuple[int, ...]]:
    """Signed digits of all terms' weights, highest place first.

    Where weights less one number, the same for all, need fewer digits, that number is taken away:
    it is a factor of the sum of the table over the window.

    Parameters
    ----------
    terms : tuple of Term
    bits : int
        8 or 16, the sign included.

    Returns
    -------
    digits : tuple of Digit
    removed : tuple of int
        Number taken away from each term's weights.
    """
    digits, removed = [], []
    for number, term in enumerate(terms):
        place = _common_zeros(term.weights)
        weights = term.weights >> place if place else term.weights
        centre, parts = _split(weights, bits)
        removed.append(centre << place)
        for k, part in enumerate(parts):
            digits.append(Digit(table=number, place=place + k * bits, weights=part))
    digits.sort(key=lambda digit: -digit.place)
    return tuple(digits), tuple(removed)


def _common_zeros(weights: Integers) -> int:
    """Low bits that are 0 in all weights."""
    common = int(np.bitwise_or.reduce(weights, axis=None))
    return (common & -common).bit_length() - 1 if common else 0


def _split(weights: Integers, bits: int) -> tuple[int, list[Integers]]:
    """A number to take away from all weights, and the digits of the rest, lowest first."""
    low, high = int(weights.min()), int(weights.max())
    half, centre = 1 << (bits - 1), (low + high + 1) >> 1
    if -half <= low and high < half:
        return 0, [weights]
    if high - low < 2 * half:
        return centre, [weights - centre]
    plain, centred = _digits(weights, bits), _digits(weights - centre, bits)
    return (centre, centred) if len(centred) < len(plain) else (0, plain)


def _digits(weights: Integers, bits: int) -> list[Integers]:
    rest, half = weights, 1 << (bits - 1)
    found = []
    while rest.any():
        low = ((rest + half) & (2 * half - 1)) - half
        found.append(low)
        rest = (rest - low) >> bits
    return found
