"""The host's view: one word-addressed port onto all memories and the control registers."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.spec.host import HOST_WIDTH, REGION_BITS, Region

__all__ = ["HostPort"]


class HostPort(wiring.Component):
    """Decodes host accesses.

    The upper three bits of an address choose a :class:`~hwgen.spec.host.Region`, the
    others a word in it. Control: writing 1 to word 0 starts the program; word 0 reads busy,
    done and error in bits 0 to 2, word 1 the cycles that the last program took. Activations
    are read and written as one byte per word. Other regions are written only (see
    :class:`~hwgen.memory.assembler.WordAssembler`). While the program runs, everything but
    reading control is ignored.

    Latency, in cycles: 1 from ``address`` to ``read_data``.

    Parameters
    ----------
    address_width : int
        Bits of a host address, region included.

    Members
    -------
    address, write, write_data : In
        Access of the host. There is always a read of ``address``.
    read_data : Out(32)
    start : Out(1)
        For the sequencer.
    busy, done, error : In(1)
        From the sequencer.
    word : Out
        Address within the region.
    write_descriptors, write_weights, write_parameters, write_activations : Out(1)
        Write strobes per region.
    activation : In(8)
        Byte at ``word`` of the last cycle.
    """

    def __init__(self, *, address_width):
        self.address_width = address_width
        members = {
            "address": In(address_width),
            "write": In(1),
            "write_data": In(HOST_WIDTH),
            "read_data": Out(HOST_WIDTH),
            "start": Out(1),
            "busy": In(1),
            "done": In(1),
            "error": In(1),
            "word": Out(address_width - REGION_BITS),
            "write_descriptors": Out(1),
            "write_weights": Out(1),
            "write_parameters": Out(1),
            "write_activations": Out(1),
            "activation": In(8),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        region = self.address[-REGION_BITS:]
        m.d.comb += self.word.eq(self.address[:-REGION_BITS])

        strobes = {
            Region.DESCRIPTORS: self.write_descriptors,
            Region.WEIGHTS: self.write_weights,
            Region.PARAMETERS: self.write_parameters,
            Region.ACTIVATIONS: self.write_activations,
        }
        with m.If(self.write & ~self.busy), m.Switch(region):
            with m.Case(Region.CONTROL):
                m.d.comb += self.start.eq((self.word == 0) & self.write_data[0])
            for number, strobe in strobes.items():
                with m.Case(number):
                    m.d.comb += strobe.eq(1)

        cycles = Signal(HOST_WIDTH)
        with m.If(self.start):
            m.d.sync += cycles.eq(0)
        with m.Elif(self.busy):
            m.d.sync += cycles.eq(cycles + 1)

        reads_activations = Signal()
        control = Signal(HOST_WIDTH)
        status = Cat(self.busy, self.done, self.error)
        m.d.sync += reads_activations.eq(region == Region.ACTIVATIONS)
        with m.If(self.word[0]):
            m.d.sync += control.eq(cycles)
        with m.Else():
            m.d.sync += control.eq(status)
        with m.If(reads_activations):
            m.d.comb += self.read_data.eq(self.activation)
        with m.Else():
            m.d.comb += self.read_data.eq(control)
        return m
