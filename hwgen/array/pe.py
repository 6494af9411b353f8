"""One processing element of the weight-stationary array."""

from amaranth.hdl import Module, Mux, Shape, Signal, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.arith.operand import OperandKind
from hwgen.emission import place

__all__ = ["ProcessingElement", "column_kind"]


def column_kind(multiplier, rows):
    """Narrowest kind that holds any sum of ``rows`` products: no partial sum overflows."""
    product = multiplier.product_kind
    return OperandKind(product.width + ceil_log2(rows), product.signed)


class ProcessingElement(wiring.Component):
    """Processing element: holds a weight, multiplies, adds to the sum from the north.

    There is no handshake: the array never stalls, and ``valid`` says that the activation
    beside it counts. Where it does not, the element adds exactly 0, whatever its multiplier
    gives for the operands at hand: unused array rows rely on that. The activation register
    keeps its value through such cycles, so that idle elements do not switch.

    The weight is double-buffered: ``load`` writes the shadow register while products use the
    active one; ``swap`` makes the shadow active from the next cycle on and travels east with
    the activations.

    Latency, in cycles: 1 from every input to the output beside it.

    Parameters
    ----------
    multiplier : Multiplier
        Its mode bits are stored above the weight's code.
    rows : int
        Elements in a column, which decides the width of a sum.

    Members
    -------
    a, valid : In
        Activation code from the west, and whether it counts.
    swap : In(1)
        Use the shadow weight from the next cycle on.
    weight, load : In
        Weight code and mode, and the strobe that stores them in the shadow register.
    total : In
        Sum from the north.
    a_east, valid_east, swap_east, total_south : Out
        To the neighbours, one cycle later.
    """

    def __init__(self, multiplier, *, rows):
        self.multiplier = multiplier
        self.rows = rows
        kind = column_kind(multiplier, rows)
        total = Shape(kind.width, kind.signed)
        activation = unsigned(multiplier.a_kind.width)
        members = {
            "a": In(activation),
            "valid": In(1),
            "swap": In(1),
            "weight": In(multiplier.w_kind.width + multiplier.mode_width),
            "load": In(1),
            "total": In(total),
            "a_east": Out(activation),
            "valid_east": Out(1),
            "swap_east": Out(1),
            "total_south": Out(total),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        width = self.multiplier.w_kind.width

        shadow = Signal.like(self.weight)
        active = Signal.like(self.weight)
        with m.If(self.load):
            m.d.sync += shadow.eq(self.weight)
        with m.If(self.swap):
            m.d.sync += active.eq(shadow)

        product = place(m, platform, "product", self.multiplier.create(), module="multiplier")
        m.d.comb += [product.a.eq(self.a), product.w.eq(active[:width])]
        if self.multiplier.mode_width:
            m.d.comb += product.mode.eq(active[width:])

        m.d.sync += [
            self.valid_east.eq(self.valid),
            self.swap_east.eq(self.swap),
            self.total_south.eq(self.total + Mux(self.valid, product.p, 0)),
        ]
        with m.If(self.valid):
            m.d.sync += self.a_east.eq(self.a)

        return m
