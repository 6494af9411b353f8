"""A vector rotated by any amount."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

__all__ = ["Rotator"]


class Rotator(wiring.Component):
    """Rotates words: ``rotated[k]`` is ``words[(k + amount) % count]``, in the same cycle.

    Parameters
    ----------
    width, count : int
        Bits of a word, and words: a power of two.

    Members
    -------
    words : In(width), ``count`` of them
    amount : In
        Words by which they move down.
    rotated : Out(width), ``count`` of them
    """

    def __init__(self, *, width, count):
        self.width = width
        self.count = count
        members = {
            "words": In(width).array(count),
            "amount": In(exact_log2(count)),
            "rotated": Out(width).array(count),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        words = list(self.words)
        for bit in range(len(self.amount)):
            moved = []
            for k, word in enumerate(words):
                out = Signal(self.width, name=f"by_{1 << bit}_{k}")
                other = words[(k + (1 << bit)) % self.count]
                m.d.comb += out.eq(Mux(self.amount[bit], other, word))
                moved.append(out)
            words = moved
        m.d.comb += [out.eq(word) for out, word in zip(self.rotated, words, strict=True)]
        return m
