"""The columns that sum activations, and a function of them, for all filters at once."""

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.arith.circuits.delay import delayed
from hwgen.array.sum_column import SumElement
from hwgen.emission import place

__all__ = ["SumColumns", "VariateElement", "sum_members", "variate_of"]


def variate_of(a, mask, is_or):
    """``x`` of an activation code: its bits under ``mask``, or the OR of them.

    The function of a layer's control variate: see
    :class:`hwgen.spec.mapping.corrections.ControlVariate`.
    """
    low = a[: len(mask)] & mask
    return Mux(is_or, low.any(), low)


class VariateElement(wiring.Component):
    """Element of the column that sums ``x = f(a)``: the low bits, or the OR of them.

    What the layer wants travels south with the wavefront, so that it may change from one
    position to the next.

    Latency, in cycles: 1.

    Parameters
    ----------
    width : int
        Activation width, in bits.
    rows : int
        Elements in the column.
    bits : int
        Low bits that any layer may use: 1 to ``width``.

    Members
    -------
    a, valid : In
        Activation code from the west, and whether it counts.
    mask : In(bits)
        Low bits that count.
    is_or : In(1)
        Whether x is 1 where any of them is set, instead of the bits as a number.
    total : In(unsigned)
        Sum from the north.
    total_south, mask_south, is_or_south : Out
        The sum with this x, and what the layer wants, one cycle later.
    """

    def __init__(self, *, width, rows, bits):
        self.width = width
        self.rows = rows
        self.bits = bits
        total = unsigned(bits + ceil_log2(rows))
        members = {
            "a": In(unsigned(width)),
            "valid": In(1),
            "mask": In(bits),
            "is_or": In(1),
            "total": In(total),
            "total_south": Out(total),
            "mask_south": Out(bits),
            "is_or_south": Out(1),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        x = variate_of(self.a, self.mask, self.is_or)
        m.d.sync += [
            self.total_south.eq(self.total + Mux(self.valid, x, 0)),
            self.mask_south.eq(self.mask),
            self.is_or_south.eq(self.is_or),
        ]
        return m


def sum_members(a_kind, rows, *, activations, variate_bits):
    """Ports of the sums: outputs, and what x is. See :class:`SumColumns`."""
    members = {}
    if activations:
        members["activation_total"] = Out(unsigned(a_kind.width + ceil_log2(rows)))
    if variate_bits:
        members["variate_mask"] = In(variate_bits)
        members["variate_or"] = In(1)
        members["variate_total"] = Out(unsigned(variate_bits + ceil_log2(rows)))
    return members


class SumColumns(wiring.Component):
    """Sums over the rows of what the array multiplies, beside its first column.

    ``activation_total`` sums stored activation codes: of a signed operand that is the code
    above its lowest value, whatever the multiplier takes. ``variate_total`` sums x of the
    code that the multiplier gets.

    Latency, in cycles: ``rows + delay`` from row 0's activation: with ``delay`` that of the
    array beyond ``rows``, sums leave with those of column 0.

    Parameters
    ----------
    a_kind : OperandKind
        Of the multipliers.
    rows, delay : int
        Rows of the array, and cycles that its sums leave later for registers in its columns.
    activations : bool
        Whether activations are summed.
    variate_bits : int
        Low bits that x may be made of; 0 for no such sum.

    Members
    -------
    a, valid : In, one per row
        The wavefront: row ``r`` is ``r`` cycles late.
    variate_mask, variate_or : In
        What x is, for the position that is in row 0: see :class:`VariateElement`.
    activation_total, variate_total : Out(unsigned)
        Sums; 0 for positions of which no row counts.
    """

    def __init__(self, *, a_kind, rows, delay=0, activations=True, variate_bits=0):
        self.a_kind = a_kind
        self.rows = rows
        self.delay = delay
        self.activations = activations
        self.variate_bits = variate_bits
        members = {
            "a": In(unsigned(a_kind.width)).array(rows),
            "valid": In(1).array(rows),
            **sum_members(a_kind, rows, activations=activations, variate_bits=variate_bits),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        if self.activations:
            total = self._sum_activations(m, platform)
            m.d.comb += self.activation_total.eq(delayed(m, total, self.delay, reset=True))
        if self.variate_bits:
            total = self._sum_variates(m, platform)
            m.d.comb += self.variate_total.eq(delayed(m, total, self.delay, reset=True))
        return m

    def _sum_activations(self, m, platform):
        width, total = self.a_kind.width, 0
        for row in range(self.rows):
            element = place(m, platform, f"sum_{row}", SumElement(width=width, rows=self.rows))
            stored = Signal(width, name=f"stored_{row}")
            m.d.comb += [
                stored.eq(self.a[row] ^ (self.a_kind.low & (1 << width) - 1)),
                element.a.eq(stored),
                element.valid.eq(self.valid[row]),
                element.total.eq(total),
            ]
            total = element.total_south
        return total

    def _sum_variates(self, m, platform):
        mask, is_or, total = self.variate_mask, self.variate_or, 0
        for row in range(self.rows):
            element = place(
                m,
                platform,
                f"variate_{row}",
                VariateElement(width=self.a_kind.width, rows=self.rows, bits=self.variate_bits),
            )
            m.d.comb += [
                element.a.eq(self.a[row]),
                element.valid.eq(self.valid[row]),
                element.mask.eq(mask),
                element.is_or.eq(is_or),
                element.total.eq(total),
            ]
            mask, is_or, total = element.mask_south, element.is_or_south, element.total_south
        return total
