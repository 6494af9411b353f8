"""Executes a program: from the first descriptor to the interrupt."""

from amaranth.hdl import Cat, Module, Mux, Signal, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.array.vector import VectorUnit
from hwgen.memory.accumulators import Update
from hwgen.spec.descriptor import DESCRIPTOR, Operation

__all__ = ["DESCRIPTOR_LAYOUT", "Sequencer"]

DESCRIPTOR_LAYOUT = data.StructLayout(
    {name: signed(width) if sign else width for name, (width, sign) in DESCRIPTOR.items()}
)
_OFFSET = signed(22)
_SIZES = (  # none of them may be 0, or a pass would never end
    "sources",
    "out_height",
    "out_width",
    "filters",
    "kernel_lines",
    "segment",
    "segment_step",
)


class Sequencer(wiring.Component):
    """Reads descriptors in order and runs their passes.

    A layer is worked through in groups of ``cols`` filters (or channels). For each group,
    passes over all output positions fill the accumulators: one per block of weights in a
    multiplication, one per tap and source in an addition or a pooling. Then a drain pass
    requantizes them. See :mod:`hwgen.spec.schedule` for the order of the blocks.

    Parameters
    ----------
    rows, cols : int
        Size of the array.
    descriptor_words, parameter_words : int
        Sizes of those memories.

    Members
    -------
    start : In(1)
        Run the program from descriptor 0; ignored while ``busy``.
    busy, done, error : Out(1)
        Running; the end was reached; the program is bad: a descriptor asks for nothing (a size
        is 0) or for more weights than it names, or the last one is not the end. ``done`` and
        ``error`` stay until the next start.
    descriptor : In(DESCRIPTOR_LAYOUT)
        Word at ``descriptor_address``, one cycle later.
    descriptor_address, parameter_address : Out
        For those memories.
    pass_start : Out(1)
    pass_ready, walking : In(1)
        Handshake with the walker, and whether it has an access.
    line, line_address, q, inner, step_q, flat : Out
        For the walker.
    index : In
        Byte at the walker's position, which is the column of its accumulator.
    load_begin, load_take, load_ready, load_exhausted
        Handshake with the weight loader.
    multiplies : Out(1)
        The layer is executed by the array.
    draining, update, source, row_enable, column_enable : Out
        What the pass does, with which source, rows and columns.
    """

    def __init__(self, *, rows, cols, descriptor_words, parameter_words):
        self.rows = rows
        self.cols = cols
        self.descriptor_words = descriptor_words
        self.parameter_words = parameter_words
        members = {
            "start": In(1),
            "busy": Out(1),
            "done": Out(1),
            "error": Out(1),
            "descriptor": In(DESCRIPTOR_LAYOUT),
            "descriptor_address": Out(max(1, ceil_log2(descriptor_words))),
            "parameter_address": Out(max(1, ceil_log2(parameter_words))),
            "pass_start": Out(1),
            "pass_ready": In(1),
            "walking": In(1),
            "line": Out(signed(17)),
            "line_address": Out(_OFFSET),
            "q": Out(_OFFSET),
            "inner": Out(ceil_log2(cols + 1)),
            "step_q": Out(16),
            "flat": Out(1),
            "index": In(max(1, ceil_log2(cols))),
            "load_begin": Out(1),
            "load_take": Out(1),
            "load_ready": In(1),
            "load_exhausted": In(1),
            "multiplies": Out(1),
            "draining": Out(1),
            "update": Out(Update),
            "source": Out(1),
            "row_enable": Out(rows),
            "column_enable": Out(cols),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        layer = self.descriptor
        multiplies = self.multiplies
        m.d.comb += multiplies.eq(layer.operation == Operation.MULTIPLY)

        # Filters of this group.
        group = Signal(16)
        left_over = Signal(16)
        columns = Signal.like(self.inner)
        m.d.comb += [
            left_over.eq(layer.filters - group),
            columns.eq(Mux(left_over < self.cols, left_over, self.cols)),
        ]
        for col in range(self.cols):
            m.d.comb += self.column_enable[col].eq(col < columns)

        # The next pass of this group.
        kernel_line = Signal(16)
        segment = Signal(16)
        source = Signal(2)
        line = Signal.like(self.line)
        line_address = Signal(_OFFSET)
        first_pass = Signal()
        last_segment = Signal()
        last_line = Signal()
        last_pass = Signal()
        m.d.comb += [
            last_segment.eq(segment + layer.segment_step >= layer.segment),
            last_line.eq(kernel_line + 1 == layer.kernel_lines),
            last_pass.eq(last_segment & last_line & (source + 1 == layer.sources)),
        ]
        begin_group = [
            kernel_line.eq(0),
            segment.eq(0),
            source.eq(0),
            first_pass.eq(1),
            line.eq(layer.origin_line),
            line_address.eq(layer.source_0 + layer.origin_line_bytes),
        ]

        with m.If(self.draining):
            m.d.comb += [
                self.line_address.eq(layer.destination),
                self.q.eq(group),
                self.step_q.eq(layer.filters),
                self.flat.eq(1),
            ]
        with m.Else():
            m.d.comb += [
                self.line.eq(line),
                self.line_address.eq(line_address),
                self.q.eq(layer.origin_q + segment + Mux(multiplies, 0, group)),
                self.step_q.eq(layer.step_q),
            ]
        m.d.comb += self.inner.eq(Mux(multiplies & ~self.draining, 1, columns))

        # Rescaling of a drain follows that of the sources, unless every filter has its own.
        parameter = Mux(
            self.draining, Mux(multiplies, group + self.index, layer.sources), self.source
        )
        m.d.comb += self.parameter_address.eq(layer.parameter_address + parameter)

        countdown = Signal(range(max(self.rows + self.cols, VectorUnit.DRAIN_LATENCY) + 8))

        def when_quiet(latency):
            """Condition: the last pass is over, and its last element ``latency`` cycles ago."""
            with m.If(self.walking):
                m.d.sync += countdown.eq(latency)
            with m.Elif(countdown != 0):
                m.d.sync += countdown.eq(countdown - 1)
            return ~self.walking & (countdown == 0)

        with m.FSM() as fsm:
            m.d.comb += self.busy.eq(~fsm.ongoing("IDLE"))

            with m.State("IDLE"), m.If(self.start):
                m.d.sync += [self.done.eq(0), self.error.eq(0), self.descriptor_address.eq(0)]
                m.next = "FETCH"

            with m.State("FETCH"):
                m.next = "DECODE"

            with m.State("DECODE"):
                m.d.sync += [*begin_group, group.eq(0)]
                m.d.comb += self.load_begin.eq(multiplies)
                m.next = "PASS"
                with m.If(layer.operation == Operation.END):
                    m.d.sync += self.done.eq(1)
                    m.next = "IDLE"
                with m.Elif(Cat(layer[name] == 0 for name in _SIZES).any()):
                    m.d.sync += self.error.eq(1)
                    m.next = "IDLE"

            with m.State("PASS"):
                m.d.comb += self.pass_start.eq(~multiplies | self.load_ready)
                with m.If(self.pass_start & self.pass_ready):
                    m.d.comb += self.load_take.eq(multiplies)
                    m.d.sync += [
                        self.source.eq(source),
                        self.update.eq(self._update(layer, first_pass)),
                        first_pass.eq(0),
                        segment.eq(segment + layer.segment_step),
                    ]
                    for row in range(self.rows):
                        m.d.sync += self.row_enable[row].eq(segment + row < layer.segment)
                    with m.If(last_segment):
                        m.d.sync += [
                            segment.eq(0),
                            kernel_line.eq(kernel_line + 1),
                            line.eq(line + 1),
                            line_address.eq(line_address + layer.line_bytes),
                        ]
                        with m.If(last_line):
                            m.d.sync += [
                                kernel_line.eq(0),
                                source.eq(source + 1),
                                line.eq(layer.origin_line),
                                line_address.eq(layer.source_1 + layer.origin_line_bytes),
                            ]
                    with m.If(last_pass):
                        m.d.sync += countdown.eq(1)
                        m.next = "FLUSH"
                with m.Elif(multiplies & self.load_exhausted):
                    m.d.sync += self.error.eq(1)
                    m.next = "IDLE"

            with m.State("FLUSH"):
                # The drain's first read, 3 cycles after the wait, meets the last update.
                latency = Mux(multiplies, self.rows + self.cols - 1, VectorUnit.GATHER_LATENCY - 2)
                with m.If(when_quiet(latency)):
                    m.next = "DRAIN"

            with m.State("DRAIN"):
                m.d.comb += [self.draining.eq(1), self.pass_start.eq(1)]
                m.d.sync += countdown.eq(1)
                m.next = "DRAIN_FLUSH"

            with m.State("DRAIN_FLUSH"):
                m.d.comb += self.draining.eq(1)
                # The descriptor's address moves on 2 cycles after the wait. It tells an observer
                # to which layer a written code belongs, so the last one must be out.
                with m.If(when_quiet(VectorUnit.DRAIN_LATENCY - 1)):
                    m.d.sync += [*begin_group, group.eq(group + self.cols)]
                    m.next = "PASS"
                    with m.If(left_over <= self.cols):
                        m.d.sync += self.descriptor_address.eq(self.descriptor_address + 1)
                        m.next = "FETCH"
                        with m.If(self.descriptor_address == self.descriptor_words - 1):
                            m.d.sync += self.error.eq(1)
                            m.next = "IDLE"

        return m

    def _update(self, layer, first_pass):
        later = Mux(layer.operation == Operation.MAXIMUM, Update.MAXIMUM, Update.ADD)
        return Mux(first_pass, Update.SET, later)
