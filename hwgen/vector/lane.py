"""One column beside the array: from its sums to a value to be requantized."""

from amaranth.hdl import Module, Mux, Shape, Signal, signed, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from hwgen.array.sum_columns import variate_of
from hwgen.emission import place
from hwgen.memory.token import Kind
from hwgen.vector.accumulator import Accumulator
from hwgen.vector.link import is_scaled, link_layout, results
from hwgen.vector.mac import MacPlus

__all__ = ["RESCALE", "ColumnLane", "constants"]

RESCALE = data.StructLayout({"multiplier": 31, "left": 5, "right": 6})


def constants(sums):
    """Ports of what a layer says of its sums."""
    members = {}
    if sums.variate_bits:
        members["fraction"] = In(5)
    if sums.lane_width:
        members["diagonal"] = In(1)
    if sums.own_variate:
        members["variate_mask"] = In(sums.variate_bits)
        members["variate_or"] = In(1)
    return members


class ColumnLane(wiring.Component):
    """One column: accumulators, MAC+, and the parameters of its filter.

    No flow control: a position may enter every cycle. ``link`` says what to do with it, and
    goes on to the next column a cycle later. A final one's sum is not written back but goes
    through MAC+. So does a byte to be scaled, whose value comes back in ``scaled``, together
    with the ``returning`` link: none but such a byte may enter in that cycle.

    Latency, in cycles: 1 from ``link`` to ``next_link``; :attr:`latency` to ``value`` and
    ``rescale``. Parameters are taken in the cycle after a link that loads them; ``rescale``
    when ``load_rescale`` is 1, which is to be one cycle before the link's own ``value``.

    Parameters
    ----------
    total : Shape
        Of a column sum.
    width, depth : int
        Bits of an accumulator, and accumulators.
    parameters : StructLayout
        Of a filter's parameters: ``bias`` and the fields of :data:`RESCALE`; ``sum_factor`` and
        ``variate_factor`` where there are such sums.
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
    activation_sum, variate_sum : In
        Sums of all taps, two cycles after the link. Only where there are such sums.
    fraction : In
        Bits of fraction of ``variate_factor``. Constant in a layer.
    diagonal, activation, variate_mask, variate_or : In
        Only with activations of the column's own: whether they count (constant in a layer);
        that of the link; what x is (constant).
    value, rescale : Out
        For the requantizer.
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
            "value": Out(signed(32)),
            "rescale": Out(RESCALE),
            **constants(sums),
        }
        if sums.width:
            members["activation_sum"] = In(unsigned(sums.width))
        if sums.variate_bits:
            members["variate_sum"] = In(unsigned(sums.variate_width))
        if sums.lane_width:
            members["activation"] = In(unsigned(sums.lane_width))
        super().__init__(members)

    @property
    def latency(self):
        """Cycles from a link to its value."""
        return 2 + self.sums.stages

    def elaborate(self, platform):
        m = Module()
        mac = place(m, platform, "mac", MacPlus(width=self.width, sums=self.sums))
        accumulator = place(
            m, platform, "accumulator", Accumulator(width=self.width, depth=self.depth)
        )
        returning = is_scaled(self.returning)
        returned = is_scaled(self.returned)

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
        product = mac.product if self.sums.own_sum else 0
        total = Signal(signed(self.width))
        m.d.comb += [
            accumulator.update.eq(
                Mux(returned, self.returned.token.work.update, now.token.work.update)
            ),
            accumulator.data.eq(value + product),
            accumulator.write.eq(returned | (now.token.valid & ~results(now))),
            accumulator.write_address.eq(Mux(returned, self.returned.position, now.position)),
        ]
        with m.If(results(now)):
            m.d.sync += total.eq(Mux(on_its_way, entering, accumulator.combined))

        # Stage 2 and on: MAC+.
        self._load(m, mac)
        m.d.comb += [mac.sum.eq(total), self.value.eq(mac.value)]
        if self.sums.width:
            m.d.comb += mac.activation_sum.eq(self.activation_sum)
        if self.sums.own_sum:
            m.d.comb += [mac.diagonal.eq(self.diagonal), mac.activation.eq(self.activation)]
        if self.sums.variate_bits:
            m.d.comb += [
                mac.variate_sum.eq(self._variate_sum(m, platform)),
                mac.fraction.eq(self.fraction),
            ]
        return m

    def _load(self, m, mac):
        """Parameters of the filter, each kept until its next one is due."""
        now = self.next_link.token
        loads = now.valid & now.work.load
        for name in ("bias", "variate_factor"):
            if name in mac.signature.members:
                kept = Signal.like(getattr(mac, name), name=name)
                m.d.comb += getattr(mac, name).eq(kept)
                with m.If(loads):
                    m.d.sync += kept.eq(self.parameter[name])
        if self.sums.width:
            self._load_sum_factor(m, mac, loads)
        with m.If(self.load_rescale):
            m.d.sync += [self.rescale[name].eq(self.parameter[name]) for name, _ in RESCALE]

    def _load_sum_factor(self, m, mac, loads):
        """On the diagonal the factor counts from stage 0 on, otherwise from stage 2."""
        kept = Signal(signed(9), name="sum_factor")
        early = 0
        if self.sums.own_sum:
            first = self.link.token
            early = self.diagonal & first.valid & first.work.load
            loads = Mux(self.diagonal, early, loads)
        m.d.comb += mac.sum_factor.eq(Mux(early, self.parameter.sum_factor, kept))
        with m.If(loads):
            m.d.sync += kept.eq(self.parameter.sum_factor)

    def _variate_sum(self, m, platform):
        """Sum of x at stage 2: the shared one, or on the diagonal the column's own."""
        if not self.sums.own_variate:
            return self.variate_sum
        width = self.sums.variate_width
        accumulator = place(
            m,
            platform,
            "variates",
            Accumulator(width=width, depth=self.depth),
            module="accumulator_of_variates",
        )
        now = self.next_link
        x = Signal(self.sums.variate_bits)
        own = Signal(width)
        a = self.activation ^ self.sums.lowest
        m.d.sync += x.eq(variate_of(a, self.variate_mask, self.variate_or))
        m.d.comb += [
            accumulator.read_address.eq(self.link.position),
            accumulator.update.eq(now.token.work.update),
            accumulator.data.eq(x),
            accumulator.write.eq(now.token.valid & ~results(now)),
            accumulator.write_address.eq(now.position),
        ]
        with m.If(results(now)):
            m.d.sync += own.eq(accumulator.combined)
        return Mux(self.diagonal, own, self.variate_sum)
