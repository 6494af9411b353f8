"""A port of two readers and a writer, as a whole."""

import pytest
from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from hwgen.bus.arbiter import AxiReadArbiter
from hwgen.bus.axi import AxiRead, AxiWrite
from hwgen.bus.ports import bus, flat
from hwgen.bus.reader import AxiReader
from hwgen.bus.streams import beat, command
from hwgen.bus.writer import AxiWriter
from hwgen.emission import place

pytestmark = pytest.mark.tool

READ, WRITE = AxiRead(address_width=32), AxiWrite(address_width=32)


class Copier(wiring.Component):
    """Runs at ``source`` are read and written to those at ``target``; ``other`` is read, too."""

    def __init__(self):
        runs = stream.Signature(command(32, 16))
        members = {
            "source": In(runs),
            "target": In(runs),
            "other": In(runs),
            "read": Out(stream.Signature(beat(64))),
            "idle": Out(1),
            **flat("m_axi", READ),
            **flat("m_axi", WRITE),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        sizes = {"address_width": 32, "length_width": 16, "max_burst": 8, "alignment": 1}
        first = place(m, platform, "first", AxiReader(**sizes))
        second = place(m, platform, "second", AxiReader(**sizes))
        writer = place(m, platform, "writer", AxiWriter(**sizes))
        arbiter = place(m, platform, "arbiter", AxiReadArbiter(readers=2, address_width=32))
        for number, reader in enumerate((first, second)):
            wiring.connect(m, bus(reader, "m_axi", READ), arbiter.reader_axi[number])
        wiring.connect(m, bus(arbiter, "m_axi", READ), wiring.flipped(bus(self, "m_axi", READ)))
        wiring.connect(m, bus(writer, "m_axi", WRITE), wiring.flipped(bus(self, "m_axi", WRITE)))
        wiring.connect(m, wiring.flipped(self.source), first.command)
        wiring.connect(m, wiring.flipped(self.target), writer.command)
        wiring.connect(m, wiring.flipped(self.other), second.command)
        wiring.connect(m, second.data, wiring.flipped(self.read))
        m.d.comb += [
            writer.data.payload.eq(first.data.payload.data),
            writer.data.valid.eq(first.data.valid),
            first.data.ready.eq(writer.data.ready),
            self.idle.eq(first.idle & second.idle & writer.idle),
        ]
        return m


def test_readers_and_a_writer_share_a_port(run_bench):
    (log,) = run_bench(Copier(), "bench_axi_port", {"seed": 3})
    assert log is None, log
