"""Shortening activations once per row, in front of narrower multipliers."""

from amaranth.hdl import EnableInserter, Module, Shape, Signal, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["EdgeRow"]


class EdgeRow(wiring.Component):
    """Rounds or truncates the activations of one array row, and delays what goes with them.

    Keeps its value where an activation does not count.

    Latency, in cycles: :attr:`LATENCY`.

    Parameters
    ----------
    transform : EdgeTransform
        Its ``shift`` may be 0: then activations are delayed alone.
    diagonal, enabled : bool
        Whether there are ``diagonal``, ``enable``.

    Members
    -------
    a, valid, swap, diagonal : In
        Activation code, whether it counts, and what goes with it.
    enable : In(1)
        Clock enable.
    a_east, valid_east, swap_east, diagonal_east : Out
        What is left of it, as the core's code, and the rest.
    """

    LATENCY = 1

    def __init__(self, transform, *, diagonal=False, enabled=False):
        self.transform = transform
        self.has_diagonal = diagonal
        self.enabled = enabled
        members = {
            "a": In(unsigned(transform.kind.width)),
            "valid": In(1),
            "swap": In(1),
            "a_east": Out(unsigned(transform.core_kind.width)),
            "valid_east": Out(1),
            "swap_east": Out(1),
        }
        if diagonal:
            members |= {"diagonal": In(1), "diagonal_east": Out(1)}
        if enabled:
            members["enable"] = In(1)
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        kind = self.transform.kind
        value = Signal(Shape(kind.width, kind.signed))
        m.d.comb += value.eq(self.a)
        with m.If(self.valid):
            m.d.sync += self.a_east.eq((value + self.transform.half) >> self.transform.shift)
        m.d.sync += [self.valid_east.eq(self.valid), self.swap_east.eq(self.swap)]
        if self.has_diagonal:
            m.d.sync += self.diagonal_east.eq(self.diagonal)
        return EnableInserter(self.enable)(m) if self.enabled else m
