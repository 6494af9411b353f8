"""Where an unsigned number begins: its leading one, in circuits and in integers."""

import numpy as np
from amaranth.hdl import Cat, Const, Signal
from amaranth.utils import ceil_log2
from numpy.typing import NDArray

__all__ = ["leading_one", "one_hot_position", "position"]


def position(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bit number of the leading one; 0 for the value 0."""
    found = np.zeros_like(values)
    for step in (16, 8, 4, 2, 1):
        found += step * (values >> (found + step) > 0)
    return found


def leading_one(m, value):
    """Net of ``len(value)`` bits: the leading one of ``value`` alone, or 0; gates go into ``m``.

    A chain of ORs from the top says whether a higher bit is set; the mapper makes a tree of it
    where it is slow.
    """
    higher = [value[bit + 1 :].any() for bit in range(len(value) - 1)]
    found = Signal(len(value))
    m.d.comb += found.eq(value & ~Cat(*higher, Const(0, 1)))
    return found


def one_hot_position(m, one_hot):
    """Net of the number of the bit that is set, 0 when none is: one OR per binary digit."""
    digits = [
        Cat(*(one_hot[bit] for bit in range(len(one_hot)) if (bit >> digit) & 1)).any()
        for digit in range(ceil_log2(len(one_hot)))
    ]
    found = Signal(len(digits))
    m.d.comb += found.eq(Cat(*digits))
    return found
