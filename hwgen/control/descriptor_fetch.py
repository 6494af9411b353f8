"""Descriptors from memory, one after the other."""

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from hwgen.bus.streams import command
from hwgen.control.layout import DESCRIPTOR_LAYOUT
from hwgen.spec.program import DESCRIPTOR_BYTES, IMAGE_ALIGNMENT, Operation

__all__ = ["DescriptorFetch"]

_WORD = data.StructLayout({"data": 8 * DESCRIPTOR_BYTES, "last": 1})


class DescriptorFetch(wiring.Component):
    """Asks for a descriptor as soon as the one before has been taken, up to END.

    Latency, in cycles: 1 from ``start``, or from the taking of a descriptor, to ``command``.

    Parameters
    ----------
    address_width : int
        Bits of a memory address.

    Members
    -------
    start, base : In
        Begin with the descriptor at ``base``.
    clear : In(1)
        Stop.
    outside : Out(1)
        There is no next descriptor: its address would be beyond the address space, or is not a
        multiple of :data:`~hwgen.spec.program.IMAGE_ALIGNMENT`.
    command : Out(stream of :func:`~hwgen.bus.streams.command`)
        For the reader of descriptors.
    word : In(stream of ``data`` and ``last``)
        What it read, a descriptor per word.
    descriptor : Out(stream of :data:`~hwgen.control.layout.DESCRIPTOR_LAYOUT`)
    """

    def __init__(self, *, address_width):
        self.address_width = address_width
        members = {
            "start": In(1),
            "base": In(address_width),
            "clear": In(1),
            "outside": Out(1),
            "command": Out(stream.Signature(command(address_width, 8))),
            "word": In(stream.Signature(_WORD)),
            "descriptor": Out(stream.Signature(DESCRIPTOR_LAYOUT)),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        address = Signal(self.address_width + 1)
        wanted = Signal()
        taken = Signal()
        fields = data.View(DESCRIPTOR_LAYOUT, self.word.payload.data[: DESCRIPTOR_LAYOUT.size])
        m.d.comb += [
            self.outside.eq(wanted & (address[-1] | address[: exact_log2(IMAGE_ALIGNMENT)].any())),
            self.command.valid.eq(wanted & ~self.outside),
            self.command.payload.address.eq(address),
            self.command.payload.bytes.eq(DESCRIPTOR_BYTES),
            self.descriptor.payload.eq(fields),
            self.descriptor.valid.eq(self.word.valid),
            self.word.ready.eq(self.descriptor.ready),
            taken.eq(self.word.valid & self.word.ready),
        ]
        with m.If(self.command.valid & self.command.ready):
            m.d.sync += [wanted.eq(0), address.eq(address + DESCRIPTOR_BYTES)]
        with m.If(taken & (fields.operation != Operation.END)):
            m.d.sync += wanted.eq(1)
        with m.If(self.start):
            m.d.sync += [wanted.eq(1), address.eq(self.base)]
        with m.If(self.clear):
            m.d.sync += wanted.eq(0)
        return m
