"""Registers in the path of a value."""

from amaranth.hdl import Signal

__all__ = ["delayed"]


def delayed(m, value, cycles):
    """``value`` as it was ``cycles`` cycles ago; the registers go into module ``m``.

    They have no reset: whoever uses the value knows when it counts.
    """
    for _ in range(cycles):
        late = Signal.like(value, name="late", reset_less=True)
        m.d.sync += late.eq(value)
        value = late
    return value
