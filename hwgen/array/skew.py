"""Delays that turn a vector of activations into a wavefront."""

from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.emission import place

__all__ = ["ActivationDelay", "ActivationSkew"]


class ActivationDelay(wiring.Component):
    """Delays an activation; each register keeps its value where the one before does not count.

    Latency, in cycles: ``depth``.

    Parameters
    ----------
    width : int
        Activation width, in bits.
    depth : int
        Registers.

    Members
    -------
    a, valid : In
        Activation code, and whether it counts.
    a_east, valid_east : Out
        The same, later.
    """

    def __init__(self, *, width, depth):
        self.width = width
        self.depth = depth
        members = {
            "a": In(unsigned(width)),
            "valid": In(1),
            "a_east": Out(unsigned(width)),
            "valid_east": Out(1),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        a, valid = self.a, self.valid
        for stage in range(self.depth):
            late_a = Signal(self.width, name=f"a_{stage}")
            late_valid = Signal(name=f"valid_{stage}")
            with m.If(valid):
                m.d.sync += late_a.eq(a)
            m.d.sync += late_valid.eq(valid)
            a, valid = late_a, late_valid
        m.d.comb += [self.a_east.eq(a), self.valid_east.eq(valid)]
        return m


class ActivationSkew(wiring.Component):
    """Skew in front of the array: row ``r`` is delayed by ``r`` cycles.

    Parameters
    ----------
    width : int
        Activation width, in bits.
    rows : int
        Array rows.
    flags : tuple of (str, int)
        Name and bits of what else goes with the activations, the same for all rows.

    Members
    -------
    a, valid : In, one per row
        Activations of one position, and which of them count.
    swap, or what ``flags`` names : In
        Swap weights before the activations of the next cycle.
    a_east, valid_east, swap_east : Out, one per row
        The same, ``r`` cycles later in row ``r``.
    """

    def __init__(self, *, width, rows, flags=(("swap", 1),)):
        self.width = width
        self.rows = rows
        self.flags = flags
        members = {
            "a": In(unsigned(width)).array(rows),
            "valid": In(1).array(rows),
            "a_east": Out(unsigned(width)).array(rows),
            "valid_east": Out(1).array(rows),
        }
        for name, bits in flags:
            members |= {name: In(bits), f"{name}_east": Out(bits).array(rows)}
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        for name, _ in self.flags:
            flag = getattr(self, name)
            for row, east in enumerate(getattr(self, f"{name}_east")):
                if row:  # one cycle behind the row above
                    late = Signal.like(flag, name=f"{name}_{row}")
                    m.d.sync += late.eq(flag)
                    flag = late
                m.d.comb += east.eq(flag)
        for row in range(self.rows):
            a, valid = self.a[row], self.valid[row]
            for bit in range(row.bit_length()):  # few distinct modules, however many rows
                if row >> bit & 1:
                    depth = 1 << bit
                    delay = ActivationDelay(width=self.width, depth=depth)
                    name, module = f"delay_{row}_{depth}", f"activation_delay_{depth}"
                    place(m, platform, name, delay, module=module)
                    m.d.comb += [delay.a.eq(a), delay.valid.eq(valid)]
                    a, valid = delay.a_east, delay.valid_east
            m.d.comb += [self.a_east[row].eq(a), self.valid_east[row].eq(valid)]
        return m
