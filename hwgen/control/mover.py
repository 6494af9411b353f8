"""Lines of a tensor between memory and banks."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from hwgen.bus.fifo import place_fifo
from hwgen.bus.streams import beat, command
from hwgen.control.layout import DESCRIPTOR_LAYOUT
from hwgen.spec.program import DESCRIPTOR, Operation

__all__ = ["Mover"]

_RUN = DESCRIPTOR["run_bytes"][0]
_QUEUE = 4  # beats that are read from the banks ahead of the bus


class Mover(wiring.Component):
    """Executes LOAD and STORE: a run per line, a beat per cycle; all of them in the banks.

    Latency, in cycles: 1 from ``begin`` to the first command and the first beat for the writer
    that is read.

    Parameters
    ----------
    address_width, data_width : int
        Bits of a memory address and of a beat.
    bank_width : int
        Bits of a byte address in the banks.

    Members
    -------
    layer : In(DESCRIPTOR_LAYOUT)
        Constant from ``begin`` to ``done``.
    base : In
        Address that its offset counts from.
    begin, done : In(1), Out(1)
        Start; every beat has been written. ``done`` is high until ``begin``.
    clear : In(1)
        Stop at once.
    read, write : Out(stream of :func:`~hwgen.bus.streams.command`)
        Runs, for a reader and a writer.
    loaded : In(stream of :func:`~hwgen.bus.streams.beat`)
        From the reader.
    stored : Out(stream of data_width bits)
        For the writer.
    written : In(1)
        The writer is idle.
    load, load_address, load_enable, load_data : Out
        A beat for the banks.
    store, store_address, store_data : Out, Out, In
        A beat from the banks, a cycle later.
    """

    def __init__(self, *, address_width, data_width, bank_width):
        self.address_width = address_width
        self.data_width = data_width
        self.bank_width = bank_width
        lanes = data_width // 8
        run = stream.Signature(command(address_width, _RUN))
        members = {
            "layer": In(DESCRIPTOR_LAYOUT),
            "base": In(address_width),
            "begin": In(1),
            "done": Out(1, init=1),
            "clear": In(1),
            "read": Out(run),
            "write": Out(run),
            "loaded": In(stream.Signature(beat(data_width))),
            "stored": Out(stream.Signature(data_width)),
            "written": In(1),
            "load": Out(1),
            "load_address": Out(bank_width),
            "load_enable": Out(1).array(lanes),
            "load_data": Out(8).array(lanes),
            "store": Out(1),
            "store_address": Out(bank_width),
            "store_data": In(8).array(lanes),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        layer = self.layer
        loads = Signal()
        m.d.comb += loads.eq(layer.operation == Operation.LOAD)
        self._ask(m, loads)

        # Beats, line after line, whichever way they go.
        lanes = self.data_width // 8
        active = Signal()
        line = Signal(DESCRIPTOR["height"][0])  # whose beats go by
        start = Signal(DESCRIPTOR["target"][0] + 1)  # its first byte in the banks
        place_ = Signal.like(start)
        left = Signal(_RUN)  # bytes of it
        moves = Signal()
        ends = Signal()
        m.d.comb += ends.eq(left <= lanes)
        with m.If(moves):
            m.d.sync += [place_.eq(place_ + lanes), left.eq(left - lanes)]
            with m.If(ends):
                m.d.sync += [
                    line.eq(line + 1),
                    start.eq(start + layer.target_line_step),
                    place_.eq(start + layer.target_line_step),
                    left.eq(layer.run_bytes),
                    active.eq(line + 1 != layer.height),
                ]
        self._load(m, active & loads, place_, left)
        queue = self._store(m, platform, active & ~loads, place_)
        m.d.comb += moves.eq(self.load | self.store)

        with m.If(~active & ~self.begin & (loads | (self.written & queue))):
            m.d.sync += self.done.eq(1)
        with m.If(self.begin):
            m.d.sync += [
                active.eq(1),
                self.done.eq(0),
                line.eq(0),
                start.eq(layer.target),
                place_.eq(layer.target),
                left.eq(layer.run_bytes),
            ]
        with m.If(self.clear):
            m.d.sync += [active.eq(0), self.done.eq(1)]
        return m

    def _ask(self, m, loads):
        """A command per line, for the reader or the writer."""
        layer = self.layer
        asks = Signal()
        line = Signal(DESCRIPTOR["height"][0])
        address = Signal(self.address_width)
        taken = Signal()
        m.d.comb += [
            self.read.valid.eq(asks & loads),
            self.write.valid.eq(asks & ~loads),
            taken.eq(asks & Mux(loads, self.read.ready, self.write.ready)),
        ]
        for port in (self.read, self.write):
            m.d.comb += [port.payload.address.eq(address), port.payload.bytes.eq(layer.run_bytes)]
        with m.If(taken):
            m.d.sync += [
                line.eq(line + 1),
                address.eq(address + layer.memory_step),
                asks.eq(line + 1 != layer.height),
            ]
        with m.If(self.begin):
            m.d.sync += [asks.eq(1), line.eq(0), address.eq(self.base + layer.memory)]
        with m.If(self.clear):
            m.d.sync += asks.eq(0)

    def _load(self, m, active, place_, left):
        come = self.loaded
        m.d.comb += [
            come.ready.eq(active),
            self.load.eq(active & come.valid),
            self.load_address.eq(place_),
        ]
        for lane in range(self.data_width // 8):
            m.d.comb += [
                self.load_enable[lane].eq(lane < left),
                self.load_data[lane].eq(come.payload.data[8 * lane : 8 * lane + 8]),
            ]

    def _store(self, m, platform, active, place_):
        """Beats wait in a queue for the bus; returns whether none waits."""
        queue = place_fifo(m, platform, "queue", width=self.data_width, depth=_QUEUE)
        read = Signal()
        m.d.sync += read.eq(self.store & ~self.clear)
        m.d.comb += [
            self.store.eq(active & (queue.level + read < _QUEUE)),
            self.store_address.eq(place_),
            queue.i.valid.eq(read),
            queue.clear.eq(self.clear),
            self.stored.payload.eq(queue.o.payload),
            self.stored.valid.eq(queue.o.valid),
            queue.o.ready.eq(self.stored.ready),
        ]
        for lane, byte in enumerate(self.store_data):
            m.d.comb += queue.i.payload[8 * lane : 8 * lane + 8].eq(byte)
        return (queue.level == 0) & ~read
