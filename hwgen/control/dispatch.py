"""What a descriptor needs is asked for before its turn comes."""

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from hwgen.bus.streams import command
from hwgen.control.descriptor_check import FAULTS, DescriptorCheck
from hwgen.control.layout import DESCRIPTOR_LAYOUT, WEIGHT_JOB, is_move, is_multiply
from hwgen.emission import place
from hwgen.spec.program import Operation

__all__ = ["STREAM_BYTES", "Dispatch"]

STREAM_BYTES = 32  # bits of the length of a stream of weights or parameters


class Dispatch(wiring.Component):
    """Checks the next descriptor, and sends for its weights and parameters.

    So they come while the descriptor before is executed. A descriptor with a fault goes on
    with it, and sends for nothing.

    Latency, in cycles: that of the check from a descriptor to what it sends for, and to ``o`` if
    that is taken at once.

    Parameters
    ----------
    spec : AcceleratorSpec

    Members
    -------
    base : In
        Address that the descriptor's offsets count from.
    clear : In(1)
        Forget what was sent for.
    i, o : stream of :data:`~hwgen.control.layout.DESCRIPTOR_LAYOUT`
    foreign, bad, outside, no_weights, no_parameters, parameters_left : Out(1)
        What is wrong with ``o``, if anything: see
        :class:`~hwgen.control.descriptor_check.DescriptorCheck`.
    weights, parameters : Out(stream of :func:`~hwgen.bus.streams.command`)
        For their readers.
    job : Out(stream of :data:`~hwgen.control.layout.WEIGHT_JOB`)
        For the loader of weights.
    """

    def __init__(self, spec):
        self.spec = spec
        run = stream.Signature(command(spec.address_width, STREAM_BYTES))
        members = {
            "base": In(spec.address_width),
            "clear": In(1),
            "i": In(stream.Signature(DESCRIPTOR_LAYOUT)),
            "o": Out(stream.Signature(DESCRIPTOR_LAYOUT)),
            **{name: Out(1) for name in FAULTS},
            "weights": Out(run),
            "parameters": Out(run),
            "job": Out(stream.Signature(WEIGHT_JOB)),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        layer = self.i.payload
        taken = Signal()
        m.d.comb += taken.eq(self.i.valid & self.i.ready)
        checked, right = self._check(m, platform, taken)
        waits = self._send(m, right, taken)
        m.d.comb += [
            self.weights.payload.address.eq(self.base + layer.weights),
            self.weights.payload.bytes.eq(layer.weight_bytes),
            self.parameters.payload.address.eq(self.base + layer.parameters),
            self.parameters.payload.bytes.eq(layer.parameter_bytes),
            *(self.job.payload[x].eq(layer[x]) for x, _ in WEIGHT_JOB if x != "diagonal"),
            self.job.payload.diagonal.eq(layer.operation == Operation.DIAGONAL),
            self.o.payload.eq(layer),
            self.o.valid.eq(checked & ~(right & waits)),
            self.i.ready.eq(self.o.valid & self.o.ready),
        ]
        return m

    def _check(self, m, platform, taken):
        """Whether the descriptor is checked, and whether it has no fault."""
        check = place(m, platform, "check", DescriptorCheck(self.spec))
        begun = Signal()
        checked = Signal()
        faults = Signal(len(FAULTS))
        m.d.comb += [
            check.base.eq(self.base),
            check.layer.eq(self.i.payload),
            check.begin.eq(self.i.valid & ~begun),
            checked.eq(self.i.valid & begun & check.done),
        ]
        with m.If(check.begin):
            m.d.sync += begun.eq(1)
        with m.If(taken | self.clear):
            m.d.sync += begun.eq(0)
        for number, name in enumerate(FAULTS):
            m.d.comb += [
                getattr(self, name).eq(getattr(check, name) & checked),
                faults[number].eq(getattr(check, name)),
            ]
        return checked, checked & ~faults.any()

    def _send(self, m, right, taken):
        """Offer each thing until it is taken; whether something waits."""
        operation = self.i.payload.operation
        multiplies = is_multiply(operation)
        computes = ~is_move(operation) & (operation != Operation.END)
        waits = 0
        for name, port, is_needed in (
            ("weights", self.weights, multiplies),
            ("parameters", self.parameters, computes),
            ("job", self.job, multiplies),
        ):
            sent = Signal(name=f"sent_{name}")
            m.d.comb += port.valid.eq(right & is_needed & ~sent)
            with m.If(port.valid & port.ready):
                m.d.sync += sent.eq(1)
            with m.If(taken | self.clear):
                m.d.sync += sent.eq(0)
            waits = waits | (is_needed & ~sent)
        return waits
