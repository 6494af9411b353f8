"""MAC+: what a column adds to a sum of products before it is requantized."""

from amaranth.hdl import Const, Module, Mux, Signal, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["MacPlus"]


class MacPlus(wiring.Component):
    """``sum + bias + sum_factor * SumA + round_half_up(variate_factor * Sumx / 2**fraction)``.

    Wraps modulo ``2**32``. Without the sums it is an adder alone. On the diagonal of the array
    every column has activations of its own: then ``product``, of the factor and the activation
    that is beside the column's total, is to be accumulated with that, and the sum's own
    ``SumA`` is left out.

    No flow control: a sum may enter every cycle.

    Latency, in cycles: ``sums.stages`` from ``sum`` and what belongs to it to ``value``; 1 from
    ``activation`` to ``product``.

    Parameters
    ----------
    width : int
        Bits of a sum.
    sums : Sums

    Members
    -------
    sum, bias : In(signed)
        Sum of products, and constant.
    sum_factor, activation_sum : In
        Only with a sum of activations.
    variate_factor, variate_sum, fraction : In
        Only with a sum of x.
    diagonal, activation : In
        Only with activations of the column's own: whether they count, and which one.
    product : Out(signed)
        Only with these: factor times activation; 0 unless ``diagonal``.
    value : Out(signed(32))
    """

    def __init__(self, *, width, sums):
        self.width = width
        self.sums = sums
        members = {
            "sum": In(signed(width)),
            "bias": In(signed(32)),
            "value": Out(signed(32)),
        }
        if sums.width:
            members["sum_factor"] = In(signed(9))
            members["activation_sum"] = In(unsigned(sums.width))
        if sums.variate_bits:
            members["variate_factor"] = In(signed(sums.variate_factor_width))
            members["variate_sum"] = In(unsigned(sums.variate_width))
            members["fraction"] = In(5)
        if sums.own_sum:
            members["diagonal"] = In(1)
            members["activation"] = In(unsigned(sums.lane_width))
            members["product"] = Out(signed(9 + sums.lane_width))
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()

        # Stage 0: the constant, and the products.
        total = Signal(signed(32), name="total_0")
        m.d.sync += total.eq(self.sum + self.bias)
        product = self._multiply(m) if self.sums.width else 0
        if self.sums.variate_bits:
            scaled = Signal(signed(len(self.variate_factor) + len(self.variate_sum) + 1))
            m.d.sync += scaled.eq(self.variate_factor * self.variate_sum)

        # Stage 1: the sum of activations.
        if self.sums.stages > 1:
            before, total = total, Signal(signed(32), name="total_1")
            m.d.sync += total.eq(before + product)

        # Stages 1 and 2: the control variate.
        if self.sums.variate_bits:
            half = Signal(unsigned(31))
            correction = Signal(signed(32))
            before, total = total, Signal(signed(32), name="total_2")
            m.d.comb += half.eq((Const(1, 32) << self.fraction) >> 1)
            m.d.sync += [
                correction.eq((scaled + half) >> self.fraction),
                total.eq(before + correction),
            ]
        m.d.comb += self.value.eq(total)
        return m

    def _multiply(self, m):
        """Product with the activations: those of the sum, or the column's own."""
        if not self.sums.own_sum:
            product = Signal(signed(9 + self.sums.width))
            m.d.sync += product.eq(self.sum_factor * self.activation_sum)
            return product
        factor = Signal(unsigned(self.sums.width))
        product = Signal(signed(9 + self.sums.width))
        m.d.comb += [
            factor.eq(Mux(self.diagonal, self.activation, self.activation_sum)),
            self.product.eq(Mux(self.diagonal, product, 0)),
        ]
        m.d.sync += product.eq(self.sum_factor * factor)
        return Mux(self.diagonal, 0, product)
