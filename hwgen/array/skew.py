"""Delays that turn a vector of activations into a wavefront."""

from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["ActivationSkew"]


class ActivationSkew(wiring.Component):
    """Skew in front of the array: row ``r`` is delayed by ``r`` cycles.

    Parameters
    ----------
    width : int
        Activation width, in bits.
    rows : int
        Array rows.

    Members
    -------
    a, valid : In, one per row
        Activations of one position, and which of them count.
    swap : In(1)
        Swap weights before the activations of the next cycle.
    a_east, valid_east, swap_east : Out, one per row
        The same, ``r`` cycles later in row ``r``.
    """

    def __init__(self, *, width, rows):
        self.width = width
        self.rows = rows
        members = {
            "a": In(unsigned(width)).array(rows),
            "valid": In(1).array(rows),
            "swap": In(1),
            "a_east": Out(unsigned(width)).array(rows),
            "valid_east": Out(1).array(rows),
            "swap_east": Out(1).array(rows),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        for row in range(self.rows):
            a, valid, swap = self.a[row], self.valid[row], self.swap
            for stage in range(row):
                late_a = Signal(self.width, name=f"a_{row}_{stage}")
                late_valid = Signal(name=f"valid_{row}_{stage}")
                late_swap = Signal(name=f"swap_{row}_{stage}")
                with m.If(valid):
                    m.d.sync += late_a.eq(a)
                m.d.sync += [late_valid.eq(valid), late_swap.eq(swap)]
                a, valid, swap = late_a, late_valid, late_swap
            m.d.comb += [
                self.a_east[row].eq(a),
                self.valid_east[row].eq(valid),
                self.swap_east[row].eq(swap),
            ]
        return m
