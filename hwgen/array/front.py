"""What stands in front of the grid: the skew, and the sums that all filters share."""

from amaranth.hdl import Module, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.array.skew import ActivationSkew
from hwgen.array.sum_columns import SumColumns, sum_members
from hwgen.emission import place

__all__ = ["ArrayFront", "connect_front"]


class ArrayFront(wiring.Component):
    """Makes a wavefront of the activations, and sums what all filters share of them.

    Latency, in cycles: ``r`` to row ``r`` of the wavefront, ``rows + delay`` to the sums.

    Parameters
    ----------
    a_kind : OperandKind
        Of the activations.
    rows : int
        Rows of the array.
    flags : tuple of (str, int)
        Name and bits of what goes with the activations of all rows. Where ``diagonal`` is one
        of them, activations beside it are not in the sums.
    sum_column : bool
        Whether activations are summed.
    variate_bits : int
        Low bits that x may be made of; 0 for no such sum.
    delay : int
        Cycles that the sums wait for those of the grid.

    Members
    -------
    a, valid, one per row, and what ``flags`` names : In
        Activations of a position, which of them count, and what goes with them.
    variate_mask, variate_or : In
        What x is at this position.
    a_east, valid_east, one per row, and the same for ``flags`` : Out
        The wavefront.
    activation_total, variate_total : Out(unsigned)
        Sums over the rows.
    """

    def __init__(self, *, a_kind, rows, flags, sum_column, variate_bits, delay):
        self.a_kind = a_kind
        self.rows = rows
        self.flags = flags
        self.sum_column = sum_column
        self.variate_bits = variate_bits
        self.delay = delay
        activation = unsigned(a_kind.width)
        members = {
            "a": In(activation).array(rows),
            "valid": In(1).array(rows),
            "a_east": Out(activation).array(rows),
            "valid_east": Out(1).array(rows),
            **sum_members(a_kind, rows, activations=sum_column, variate_bits=variate_bits),
        }
        for name, bits in flags:
            members |= {name: In(bits), f"{name}_east": Out(bits).array(rows)}
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        skew = place(
            m,
            platform,
            "skew",
            ActivationSkew(width=self.a_kind.width, rows=self.rows, flags=self.flags),
        )
        for name, _ in self.flags:
            m.d.comb += getattr(skew, name).eq(getattr(self, name))
            for row in range(self.rows):
                m.d.comb += getattr(self, f"{name}_east")[row].eq(
                    getattr(skew, f"{name}_east")[row]
                )
        for row in range(self.rows):
            m.d.comb += [
                skew.a[row].eq(self.a[row]),
                skew.valid[row].eq(self.valid[row]),
                self.a_east[row].eq(skew.a_east[row]),
                self.valid_east[row].eq(skew.valid_east[row]),
            ]
        if self.sum_column or self.variate_bits:
            self._sum(m, platform, skew)
        return m

    def _sum(self, m, platform, skew):
        sums = SumColumns(
            a_kind=self.a_kind,
            rows=self.rows,
            delay=self.delay,
            activations=self.sum_column,
            variate_bits=self.variate_bits,
        )
        place(m, platform, "sums", sums)
        for row in range(self.rows):
            valid = skew.valid_east[row]
            if "diagonal" in dict(self.flags):
                valid = valid & ~skew.diagonal_east[row]
            m.d.comb += [sums.a[row].eq(skew.a_east[row]), sums.valid[row].eq(valid)]
        _connect_sums(m, self, sums)


def connect_front(m, array, front, flags):
    """Connect what an array and its front have in common: activations, flags, sums."""
    for name in flags:
        m.d.comb += getattr(front, name).eq(getattr(array, name))
    for row in range(front.rows):
        m.d.comb += [front.a[row].eq(array.a[row]), front.valid[row].eq(array.valid[row])]
    _connect_sums(m, array, front)


def _connect_sums(m, outer, inner):
    """Connect the sums of a component to those of the one inside."""
    for name in ("variate_mask", "variate_or", "activation_total", "variate_total"):
        if name in outer.signature.members:
            x, y = getattr(outer, name), getattr(inner, name)
            m.d.comb += x.eq(y) if outer.signature.members[name].flow == Out else y.eq(x)
