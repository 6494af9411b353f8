"""What a descriptor needs is asked for before its turn comes."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.bus.streams import command
from hwgen.control.layout import DESCRIPTOR_LAYOUT, WEIGHT_JOB, is_move, is_multiply
from hwgen.spec.program import DESCRIPTOR, Operation

__all__ = ["STREAM_BYTES", "Dispatch"]

STREAM_BYTES = 32  # bits of the length of a stream of weights or parameters


class Dispatch(wiring.Component):
    """Sends for the weights and parameters of the next descriptor, and checks it.

    So they come while the descriptor before is executed. A descriptor that asks for what does
    not exist goes on with ``bad`` or ``outside`` set, and sends for nothing.

    Latency, in cycles: 1 or more from a descriptor to ``o``.

    Parameters
    ----------
    address_width, activation_bytes : int
        Bits of a memory address; size of the banks.
    depth, group_bytes : int
        Accumulators of a column; bytes of a group's parameters.

    Members
    -------
    base : In
        Address that the descriptor's offsets count from.
    clear : In(1)
        Forget what was sent for.
    i, o : stream of :data:`~hwgen.control.layout.DESCRIPTOR_LAYOUT`
    bad, outside, short : Out(1)
        What is wrong with ``o``, if anything: it asks for what does not exist, leaves the
        banks, or names fewer parameters than it takes.
    weights, parameters : Out(stream of :func:`~hwgen.bus.streams.command`)
        For their readers.
    job : Out(stream of :data:`~hwgen.control.layout.WEIGHT_JOB`)
        For the loader of weights.
    """

    def __init__(self, *, address_width, activation_bytes, depth, group_bytes):
        self.address_width = address_width
        self.activation_bytes = activation_bytes
        self.depth = depth
        self.group_bytes = group_bytes
        run = stream.Signature(command(address_width, STREAM_BYTES))
        members = {
            "base": In(address_width),
            "clear": In(1),
            "i": In(stream.Signature(DESCRIPTOR_LAYOUT)),
            "o": Out(stream.Signature(DESCRIPTOR_LAYOUT)),
            "bad": Out(1),
            "outside": Out(1),
            "short": Out(1),
            "weights": Out(run),
            "parameters": Out(run),
            "job": Out(stream.Signature(WEIGHT_JOB)),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        layer = self.i.payload
        checked = Signal()  # the number of positions is known
        positions = Signal(2 * DESCRIPTOR["height"][0])
        taken = Signal()
        m.d.comb += taken.eq(self.i.valid & self.i.ready)
        m.d.sync += [
            checked.eq(self.i.valid & ~taken & ~self.clear),
            positions.eq(layer.height * layer.width),
        ]
        parameters = Signal(DESCRIPTOR["groups"][0] + ceil_log2(3 * self.group_bytes) + 1)
        words = Mux(layer.operation == Operation.SUM, 3 * self.group_bytes, self.group_bytes)
        m.d.sync += parameters.eq(layer.groups * words)
        self._check(m, layer, positions, parameters)

        computes = ~is_move(layer.operation) & (layer.operation != Operation.END)
        right = checked & ~self.bad & ~self.outside & ~self.short
        waits = []
        for name, port, is_needed in (
            ("weights", self.weights, is_multiply(layer.operation)),
            ("parameters", self.parameters, computes),
            ("job", self.job, is_multiply(layer.operation)),
        ):
            sent = Signal(name=f"sent_{name}")
            m.d.comb += port.valid.eq(right & is_needed & ~sent)
            with m.If(port.valid & port.ready):
                m.d.sync += sent.eq(1)
            with m.If(taken | self.clear):
                m.d.sync += sent.eq(0)
            waits.append(is_needed & ~sent)
        m.d.comb += [
            self.weights.payload.address.eq(self.base + layer.weights),
            self.weights.payload.bytes.eq(layer.weight_bytes),
            self.parameters.payload.address.eq(self.base + layer.parameters),
            self.parameters.payload.bytes.eq(layer.parameter_bytes),
            *(self.job.payload[x].eq(layer[x]) for x, _ in WEIGHT_JOB if x != "diagonal"),
            self.job.payload.diagonal.eq(layer.operation == Operation.DIAGONAL),
            self.o.payload.eq(layer),
            self.o.valid.eq(checked & ~(right & (waits[0] | waits[1] | waits[2]))),
            self.i.ready.eq(self.o.valid & self.o.ready),
        ]
        return m

    def _check(self, m, layer, positions, parameters):
        """Numbers of 0 where nothing would end, positions or addresses beyond the memories."""
        nothing = (layer.groups == 0) | (layer.passes == 0) | (layer.spacing == 0)
        nothing |= (layer.width == 0) | (layer.parameter_bytes > parameters)
        nothing |= is_multiply(layer.operation) & (layer.weight_bytes == 0)
        too_many = positions > self.depth
        empty = Mux(is_move(layer.operation), layer.run_bytes == 0, nothing | too_many)
        m.d.comb += [
            self.bad.eq(
                (layer.operation > max(Operation))
                | ((layer.operation != Operation.END) & ((layer.height == 0) | empty))
            ),
            self.short.eq(
                ~is_move(layer.operation)
                & (layer.operation != Operation.END)
                & (layer.parameter_bytes < parameters)
            ),
            self.outside.eq(
                (layer.target >= self.activation_bytes) | (layer.source_1 >= self.activation_bytes)
            ),
        ]
