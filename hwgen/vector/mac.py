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

    Latency, in cycles: :attr:`latency` from ``sum`` and what belongs to it to ``value``; 1 from
    ``activation`` to ``product``.

    Parameters
    ----------
    width : int
        Bits of a sum.
    sum_width, variate_width : int
        Bits of the accumulated sum of activations, and of x; 0 where there is none.
    variate_factor_width : int
        Bits of that factor.
    lane_width : int
        Bits of an activation beside a column's total; 0 where there is none.

    Members
    -------
    sum, bias : In(signed)
        Sum of products, and constant.
    sum_factor, activation_sum : In
        Only with a sum of activations.
    variate_factor, variate_sum, fraction : In
        Only with a sum of x.
    diagonal, activation : In
        Only with ``lane_width``: whether activations are the column's own, and which one.
    product : Out(signed)
        Only with ``lane_width``: factor times activation; 0 unless ``diagonal``.
    value : Out(signed(32))
    """

    def __init__(
        self, *, width, sum_width=0, variate_width=0, variate_factor_width=0, lane_width=0
    ):
        self.width = width
        self.sum_width = sum_width
        self.variate_width = variate_width
        self.variate_factor_width = variate_factor_width
        self.lane_width = lane_width
        members = {
            "sum": In(signed(width)),
            "bias": In(signed(32)),
            "value": Out(signed(32)),
        }
        if sum_width:
            members["sum_factor"] = In(signed(9))
            members["activation_sum"] = In(unsigned(sum_width))
        if variate_width:
            members["variate_factor"] = In(signed(variate_factor_width))
            members["variate_sum"] = In(unsigned(variate_width))
            members["fraction"] = In(5)
        if lane_width:
            members["diagonal"] = In(1)
            members["activation"] = In(unsigned(lane_width))
            members["product"] = Out(signed(9 + lane_width))
        super().__init__(members)

    @property
    def latency(self):
        """Cycles from ``sum`` to ``value``."""
        if self.variate_width:
            return 3
        return 2 if self.sum_width else 1

    def elaborate(self, platform):
        m = Module()

        # Stage 0: the constant, and the products.
        total = Signal(signed(32), name="total_0")
        m.d.sync += total.eq(self.sum + self.bias)
        product = self._multiply(m) if self.sum_width else 0
        if self.variate_width:
            scaled = Signal(signed(self.variate_factor_width + self.variate_width + 1))
            m.d.sync += scaled.eq(self.variate_factor * self.variate_sum)

        # Stage 1: the sum of activations.
        if self.sum_width or self.variate_width:
            before, total = total, Signal(signed(32), name="total_1")
            m.d.sync += total.eq(before + product)

        # Stages 1 and 2: the control variate.
        if self.variate_width:
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
        if not self.lane_width:
            product = Signal(signed(9 + self.sum_width))
            m.d.sync += product.eq(self.sum_factor * self.activation_sum)
            return product
        factor = Signal(unsigned(self.sum_width))
        product = Signal(signed(9 + self.sum_width))
        m.d.comb += [
            factor.eq(Mux(self.diagonal, self.activation, self.activation_sum)),
            self.product.eq(Mux(self.diagonal, product, 0)),
        ]
        m.d.sync += product.eq(self.sum_factor * factor)
        return Mux(self.diagonal, 0, product)
