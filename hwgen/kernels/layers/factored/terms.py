"""From factors of products to a few tables of bytes and weights for them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Term", "terms_of"]

Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Term:
    """``table[a_k] * weights[f, k]``, to be summed over taps ``k``.

    Parameters
    ----------
    table : uint8[256]
        By activation code.
    weights : int64[F, KH, KW, C // groups]
        Within int32.
    """

    table: NDArray[np.uint8]
    weights: Integers


def terms_of(
    left: NDArray[np.int32], right: NDArray[np.int32]
) -> tuple[tuple[Term, ...], Integers]:
    """Terms whose sums, with a constant per filter, equal those of the factors modulo ``2**32``.

    Of each left factor its least value is taken away, which leaves a constant, and its greatest
    common divisor, which goes to the weights. Left factors that are then equal, or each other's
    complement, share a term; one that needs more than 8 bits makes a term per byte.

    Parameters
    ----------
    left : int32[rank, 256]
    right : int32[rank, F, KH, KW, C // groups]

    Returns
    -------
    terms : tuple of Term
    constant : int64[F]
    """
    constant = np.zeros(right.shape[1], np.int64)
    found: dict[bytes, Integers] = {}
    for u, v in zip(left.astype(np.int64), right.astype(np.int64), strict=True):
        if u[-1] < u[0]:  # so that complements look alike
            u, v = -u, -v
        offset = u.min()
        constant += _wrap(offset * v.reshape(len(v), -1).sum(axis=1))
        u = u - offset
        divisor = np.gcd.reduce(u)
        if not divisor or not v.any():
            continue
        u = u // divisor
        for byte in range(4):
            table = (u >> 8 * byte & 255).astype(np.uint8).tobytes()
            factor = divisor << 8 * byte
            if any(table):
                more = _wrap(v * factor) if factor > 1 else v
                found[table] = _wrap(found[table] + more) if table in found else more
    terms = [_widened(table, weights) for table, weights in found.items() if weights.any()]
    return tuple(terms), constant


def _widened(table: bytes, weights: Integers) -> Term:
    """The term with common powers of two moved from the weights to the table, as bytes allow."""
    values = np.frombuffer(table, np.uint8)
    room = 8 - int(values.max()).bit_length()
    common = int(np.bitwise_or.reduce(weights, axis=None))
    shift = min(room, (common & -common).bit_length() - 1)
    if not shift:
        return Term(table=values, weights=weights)
    return Term(table=(values << np.uint8(shift)).astype(np.uint8), weights=weights >> shift)


def _wrap(x: Integers) -> Integers:
    return np.asarray(x.astype(np.int32), np.int64)
