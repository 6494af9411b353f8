"""From accumulators to codes."""

from amaranth.hdl import Const, Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["Requantizer"]

_TOP, _BOTTOM = (1 << 31) - 1, -(1 << 31)


class Requantizer(wiring.Component):
    """Fixed-point scaling of a 32-bit value, then zero point and clamp to a u8 code.

    ``double_rounding`` is 1: gemmlowp's saturating rounding doubling high multiply of
    ``value << left`` by ``multiplier``, then a right shift by ``right`` that rounds ties away
    from zero. 0: ``value * multiplier / 2**right``, rounded once, ties to even, saturated to
    32 bits. Both follow the network's own definition (``Rescale``).

    No flow control: a value may enter every cycle.

    Latency, in cycles: :attr:`SCALED_LATENCY` to ``scaled``, :attr:`LATENCY` to ``code``.

    Members
    -------
    value : In(signed(32))
    multiplier, left, right : In
        Of this value.
    double_rounding, zero, low, high : In
        Of the layer: constant while its values are under way.
    scaled : Out(signed(32))
        The scaled value.
    code : Out(8)
        The scaled value plus ``zero``, clamped to ``low..high``.
    """

    SCALED_LATENCY = 5
    LATENCY = 6

    value: In(signed(32))
    multiplier: In(31)
    left: In(5)
    right: In(6)
    double_rounding: In(1)
    zero: In(8)
    low: In(8)
    high: In(8)
    scaled: Out(signed(32))
    code: Out(8)

    def elaborate(self, platform):
        m = Module()

        # Stage 0: shift left.
        shifted = Signal(signed(32))
        multiplier = Signal.like(self.multiplier)
        right = [Signal.like(self.right, name=f"right_{stage}") for stage in range(3)]
        m.d.sync += [shifted.eq(self.value << self.left), multiplier.eq(self.multiplier)]
        m.d.sync += [late.eq(x) for late, x in zip(right, [self.right, *right], strict=False)]

        # Stage 1: multiply.
        product = Signal(signed(63))
        m.d.sync += product.eq(shifted * multiplier)

        # Stage 2: the high half, rounded half up. The multiplier is never negative, so the
        # one product that gemmlowp saturates, (-2**31)**2, cannot occur.
        high_half = Signal(signed(63))
        m.d.sync += high_half.eq(Mux(self.double_rounding, (product + (1 << 30)) >> 31, product))

        # Stage 3: shift right, but for the highest bit that is lost, and note the others.
        kept = Signal(signed(64))
        rest = Signal()
        is_negative = Signal()
        m.d.sync += [
            kept.eq((high_half << 1) >> right[2]),
            rest.eq((high_half.as_unsigned() & (((Const(1, 64) << right[2]) - 1) >> 1)).any()),
            is_negative.eq(high_half < 0),
        ]

        # Stage 4: round, and saturate.
        tie_up = Mux(self.double_rounding, ~is_negative, kept[1])
        rounded = Signal(signed(33))
        fits = Signal()
        m.d.comb += [
            rounded.eq(kept[1:33].as_signed() + (kept[0] & (rest | tie_up))),
            fits.eq(kept[32:].all() | ~kept[32:].any()),
        ]
        with m.If(is_negative & ~fits):
            m.d.sync += self.scaled.eq(_BOTTOM)
        with m.Elif(~fits | (rounded > _TOP)):
            m.d.sync += self.scaled.eq(_TOP)
        with m.Else():
            m.d.sync += self.scaled.eq(rounded)

        # Stage 5: zero point and clamp.
        moved = Signal(signed(33))
        m.d.comb += moved.eq(self.scaled + self.zero)
        with m.If(moved < self.low):
            m.d.sync += self.code.eq(self.low)
        with m.Elif(moved > self.high):
            m.d.sync += self.code.eq(self.high)
        with m.Else():
            m.d.sync += self.code.eq(moved)

        return m
