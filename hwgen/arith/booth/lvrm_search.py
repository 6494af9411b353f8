"""Which bits of Booth rows LVRM switches off: every set of them is tried, on every weight.

``python -m hwgen.arith.booth.lvrm_search`` prints the sets behind the default columns of
:class:`hwgen.arith.booth.lvrm.Lvrm`; it takes a minute.
"""

import sys
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.operand import S8, U8, OperandKind

__all__ = ["RowBit", "Switches", "row_bits", "search"]

VARIANCES = (8**2, 20**2)  # bounds in lvrm1 and lvrm2
SHARE = 0.9  # of the weights that must keep the bound
CHUNK = 4096  # sets judged at once


class RowBit(NamedTuple):
    """Bit ``place`` of the row of radix-4 digit ``row``, both counted from the lowest."""

    row: int
    place: int

    @property
    def column(self) -> int:
        """Log2 of its weight in the product."""
        return 2 * self.row + self.place


@dataclass(frozen=True, kw_only=True)
class Switches:
    """Row bits that a mode switches off.

    Parameters
    ----------
    bits : tuple of RowBit
    share : float
        Of the weights, those whose error has a variance within the bound.
    mean_variance : float
        Mean over the weights.
    """

    bits: tuple[RowBit, ...]
    share: float
    mean_variance: float


def row_bits(w_kind: OperandKind, columns: int) -> tuple[RowBit, ...]:
    """Row bits below column ``columns`` when the weight is encoded."""
    rows = range((w_kind.width + (not w_kind.signed) + 1) // 2)
    return tuple(RowBit(row, place) for row in rows for place in range(columns - 2 * row))


def search(w_kind: OperandKind, columns: int = 8) -> tuple[Switches, ...]:
    """Largest sets of row bits within the bounds, the first a subset of the second.

    Every bit costs about the same energy, so the more the better; of equally many the set of
    the lower mean variance. Activations are uniform and unsigned.

    Parameters
    ----------
    w_kind : OperandKind
        Kind of the weights.
    columns : int
        Product columns whose bits may be switched: 1 to 8.
    """
    found: list[Switches] = []
    bits = row_bits(w_kind, columns)
    for bound in reversed(VARIANCES):
        found.insert(0, _largest(bits, w_kind, bound))
        bits = found[0].bits
    return tuple(found)


def _largest(bits: tuple[RowBit, ...], w_kind: OperandKind, bound: int) -> Switches:
    effects = np.array([_effect(bit, w_kind).ravel() for bit in bits], dtype=np.float32)
    codes = 1 << w_kind.width
    best, members = (0, 0.0, 1.0), np.zeros(len(bits), dtype=np.bool_)
    for start in range(0, 1 << len(bits), CHUNK):
        sets = np.arange(start, min(start + CHUNK, 1 << len(bits)))
        chosen = (sets[:, None] >> np.arange(len(bits))) & 1
        # Sums of small integers: float32 is exact, and fast.
        lost = (chosen.astype(np.float32) @ effects).reshape(len(sets), -1, codes)
        variances = np.einsum("sbw,sbw->sw", lost, lost) / 4
        shares = (variances <= bound).mean(axis=1)
        for number in np.flatnonzero(shares >= SHARE):
            mean = float(variances[number].mean(dtype=np.float64))
            rank = (int(chosen[number].sum()), -mean, float(shares[number]))
            if rank > best:
                best, members = rank, chosen[number].astype(np.bool_)
    kept = tuple(bit for bit, is_member in zip(bits, members, strict=True) if is_member)
    return Switches(bits=kept, share=best[2], mean_variance=-best[1])


def _effect(bit: RowBit, w_kind: OperandKind) -> NDArray[np.int64]:
    """What the product loses per activation bit that is 1: shape ``(8, weight codes)``.

    A row is ``abs(d) * a``, so its bit is that of the activation for a digit of +-1, and the
    one below for +-2. A uniform bit has the variance 1/4, and bits are independent.
    """
    digit = _digit(bit.row, w_kind)
    effect = np.zeros((8, digit.size), dtype=np.int64)
    for size in (1, 2):
        source = bit.place + 1 - size
        if 0 <= source < len(effect):
            effect[source] += np.where(np.abs(digit) == size, np.sign(digit) << bit.column, 0)
    return effect


def _digit(row: int, w_kind: OperandKind) -> NDArray[np.int64]:
    """Radix-4 Booth digit of every weight code: those up to a bit sum to the bits up to it."""
    partial = [np.zeros(1 << w_kind.width, dtype=np.int64)]
    partial += [
        OperandKind(width, True).decode(w_kind.values & ((1 << width) - 1))
        for width in range(2, 2 * row + 3, 2)
    ]
    return (partial[row + 1] - partial[row]) >> (2 * row)


def main() -> None:
    """Print what is switched off in both modes, for both kinds of weights."""
    for w_kind in (S8, U8):
        for number, switches in enumerate(search(w_kind), start=1):
            names = " ".join(f"{bit.row}.{bit.place}" for bit in switches.bits)
            sys.stdout.write(
                f"u8 x {w_kind.name} lvrm{number}: row bits {names}; "
                f"{100 * switches.share:.1f} % of the weights within the bound, "
                f"mean variance {switches.mean_variance:.1f}\n"
            )


if __name__ == "__main__":
    main()
