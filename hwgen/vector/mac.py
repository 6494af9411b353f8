"""MAC+: what is added to a column's sum of products before it is requantized."""

from amaranth.hdl import Const, Module, Signal, signed, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["MacPlus", "correction_layout"]


def correction_layout(sums):
    """Parameters of a filter that correct its sum: ``bias``, and a factor of each sum there is."""
    fields = {"bias": signed(32)}
    if sums.width:
        fields["sum_factor"] = signed(9)
    if sums.variate_bits:
        fields["variate_factor"] = signed(sums.variate_factor_width)
    return data.StructLayout(fields)


class MacPlus(wiring.Component):
    """``sum + bias + sum_factor * SumA + round_half_up(variate_factor * Sumx / 2**fraction)``.

    Wraps modulo ``2**32``. Without the sums it is an adder alone.

    No flow control: a sum may enter every cycle.

    Latency, in cycles: ``sums.stages``.

    Parameters
    ----------
    width : int
        Bits of a sum.
    sums : Sums

    Members
    -------
    sum : In(signed(width))
        Sum of products.
    correction : In(correction_layout(sums))
        Of its filter.
    activation_sum : In
        Only with a sum of activations.
    variate_sum, fraction : In
        Only with a sum of x.
    value : Out(signed(32))
    """

    def __init__(self, *, width, sums):
        self.width = width
        self.sums = sums
        members = {
            "sum": In(signed(width)),
            "correction": In(correction_layout(sums)),
            "value": Out(signed(32)),
        }
        if sums.width:
            members["activation_sum"] = In(unsigned(sums.width))
        if sums.variate_bits:
            members["variate_sum"] = In(unsigned(sums.variate_width))
            members["fraction"] = In(5)
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        correction = self.correction

        # Stage 0: the constant, and the products.
        total = Signal(signed(32), name="total_0")
        m.d.sync += total.eq(self.sum + correction.bias)
        if self.sums.width:
            product = Signal(signed(9 + self.sums.width))
            m.d.sync += product.eq(correction.sum_factor * self.activation_sum)
        else:
            product = 0
        if self.sums.variate_bits:
            scaled = Signal(signed(self.sums.variate_factor_width + self.sums.variate_width + 1))
            m.d.sync += scaled.eq(correction.variate_factor * self.variate_sum)

        # Stage 1: the sum of activations.
        if self.sums.stages > 1:
            before, total = total, Signal(signed(32), name="total_1")
            m.d.sync += total.eq(before + product)

        # Stages 1 and 2: the control variate.
        if self.sums.variate_bits:
            half = Signal(unsigned(31))
            variate = Signal(signed(32))
            before, total = total, Signal(signed(32), name="total_2")
            m.d.comb += half.eq((Const(1, 32) << self.fraction) >> 1)
            m.d.sync += [
                variate.eq((scaled + half) >> self.fraction),
                total.eq(before + variate),
            ]
        m.d.comb += self.value.eq(total)
        return m
