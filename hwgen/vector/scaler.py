"""A requantizer that neighbouring columns share."""

from amaranth.hdl import Module, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.emission import place
from hwgen.vector.lane import RESCALE
from hwgen.vector.requantizer import Requantizer

__all__ = ["Scaler"]


class Scaler(wiring.Component):
    """Requantizes the values of one column after the other.

    Columns' values come one cycle after each other anyway; where positions are as many cycles
    apart as columns share it, there is at most one value in any cycle.

    Latency, in cycles: that of :class:`~hwgen.vector.requantizer.Requantizer`.

    Parameters
    ----------
    columns : int
        Columns that share it.

    Members
    -------
    value, rescale : In, one per column
        Values and their factors.
    select : In(columns)
        Which of them is there; none or one.
    double_rounding, zero, low, high : In
        Constant in a layer.
    scaled, code : Out
        Of the requantizer.
    """

    def __init__(self, *, columns):
        self.columns = columns
        members = {
            "value": In(signed(32)).array(columns),
            "rescale": In(RESCALE).array(columns),
            "select": In(columns),
            "double_rounding": In(1),
            "zero": In(8),
            "low": In(8),
            "high": In(8),
            "scaled": Out(signed(32)),
            "code": Out(8),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        requantizer = place(m, platform, "requantizer", Requantizer())
        value = Signal(signed(32))
        rescale = Signal(RESCALE)
        for column in range(self.columns):
            with m.If(self.select[column] if self.columns > 1 else 1):
                m.d.comb += [
                    value.eq(self.value[column]),
                    rescale.eq(self.rescale[column]),
                ]
        m.d.comb += [requantizer.value.eq(value)]
        m.d.comb += [getattr(requantizer, name).eq(rescale[name]) for name, _ in RESCALE]
        m.d.comb += [self.scaled.eq(requantizer.scaled), self.code.eq(requantizer.code)]
        for name in ("double_rounding", "zero", "low", "high"):
            m.d.comb += getattr(requantizer, name).eq(getattr(self, name))
        return m
