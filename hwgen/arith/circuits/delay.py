"""Registers in the path of a value."""

from amaranth.hdl import Signal

__all__ = ["delayed"]


def delayed(m, value, cycles, *, reset=False):
    """``value`` as it was ``cycles`` cycles ago; the registers go into module ``m``.

    Without ``reset`` they start with any value: whoever uses it knows when it counts.
    """
    for _ in range(cycles):
        late = Signal.like(value, name="late", reset_less=not reset)
        m.d.sync += late.eq(value)
        value = late
    return value
