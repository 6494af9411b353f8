"""All columns beside the array: from sums and bytes to codes that are written."""

from amaranth.hdl import Module, Shape, Signal, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.emission import place
from hwgen.memory.token import TOKEN
from hwgen.memory.widths import LINE_BYTES, SPACING
from hwgen.vector.head import ByteSkew, ChainHead
from hwgen.vector.lane import ColumnLane, own_constants
from hwgen.vector.link import link_layout
from hwgen.vector.requantizer import Requantizer
from hwgen.vector.scalers import place_scalers
from hwgen.vector.target import CHANNEL_WIDTH, place_target

__all__ = ["VectorUnit"]


class VectorUnit(wiring.Component):
    """Accumulates, corrects, requantizes and writes, ``requantizers`` codes per cycle.

    What a pass does is said by its tokens (:mod:`hwgen.memory.token`). *Multiplication*: tokens
    of kind TOTAL; the last pass of a group is final. *Pooling*: BYTE. *Addition*: two passes
    SCALED that SET and ADD, then a final BYTE pass that KEEPs. The first token of each pass
    that needs other parameters than the one before loads them: of a group's only pass or last
    pass, or on the diagonal with sums of the first; of every pass of an addition.

    No flow control: a position may enter every cycle, or every ``cols / requantizers`` cycles
    where it is final or SCALED. After the last SCALED token of an addition :attr:`gap` cycles
    must go by before the next token that KEEPs enters, and :attr:`delay` after one of kind
    TOTAL before one of another kind.

    Latency, in cycles: ``delay + c`` from a token to its column sum, :attr:`latency` from a
    token of kind TOTAL to its write, ``delay`` less of another kind.

    Parameters
    ----------
    total : Shape
        Of a column sum.
    cols, requantizers : int
        Columns, and a divisor of them: neighbours share a MAC+ and a requantizer.
    width, depth : int
        Bits of an accumulator, accumulators of a column.
    delay : int
        Cycles from the array's edge to column 0's sum.
    address_width : int
        Bits of a byte address.
    parameters : StructLayout
        Of one column: see :class:`~hwgen.vector.lane.ColumnLane`. With ``channel`` and ``slot``
        columns write anywhere, otherwise one byte after the other.
    sums : Sums
    activation_total_width, variate_total_width : int
        Bits of the sum columns' sums, where there are any.
    diagonal : int
        Lanes of the array's diagonal.

    Members
    -------
    token, a, offset : In
        A position at the array's edge; activations of lanes, one per column, and what is taken
        from them. The latter count for kinds other than TOTAL.
    total, activation_total, variate_total : In
        Sums of the array.
    activation : In, one per lane of the diagonal
        Activations beside the totals, 0 off the diagonal. Only with ``sums.lane_width``.
    parameter : In(parameters), one per column
    channel, columns : In
        First output channel of the group, in bytes (only where columns write one byte after
        the other), and columns that write.
        These three are taken together; they must hold from the entering of a token that loads
        them until ``parameter_taken``.
    parameter_taken : Out(1)
        They may change from the next cycle on.
    double_rounding, zero, low, high : In
        Of the output, constant while a layer's tokens are under way.
    fraction, diagonal, variate_mask, variate_or : In
        The same; where there are such sums.
    origin, column_step, line_step : In
        The same: address of position (0, 0), bytes from position to position and from line to
        line.
    slots : In
        The same, where columns write anywhere: see :class:`~hwgen.vector.target.ScatterTarget`.
    write_address, write_enable, write_data : Out
        For the activation banks.
    busy : Out(1)
        Something is under way, from the cycle after a token on.
    """

    def __init__(
        self,
        *,
        total,
        cols,
        requantizers,
        width,
        depth,
        delay,
        address_width,
        parameters,
        sums,
        activation_total_width=0,
        variate_total_width=0,
        diagonal=0,
    ):
        self.total_shape = total = Shape.cast(total)
        self.cols = cols
        self.requantizers = requantizers
        self.width = width
        self.depth = depth
        self.delay = delay
        self.address_width = address_width
        self.parameters = parameters
        self.sums = sums
        self.activation_total_width = activation_total_width
        self.variate_total_width = variate_total_width
        self.diagonal_lanes = diagonal if sums.lane_width else 0
        self.scattered = "channel" in parameters.members
        members = {
            "token": In(TOKEN),
            "a": In(8).array(cols),
            "offset": In(8),
            "total": In(total).array(cols),
            "parameter": In(parameters).array(cols),
            "columns": In(ceil_log2(cols + 1)),
            "parameter_taken": Out(1),
            "double_rounding": In(1),
            "zero": In(8),
            "low": In(8),
            "high": In(8),
            "origin": In(address_width),
            "column_step": In(LINE_BYTES),
            "line_step": In(address_width),
            "write_enable": Out(1).array(cols),
            "write_data": Out(8).array(cols),
            "busy": Out(1),
            **own_constants(sums),
        }
        if self.scattered:
            members["slots"] = In(SPACING)
            members["write_address"] = Out(address_width).array(cols)
        else:
            members["channel"] = In(CHANNEL_WIDTH)
            members["write_address"] = Out(address_width)
        if sums.width:
            members["activation_total"] = In(unsigned(activation_total_width))
        if sums.variate_bits:
            members["variate_total"] = In(unsigned(variate_total_width))
            members["fraction"] = In(5)
        if sums.own_variate:
            members["diagonal"] = In(1)
        if self.diagonal_lanes:
            members["activation"] = In(unsigned(sums.lane_width)).array(diagonal)
        super().__init__(members)

    @property
    def gap(self):
        """Cycles from a token that is SCALED to the first one that reads its accumulator."""
        return self._value_stage + Requantizer.SCALED_LATENCY + 1

    @property
    def latency(self):
        """Cycles from a token of kind TOTAL to the write of its codes, in slot 0."""
        return self.delay + self._code_stage + self.scattered

    @property
    def _value_stage(self):
        """Cycles from a column's link to its corrected value."""
        return 2 + self.sums.stages

    @property
    def _code_stage(self):
        """Cycles from the first link of the chain to the codes of all columns."""
        return self.cols - 1 + self._value_stage + Requantizer.LATENCY

    def elaborate(self, platform):
        m = Module()
        head = place(m, platform, "head", ChainHead(delay=self.delay, depth=self.depth))
        m.d.comb += head.token.eq(self.token)
        lanes = [self._place_lane(m, platform, col) for col in range(self.cols)]
        chain = self._link(m, head.link, lanes)
        self._connect_inputs(m, platform, lanes, chain)
        codes = place_scalers(m, platform, self, lanes, chain)
        target = place_target(m, platform, self, codes, chain[self._code_stage - 2].token)

        # What is under way is so for as long as the longest way takes.
        left = Signal(range(self.latency + 2))
        m.d.comb += self.busy.eq((left != 0) | target.busy)
        with m.If(self.token.valid):
            m.d.sync += left.eq(self.latency + 1)
        with m.Elif(left != 0):
            m.d.sync += left.eq(left - 1)
        return m

    def _place_lane(self, m, platform, col):
        lane = ColumnLane(
            total=self.total_shape,
            width=self.width,
            depth=self.depth,
            parameters=self.parameters,
            sums=self.sums,
        )
        return place(m, platform, f"column_{col}", lane)

    def _link(self, m, first, lanes):
        """The chain: ``[k]`` is the first link, ``k`` cycles later. Columns are part of it."""
        chain = [first]
        for lane in lanes:
            m.d.comb += lane.link.eq(chain[-1])
            chain.append(lane.next_link)
        while len(chain) < self.cols + self.gap + 1:
            late = Signal(link_layout(self.depth), name=f"link_{len(chain)}")
            m.d.sync += late.eq(chain[-1])
            chain.append(late)
        return chain

    def _connect_inputs(self, m, platform, lanes, chain):
        """Array's sums, bytes, parameters, and what is constant in a layer."""
        skew = place(m, platform, "skew", ByteSkew(cols=self.cols, depth=self.depth))
        m.d.comb += skew.offset.eq(self.offset)
        m.d.comb += [x.eq(y) for x, y in zip(skew.link, chain, strict=False)]
        for col, lane in enumerate(lanes):
            loading = chain[col + self._value_stage - 1].token
            m.d.comb += [
                skew.a[col].eq(self.a[col]),
                lane.total.eq(self.total[col]),
                lane.byte.eq(skew.byte[col]),
                lane.parameter.eq(self.parameter[col]),
                lane.load_rescale.eq(loading.valid & loading.work.load),
                lane.returning.eq(chain[col + self.gap - 1]),
                lane.returned.eq(chain[col + self.gap]),
            ]
            for name in own_constants(self.sums):
                m.d.comb += getattr(lane, name).eq(getattr(self, name))
            if col < self.diagonal_lanes:
                m.d.comb += lane.activation.eq(self.activation[col])
