"""MAC+ and a requantizer that neighbouring columns share."""

from functools import reduce
from operator import or_

from amaranth.hdl import Module, Mux, Signal, Value, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.emission import place
from hwgen.vector.lane import RESCALE
from hwgen.vector.mac import MacPlus, correction_layout
from hwgen.vector.requantizer import Requantizer

__all__ = ["Scaler"]


class Scaler(wiring.Component):
    """Corrects and requantizes the sums of one column after the other.

    Columns' sums come one cycle after each other anyway; where positions are as many cycles
    apart as columns share it, there is at most one sum in any cycle.

    Latency, in cycles: :attr:`value_latency` from ``sum`` to a corrected value, and from there
    that of :class:`~hwgen.vector.requantizer.Requantizer`.

    Parameters
    ----------
    columns : int
        Columns that share it.
    width : int
        Bits of a sum.
    sums : Sums

    Members
    -------
    sum : In(signed(width)), one per column
        Sums of products.
    select, correcting, scaling : In(columns)
        Which of them is there, none or one; the same one cycle later, and :attr:`value_latency`
        cycles later.
    correction, rescale : In, one per column
        Parameters of its filter, when it is corrected, and requantized.
    activation_sum, variate_sum : In
        With ``correcting``: sums of all taps. Only where there are such sums.
    own_variate : In, one per column
        With ``select``: sum of x that counts in their place on the diagonal. Only with
        activations of a column's own.
    fraction, diagonal : In
        Constant in a layer; where there are such sums.
    double_rounding, zero, low, high : In
        The same.
    scaled, code : Out
        Of the requantizer.
    """

    def __init__(self, *, columns, width, sums):
        self.columns = columns
        self.width = width
        self.sums = sums
        members = {
            "sum": In(signed(width)).array(columns),
            "select": In(columns),
            "correcting": In(columns),
            "scaling": In(columns),
            "correction": In(correction_layout(sums)).array(columns),
            "rescale": In(RESCALE).array(columns),
            "double_rounding": In(1),
            "zero": In(8),
            "low": In(8),
            "high": In(8),
            "scaled": Out(signed(32)),
            "code": Out(8),
        }
        if sums.width:
            members["activation_sum"] = In(unsigned(sums.width))
        if sums.variate_bits:
            members["variate_sum"] = In(unsigned(sums.variate_width))
            members["fraction"] = In(5)
        if sums.own_variate:
            members["own_variate"] = In(unsigned(sums.own_variate)).array(columns)
            members["diagonal"] = In(1)
        super().__init__(members)

    @property
    def constants(self):
        """Ports that are constant in a layer."""
        names = ("double_rounding", "zero", "low", "high", "fraction", "diagonal")
        return [name for name in names if name in self.signature.members]

    @property
    def value_latency(self):
        """Cycles from a sum to its corrected value."""
        return 1 + self.sums.stages

    def elaborate(self, platform):
        m = Module()
        mac = place(m, platform, "mac", MacPlus(width=self.width, sums=self.sums))
        requantizer = place(m, platform, "requantizer", Requantizer())

        # Stage 0: the sum whose turn it is.
        with m.If(self.select.any()):
            m.d.sync += mac.sum.eq(self._chosen(self.sum, self.select))

        # Stage 1 and on: MAC+.
        m.d.comb += mac.correction.as_value().eq(self._chosen(self.correction, self.correcting))
        if self.sums.width:
            m.d.comb += mac.activation_sum.eq(self.activation_sum)
        if self.sums.variate_bits:
            m.d.comb += [mac.variate_sum.eq(self._variate_sum(m)), mac.fraction.eq(self.fraction)]

        # Then the requantizer.
        rescale = Signal(RESCALE)
        m.d.comb += [
            rescale.as_value().eq(self._chosen(self.rescale, self.scaling)),
            requantizer.value.eq(mac.value),
            self.scaled.eq(requantizer.scaled),
            self.code.eq(requantizer.code),
            *(getattr(requantizer, name).eq(rescale[name]) for name, _ in RESCALE),
        ]
        for name in ("double_rounding", "zero", "low", "high"):
            m.d.comb += getattr(requantizer, name).eq(getattr(self, name))
        return m

    def _chosen(self, values, turns):
        """Bits of the column whose turn it is; 0 where it is none's."""
        bits = [Value.cast(value).as_unsigned() for value in values]
        if self.columns == 1:
            return bits[0]
        return reduce(or_, (x & turns[column].replicate(len(x)) for column, x in enumerate(bits)))

    def _variate_sum(self, m):
        """Sum of x at stage 1: the shared one, or on the diagonal the column's own."""
        if not self.sums.own_variate:
            return self.variate_sum
        own = Signal.like(self.variate_sum)
        with m.If(self.select.any()):
            m.d.sync += own.eq(self._chosen(self.own_variate, self.select))
        return Mux(self.diagonal, own, self.variate_sum)
