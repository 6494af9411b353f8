"""One processing element of the weight-stationary array."""

from functools import cache

from amaranth.hdl import EnableInserter, Module, Mux, Shape, Signal, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.arith.circuits.delay import delayed
from hwgen.arith.operand import OperandKind
from hwgen.emission import place

__all__ = ["ProcessingElement", "column_kind"]


@cache
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

    With ``diagonal`` set beside an activation, it counts only in the elements of the array's
    diagonal, which ``on_diagonal`` tells apart; it travels on all the same.

    Latency, in cycles: 1 from every input to the output beside it; ``stages + 1`` from the
    activation to the sum. The sum from the north is that of ``stages`` cycles later, so a
    column of elements is as skewed as without stages, and its sums leave that much later.

    Parameters
    ----------
    multiplier : Multiplier
        Its mode bits are stored above the weight's code.
    rows : int
        Elements in a column, which decides the width of a sum.
    stages : int
        Registers in the multiplier.
    total_kind : OperandKind, optional
        Kind of a sum; default: see :func:`column_kind`.
    diagonal : bool
        Whether there is a ``diagonal``.
    enabled : bool
        Whether there is an ``enable``.
    label : str
        What its module's name and its multiplier's end in, where an array has several kinds.

    Members
    -------
    a, valid : In
        Activation code from the west, and whether it counts.
    diagonal, on_diagonal : In(1)
        Whether it counts on the diagonal only, and whether this element is there. Only with
        ``diagonal``.
    swap : In(1)
        Use the shadow weight from the next cycle on.
    weight, load : In
        Weight code and mode, and the strobe that stores them in the shadow register.
    total : In
        Sum from the north.
    enable : In(1)
        Clock enable of all registers but those in the multiplier. Only with ``enabled``: low
        only while nothing is under way.
    a_east, valid_east, swap_east, diagonal_east, total_south : Out
        To the neighbours, one cycle later.
    """

    def __init__(
        self,
        multiplier,
        *,
        rows,
        stages=0,
        total_kind=None,
        diagonal=False,
        enabled=False,
        label="",
    ):
        self.multiplier = multiplier
        self.rows = rows
        self.stages = stages
        self.has_diagonal = diagonal
        self.enabled = enabled
        self._label = label
        self.total_kind = kind = total_kind or column_kind(multiplier, rows)
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
        if diagonal:
            members |= {"diagonal": In(1), "on_diagonal": In(1), "diagonal_east": Out(1)}
        if enabled:
            members["enable"] = In(1)
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        width = self.multiplier.w_kind.width

        # Stage 0: the weight, and what travels east.
        shadow = Signal.like(self.weight)
        active = Signal.like(self.weight)
        with m.If(self.load):
            m.d.sync += shadow.eq(self.weight)
        with m.If(self.swap):
            m.d.sync += active.eq(shadow)
        m.d.sync += [self.valid_east.eq(self.valid), self.swap_east.eq(self.swap)]
        with m.If(self.valid):
            m.d.sync += self.a_east.eq(self.a)
        if self.has_diagonal:
            m.d.sync += self.diagonal_east.eq(self.diagonal)

        product = place(
            m,
            platform,
            "product",
            self.multiplier.create(self.stages),
            module=f"multiplier{self._label}",
        )
        m.d.comb += [product.a.eq(self.a), product.w.eq(active[:width])]
        if self.multiplier.mode_width:
            m.d.comb += product.mode.eq(active[width:])

        # Last stage: add.
        m.d.sync += self.total_south.eq(self.total + Mux(self._counts(m), product.p, 0))
        return EnableInserter(self.enable)(m) if self.enabled else m

    def _counts(self, m):
        """Whether the activation of the product that comes out now counts."""
        late = self.stages > 0  # what goes east is one cycle late already
        counts = self.valid_east if late else self.valid
        if self.has_diagonal:
            counts &= self.on_diagonal | ~(self.diagonal_east if late else self.diagonal)
        return delayed(m, counts, max(self.stages - 1, 0), reset=True)
