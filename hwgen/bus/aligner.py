"""Shifting runs of bytes to where their first byte belongs."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from hwgen.bus.streams import beat, memory_beat
from hwgen.errors import SpecError, check_range

__all__ = ["BeatAligner", "check_alignment", "lane_shift"]


class BeatAligner(wiring.Component):
    """Shifts the beats of a run so that its first byte comes in lane 0.

    One beat per cycle. A run that starts in lane 0 passes in the same cycle. Another one
    comes a beat later; when its last beats do not fit into one, the next run waits a cycle.

    Parameters
    ----------
    data_width : int
        Bits of a beat.
    alignment : int
        Runs start at multiples of so many bytes: a power of two, less than a beat.

    Members
    -------
    i : In(stream of :func:`~hwgen.bus.streams.memory_beat`)
    o : Out(stream of :func:`~hwgen.bus.streams.beat`)
    clear : In(1)
        Forget what is held of a run.
    """

    def __init__(self, *, data_width, alignment):
        check_alignment("BeatAligner", alignment, data_width)
        self.data_width = data_width
        self.alignment = alignment
        members = {
            "i": In(stream.Signature(memory_beat(data_width))),
            "o": Out(stream.Signature(beat(data_width))),
            "clear": In(1),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        come, gone = self.i.payload, self.o.payload

        holding = Signal()  # the upper lanes of ``held`` are still to go out
        ended = Signal()  # nothing of their run follows them
        held = Signal(memory_beat(self.data_width))

        lanes = Signal.like(come.offset)
        end = Signal.like(come.end)
        spills = Signal()  # the run's last beat holds more than fits beside what is held
        swallow = Signal()  # first of several beats: it goes out together with the second one
        m.d.comb += [
            lanes.eq(Mux(ended, held.offset, come.offset)),
            end.eq(Mux(ended, held.end, come.end)),
            spills.eq(holding & (come.end >= come.offset)),
            swallow.eq(~holding & (come.offset != 0) & ~come.last),
            self.o.valid.eq(ended | (self.i.valid & ~swallow)),
            self.i.ready.eq(~ended & (self.o.ready | swallow)),
            gone.data.eq(
                lane_shift(
                    Cat(Mux(holding, held.data, come.data), come.data), lanes, self.alignment
                )[: self.data_width]
            ),
            gone.last.eq(ended | (come.last & ~spills)),
            gone.end.eq(Mux(gone.last, end - lanes, ~0)),
        ]

        with m.If(self.i.valid & self.i.ready):
            m.d.sync += [
                held.eq(come),
                holding.eq((come.offset != 0) & ~gone.last),
                ended.eq(come.last & spills),
            ]
        with m.Elif(self.o.valid & self.o.ready):
            m.d.sync += [holding.eq(0), ended.eq(0)]
        with m.If(self.clear):
            m.d.sync += [holding.eq(0), ended.eq(0)]
        return m


def lane_shift(value, lanes, alignment):
    """``value`` shifted right by a number of lanes that is a multiple of ``alignment``."""
    skipped = exact_log2(alignment)
    return value >> lanes[skipped:].shift_left(skipped + 3)


def check_alignment(owner, alignment, data_width):
    """Raise :exc:`SpecError` unless ``alignment`` is a power of two of up to a beat's bytes."""
    check_range(owner, "alignment", alignment, 1, data_width // 8)
    if alignment & (alignment - 1):
        raise SpecError(f"{owner} alignment must be a power of two, not {alignment}")
