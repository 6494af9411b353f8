"""One column beside the array: from its sums to one that is to be corrected and requantized."""

from amaranth.hdl import Cat, Module, Mux, Shape, Signal, signed, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from hwgen.emission import place
from hwgen.memory.token import Kind
from hwgen.vector.accumulator import Accumulator
from hwgen.vector.link import is_scaled, link_layout, results
from hwgen.vector.mac import correction_layout
from hwgen.vector.own_sums import OwnSums

__all__ = ["RESCALE", "ColumnLane", "own_constants"]

RESCALE = data.StructLayout({"multiplier": 31, "left": 5, "right": 6})


def own_constants(sums):
    """Ports of what a layer says of a column's own sum of x."""
    if not sums.own_variate:
        return {}
    return {"variate_mask": In(sums.variate_bits), "variate_or": In(1)}


class ColumnLane(wiring.Component):
    """One column: accumulators, and the parameters of its filter.

    No flow control: a position may enter every cycle. ``link`` says what to do with it, and
    goes on to the next column a cycle later. A final one's sum is not written back but goes
    on to be corrected and requantized. So does a byte to be scaled, whose value comes back in
    ``scaled``, together with the ``returning`` link: none but such a byte may enter in that
    cycle.

    Latency, in cycles: 1 from ``link`` to ``next_link``, ``sum`` and ``own_variate``.
    ``correction`` is taken in the cycle after a link that loads it, and holds from the next one
    on; ``rescale`` when ``load_rescale`` is 1, which is to be one cycle before the link's own
    value is corrected.

    Parameters
    ----------
    total : Shape
        Of a column sum.
    width, depth : int
        Bits of an accumulator, and accumulators.
    parameters : StructLayout
        Of a filter's parameters: the fields of ``correction`` and of :data:`RESCALE`.
    sums : Sums

    Members
    -------
    link, next_link : In, Out
        Chain of control.
    total, byte : In
        Column sum of the link; activation less its offset.
    returning, returned : In
        The link of ``scaled``, and the same one cycle later.
    scaled : In(signed(32))
        Requantized value.
    parameter, load_rescale : In
        Parameters of the next filter; strobe.
    activation, variate_mask, variate_or : In
        Only with activations of the column's own: that of the link, 0 off the diagonal; see
        :class:`~hwgen.vector.own_sums.OwnSums`.
    sum : Out(signed(width))
        Sum of the link, or byte to be scaled.
    own_variate : Out(unsigned)
        The column's own sum of x. Only with such activations and a sum of x.
    correction, rescale : Out
        Parameters of the filter.
    """

    def __init__(self, *, total, width, depth, parameters, sums):
        self.total_shape = total = Shape.cast(total)
        self.width = width
        self.depth = depth
        self.parameters = parameters
        self.sums = sums
        self._link = link_layout(depth)
        members = {
            "link": In(self._link),
            "next_link": Out(self._link),
            "total": In(total),
            "byte": In(signed(9)),
            "returning": In(self._link),
            "returned": In(self._link),
            "scaled": In(signed(32)),
            "parameter": In(parameters),
            "load_rescale": In(1),
            "sum": Out(signed(width)),
            "correction": Out(correction_layout(sums)),
            "rescale": Out(RESCALE),
            **own_constants(sums),
        }
        if sums.lane_width:
            members["activation"] = In(unsigned(sums.lane_width))
        if sums.own_variate:
            members["own_variate"] = Out(unsigned(sums.own_variate))
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        accumulator = place(
            m, platform, "accumulator", Accumulator(width=self.width, depth=self.depth)
        )
        returning = is_scaled(self.returning)
        returned = is_scaled(self.returned)
        product = self._own_product(m, platform)

        # Stage 0: read the accumulator, and select what it is combined with.
        value = Signal(signed(32))
        entering = Signal(signed(9))
        from_array = self.link.token.work.kind == Kind.TOTAL
        m.d.comb += accumulator.read_address.eq(
            Mux(returning, self.returning.position, self.link.position)
        )
        m.d.sync += [
            self.next_link.eq(self.link),
            value.eq(Mux(returning, self.scaled, Mux(from_array, self.total, self.byte))),
            entering.eq(self.byte),
        ]

        # Stage 1: combine; write, or go on.
        now = self.next_link
        on_its_way = is_scaled(now)  # not accumulated yet
        m.d.comb += [
            accumulator.update.eq(
                Mux(returned, self.returned.token.work.update, now.token.work.update)
            ),
            accumulator.data.eq(value + product),
            accumulator.write.eq(returned | (now.token.valid & ~results(now))),
            accumulator.write_address.eq(Mux(returned, self.returned.position, now.position)),
            self.sum.eq(Mux(on_its_way, entering, accumulator.combined)),
        ]
        self._load(m)
        return m

    def _own_product(self, m, platform):
        """Correction by the column's own activation, to be accumulated with its total."""
        if not self.sums.lane_width:
            return 0
        own = place(m, platform, "own", OwnSums(sums=self.sums, depth=self.depth))
        m.d.comb += [getattr(own, x).eq(getattr(self, x)) for x in own_constants(self.sums)]
        m.d.comb += own.activation.eq(self.activation)
        if self.sums.own_variate:
            m.d.comb += [
                own.link.eq(self.link),
                own.now.eq(self.next_link),
                self.own_variate.eq(own.variate),
            ]
        if not self.sums.own_sum:
            return 0
        # What a link loads counts for its own activation already, and for the one behind it.
        loading = Cat(x.token.valid & x.token.work.load for x in (self.link, self.next_link))
        factor = Mux(loading.any(), self.parameter.sum_factor, self.correction.sum_factor)
        m.d.comb += own.sum_factor.eq(factor)
        return own.product

    def _load(self, m):
        """Parameters of the filter, each kept until its next one is due."""
        now = self.next_link.token
        with m.If(now.valid & now.work.load):
            for name, _ in self.correction.shape():
                m.d.sync += self.correction[name].eq(self.parameter[name])
        with m.If(self.load_rescale):
            m.d.sync += [self.rescale[name].eq(self.parameter[name]) for name, _ in RESCALE]
