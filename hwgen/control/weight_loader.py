"""Weight words into the array's shadow registers, while it works."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from hwgen.control.layout import WEIGHT_JOB
from hwgen.emission import place

__all__ = ["WeightLoader"]


class WeightLoader(wiring.Component):
    """Loads block after block: a row per cycle, or all rows with one word on the diagonal.

    A block is ``ready`` once all its rows are loaded. When a pass takes it, its swap reaches
    the array ``ahead`` cycles later, and the next block is loaded as soon as that swap has
    crossed a row. A job ends with the last word of its run, when its block is taken. Where a
    run ends amid a block, that one never gets ready.

    Parameters
    ----------
    rows, cols, weight_bits : int
        Size of the array; bits of a weight in memory.
    ahead : int
        Cycles from the taking of a pass to its swap.
    ranges : RangeModes or None
        How modes follow from weights, where they are not in memory.

    Members
    -------
    job : In(stream of :data:`~hwgen.control.layout.WEIGHT_JOB`)
        What the next run of words is.
    word : In(stream of ``data`` and ``last``)
        Weight words.
    take : In(1)
        A pass starts. Only while ``ready``.
    ready : Out(1)
        A block is loaded.
    last : Out(1)
        It is the last one of its job.
    short : Out(1)
        The job's run ended amid a block: none will come until ``clear``.
    weight, load, tile : Out
        For the array: one row's weights, strobe per row, and which of several arrays.
    clear : In(1)
        Forget everything.
    """

    def __init__(self, *, rows, cols, weight_bits, ahead, ranges=None):
        self.rows = rows
        self.cols = cols
        self.weight_bits = weight_bits
        self.ahead = ahead
        self.ranges = ranges
        word = data.StructLayout({"data": cols * weight_bits, "last": 1})
        stored = weight_bits + (ranges.mode_width if ranges else 0)
        members = {
            "job": In(stream.Signature(WEIGHT_JOB)),
            "word": In(stream.Signature(word)),
            "take": In(1),
            "ready": Out(1),
            "last": Out(1),
            "short": Out(1),
            "weight": Out(stored).array(cols),
            "load": Out(rows),
            "tile": Out(3),
            "clear": In(1),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        busy = Signal()  # there is a job
        job = Signal(WEIGHT_JOB)
        ended = Signal()  # its last word was used
        row = Signal(self.rows, init=1)  # one-hot
        still = self.ahead + self.cols - 1  # cycles until row 0 may be loaded anew
        wait = Signal(range(still + 1))
        loads = Signal()
        m.d.comb += [
            loads.eq(busy & ~ended & ~self.ready & ~self.short & (wait == 0) & self.word.valid),
            self.load.eq(row & loads.replicate(self.rows)),
            self.word.ready.eq(loads & (~job.diagonal | row[-1])),
            self.last.eq(ended),
            self.job.ready.eq(~busy & (wait == 0)),
            self.tile.eq(job.tile),
        ]
        with m.If(wait != 0):
            m.d.sync += wait.eq(wait - 1)
        with m.If(loads):
            m.d.sync += row.eq(Cat(row[-1], row[:-1]))
            with m.If(row[-1]):
                m.d.sync += [self.ready.eq(1), ended.eq(self.word.payload.last)]
            with m.Elif(self.word.payload.last & ~job.diagonal):
                m.d.sync += self.short.eq(1)
        with m.If(self.take):
            m.d.sync += [self.ready.eq(0), wait.eq(still), busy.eq(~ended)]
        with m.If(self.job.valid & self.job.ready):
            m.d.sync += [busy.eq(1), ended.eq(0), job.eq(self.job.payload)]
        with m.If(self.clear):
            m.d.sync += [busy.eq(0), self.ready.eq(0), self.short.eq(0), row.eq(1), wait.eq(0)]
        self._weights(m, platform, job)
        return m

    def _weights(self, m, platform, job):
        """Codes with modes above."""
        bits = self.weight_bits
        codes = [self.word.payload.data[bits * c : bits * (c + 1)] for c in range(self.cols)]
        if self.ranges is None:
            m.d.comb += [weight.eq(code) for weight, code in zip(self.weight, codes, strict=True)]
            return
        modes = place(m, platform, "modes", self.ranges.create(self.cols))
        m.d.comb += modes.mode.eq(job.range_mode)
        for number in range(len(modes.low)):
            if f"range_{number}_low" in WEIGHT_JOB.members:
                m.d.comb += [
                    modes.low[number].eq(job[f"range_{number}_low"]),
                    modes.high[number].eq(job[f"range_{number}_high"]),
                    modes.range_mode[number].eq(job[f"range_{number}_mode"]),
                ]
            else:
                m.d.comb += modes.low[number].eq(1)  # above high: holds nothing
        for code, inner, weight, found in zip(
            codes, modes.code, self.weight, modes.weight, strict=True
        ):
            m.d.comb += [inner.eq(code), weight.eq(found)]
