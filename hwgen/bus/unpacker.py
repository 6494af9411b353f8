"""From beats to words of any width."""

from math import gcd

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2, exact_log2

from hwgen.bus.streams import beat
from hwgen.errors import check_range

__all__ = ["BeatUnpacker", "packed_bytes"]


class BeatUnpacker(wiring.Component):
    """Cuts runs of bytes into words that lie in them without a gap.

    Word ``i`` of a run is its bits from ``i * word_width`` on. A run has as many bytes as its
    words need, see :func:`packed_bytes`; the next one starts with a new word.

    One beat per cycle goes in or one word per cycle comes out, whichever is the slower, runs
    following each other included. Latency, in cycles: 1 from the beat that completes a word.
    Words of whole beats are moved up beat by beat; all others take a shifter as wide as a word.

    Parameters
    ----------
    data_width, word_width : int
        Bits of a beat and of a word: 8 to 4096.

    Members
    -------
    i : In(stream of :func:`~hwgen.bus.streams.beat`)
    o : Out(stream of ``data`` and ``last``)
        Words; ``last`` marks a run's last one.
    clear : In(1)
        Forget what is held of a run.
    """

    def __init__(self, *, data_width, word_width):
        check_range("BeatUnpacker", "word_width", word_width, 8, 4096)
        self.data_width = data_width
        self.word_width = word_width
        word = data.StructLayout({"data": word_width, "last": 1})
        members = {
            "i": In(stream.Signature(beat(data_width))),
            "o": Out(stream.Signature(word)),
            "clear": In(1),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        if self.word_width % self.data_width:
            self._shift(m)
        else:
            self._collect(m)
        return m

    def _collect(self, m):
        """Words of whole beats: the first beat moves down to the lowest bits."""
        beats = self.word_width // self.data_width
        left = Signal(range(beats + 1), init=beats)  # beats that the word lacks
        closing = Signal()  # the run's last beat is among them
        come = self.i.payload
        m.d.comb += [
            self.o.valid.eq(left == 0),
            self.o.payload.last.eq(closing),
            self.i.ready.eq(~self.o.valid | self.o.ready),
        ]
        with m.If(self.o.valid & self.o.ready):
            m.d.sync += left.eq(beats)
        with m.If(self.i.valid & self.i.ready):
            word = Cat(self.o.payload.data, come.data)[self.data_width :]
            m.d.sync += [
                self.o.payload.data.eq(word),
                left.eq(Mux(self.o.valid, beats, left) - 1),
                closing.eq(come.last),
            ]
        with m.If(self.clear):
            m.d.sync += left.eq(beats)

    def _shift(self, m):
        """Words of any width."""
        step = gcd(self.data_width, self.word_width)
        size = self.word_width + self.data_width - step

        held = Signal(size)  # what is not valid reads as 0, but for the end of a run
        level = Signal(range(size + 1))  # bits of it
        closing = Signal()  # the run's last beat is among them
        take = Signal()
        rest = Signal(size)  # what stays of it
        rest_level = Signal(range(size + 1))
        finished = Signal()
        m.d.comb += [
            self.o.valid.eq(level >= self.word_width),
            self.o.payload.data.eq(held),
            self.o.payload.last.eq(closing & (level < 2 * self.word_width)),
            take.eq(self.o.valid & self.o.ready),
            finished.eq(closing & (~self.o.valid | (self.o.payload.last & take))),
        ]
        with m.If(~finished):
            m.d.comb += [
                rest.eq(Mux(take, held >> self.word_width, held)),
                rest_level.eq(Mux(take, level - self.word_width, level)),
            ]

        come = self.i.payload
        m.d.comb += self.i.ready.eq((rest_level < self.word_width) & (~closing | finished))
        m.d.sync += [held.eq(rest), level.eq(rest_level), closing.eq(closing & ~finished)]
        with m.If(self.i.valid & self.i.ready):
            # Before its last beat, a run has come in whole steps.
            unused = exact_log2(step)
            place = rest_level[unused : ceil_log2(self.word_width)].shift_left(unused)
            m.d.sync += [
                held.eq(rest | (come.data << place)),
                level.eq(rest_level + ((come.end + 1) << 3)),
                closing.eq(come.last),
            ]
        with m.If(self.clear):
            m.d.sync += [held.eq(0), level.eq(0), closing.eq(0)]


def packed_bytes(words, word_width):
    """Bytes of a run of ``words`` words: the last byte may have unused bits."""
    return -(-words * word_width // 8)
