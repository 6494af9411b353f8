"""The whole accelerator: an AXI4-Lite slave and an AXI4 master around array, columns and banks."""

from types import SimpleNamespace

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import Out, connect, flipped

from hwgen.bus.axi import AxiRead, AxiWrite
from hwgen.bus.axi_lite import AxiLite
from hwgen.bus.ports import bus, flat
from hwgen.bus.register_file import RegisterFile
from hwgen.bus.writer import AxiWriter
from hwgen.control.counters import Counters
from hwgen.control.descriptor_check import FAULTS
from hwgen.control.descriptor_fetch import DescriptorFetch
from hwgen.control.dispatch import Dispatch
from hwgen.control.executor import Executor
from hwgen.control.form import place_array, place_loader, sums_of
from hwgen.control.layout import filter_layout
from hwgen.control.mover import Mover
from hwgen.control.parameter_feed import ParameterFeed
from hwgen.control.passes import Passes
from hwgen.control.streams import Streams
from hwgen.control.wiring import connect_array, connect_banks, connect_passes, connect_vector
from hwgen.emission import place
from hwgen.memory.banks import ActivationBanks
from hwgen.memory.fetch import Fetch
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.memory_port import BURST_BEATS, WRITE_BURSTS
from hwgen.spec.program import DESCRIPTOR, parameter_bytes, weight_word_bits
from hwgen.spec.registers.accelerator import CAUSES
from hwgen.spec.registers.of_spec import registers_of
from hwgen.vector.unit import VectorUnit

__all__ = ["Accelerator"]


class Accelerator(wiring.Component):
    """Executes programs that a host has put into memory.

    The host writes the program's image and a picture into memory, the image's address into
    the registers, and starts; after the interrupt the result lies in memory.

    Parameters
    ----------
    spec : AcceleratorSpec

    Members
    -------
    s_axi_... : ports of :class:`~hwgen.bus.axi_lite.AxiLite`
        Registers: see :func:`~hwgen.spec.registers.of_spec.registers_of`.
    m_axi_... : ports of :class:`~hwgen.bus.axi.AxiRead` and :class:`~hwgen.bus.axi.AxiWrite`
        Memory; what is asked of it at most says :mod:`hwgen.spec.memory_port`.
    interrupt : Out(1)
        The program ended, well or with an error, and the host has not cleared that yet.
    """

    def __init__(self, spec: AcceleratorSpec) -> None:
        self.spec = spec
        self._registers = registers_of(spec)
        widths = {"address_width": spec.address_width, "data_width": spec.data_width}
        self._slave = AxiLite(address_width=self._registers.address_width)
        self._read = AxiRead(**widths, id_width=2)
        self._write = AxiWrite(**widths)
        members = {
            **flat("s_axi", self._slave.flip()),
            **flat("m_axi", self._read),
            **flat("m_axi", self._write),
            "interrupt": Out(1),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        parts = self._place_all(m, platform)
        self._connect_host(m, parts)
        self._connect_streams(m, parts)
        connect_passes(m, parts)
        connect_array(m, parts)
        connect_vector(m, parts)
        connect_banks(m, parts)
        return m

    def _place_all(self, m, platform):
        """Every part, in the order in which data go through them."""
        spec = self.spec
        is_scattered = spec.form == "columns"
        sums = sums_of(spec)
        parts = SimpleNamespace(spec=spec)
        beat = spec.data_width // 8

        def child(name, component):
            found = place(m, platform, name, component)
            setattr(parts, name, found)
            return found

        child("registers", RegisterFile(self._registers))
        child("executor", Executor())
        child("counters", Counters(entries=spec.layer_counters))
        child("descriptors", DescriptorFetch(address_width=spec.address_width))
        child(
            "dispatch",
            Dispatch(spec),
        )
        child(
            "streams",
            Streams(
                address_width=spec.address_width,
                data_width=spec.data_width,
                weight_bits=weight_word_bits(spec),
                parameter_bits=8 * parameter_bytes(spec),
                weight_words=spec.weight_fifo_words,
                outstanding=spec.outstanding,
            ),
        )
        child(
            "writer",
            AxiWriter(
                address_width=spec.address_width,
                data_width=spec.data_width,
                length_width=DESCRIPTOR["run_bytes"][0],
                max_burst=BURST_BEATS,
                outstanding=WRITE_BURSTS,
                alignment=1,
            ),
        )
        banks = child(
            "banks",
            ActivationBanks(
                size=spec.activation_bytes,
                banks=spec.banks,
                lanes=spec.lanes,
                cols=spec.cols,
                beat=beat,
                scattered=is_scattered,
            ),
        )
        child(
            "mover",
            Mover(
                address_width=spec.address_width,
                data_width=spec.data_width,
                bank_width=banks.address_width,
            ),
        )
        child(
            "fetch",
            Fetch(
                lanes=spec.lanes,
                rows=spec.rows,
                banks=spec.banks,
                address_width=banks.address_width,
            ),
        )
        parts.loader = place_loader(m, platform, spec, ahead=Fetch.LATENCY)
        parts.array = array = place_array(m, platform, spec)
        child(
            "parameters",
            ParameterFeed(
                layout=filter_layout(spec),
                cols=spec.cols,
                word_width=8 * parameter_bytes(spec),
            ),
        )
        vector = child(
            "vector",
            VectorUnit(
                total=array.total[0].shape(),
                cols=spec.cols,
                requantizers=spec.requantizers,
                width=spec.accumulator_width,
                depth=spec.accumulator_depth,
                delay=array.latency,
                address_width=banks.address_width,
                parameters=filter_layout(spec),
                sums=sums,
                activation_total_width=len(array.activation_total) if sums.width else 0,
                variate_total_width=len(array.variate_total) if sums.variate_bits else 0,
                diagonal=spec.diagonal,
            ),
        )
        child(
            "passes",
            Passes(
                cols=spec.cols,
                diagonal=spec.diagonal,
                lanes=spec.lanes,
                address_width=banks.address_width,
                gap=vector.gap,
                scattered=is_scattered,
                early=bool(sums.width or sums.variate_bits),
            ),
        )
        return parts

    def _connect_host(self, m, parts):
        """Registers, interrupt and counters."""
        registers, executor, counters = (
            parts.registers,
            parts.executor,
            parts.counters,
        )
        connect(
            m,
            flipped(bus(self, "s_axi", self._slave.flip())),
            bus(registers, "s_axi", self._slave.flip()),
        )
        m.d.comb += [
            executor.start.eq(registers.control_start),
            executor.reset.eq(registers.control_reset),
            registers.control_start_clear.eq(executor.busy | executor.fetch_descriptors),
            registers.control_reset_clear.eq(executor.stopped),
            registers.status_busy.eq(executor.busy),
            registers.status_done_set.eq(executor.done),
            registers.status_error_set.eq(executor.error),
            registers.status_done_clear.eq(executor.fetch_descriptors),
            registers.status_error_clear.eq(executor.fetch_descriptors),
            registers.position_value.eq(executor.position),
            self.interrupt.eq(
                registers.control_interrupt_enable
                & (registers.status_done | (registers.status_error != 0))
            ),
            counters.clear.eq(executor.fetch_descriptors),
            counters.running.eq(executor.busy),
            counters.cause.eq(executor.cause),
            counters.ended.eq(executor.ended),
            counters.address.eq(registers.layers_address),
            registers.layers_data.eq(counters.data),
            registers.cycles_low_value.eq(counters.cycles[:32]),
            registers.cycles_high_value.eq(counters.cycles[32:]),
        ]
        for name, total in zip(CAUSES, counters.totals, strict=True):
            m.d.comb += getattr(registers, f"{name}_cycles_value").eq(total)

    def _connect_streams(self, m, parts):
        """Descriptors, and all that they send for."""
        executor, dispatch, streams = (
            parts.executor,
            parts.dispatch,
            parts.streams,
        )
        connect(m, flipped(bus(self, "m_axi", self._read)), bus(streams, "m_axi", self._read))
        connect(
            m,
            flipped(bus(self, "m_axi", self._write)),
            bus(parts.writer, "m_axi", self._write),
        )
        base = Signal(self.spec.address_width)
        with m.If(executor.fetch_descriptors):
            m.d.sync += base.eq(parts.descriptors.base)
        address = parts.registers.descriptor_low_address
        if self.spec.address_width > 32:
            address = Cat(address, parts.registers.descriptor_high_address)
        m.d.comb += [
            parts.descriptors.start.eq(executor.fetch_descriptors),
            parts.descriptors.base.eq(address),
            dispatch.base.eq(base),
            parts.mover.base.eq(base),
        ]
        for out, into in (
            (parts.descriptors.command, streams.descriptor_run),
            (streams.descriptor, parts.descriptors.word),
            (parts.descriptors.descriptor, dispatch.i),
            (dispatch.o, executor.next),
            (dispatch.weights, streams.weight_run),
            (dispatch.parameters, streams.parameter_run),
            (dispatch.job, parts.loader.job),
            (streams.weight, parts.loader.word),
            (streams.parameter, parts.parameters.word),
            (parts.mover.read, streams.activation_run),
            (parts.mover.write, parts.writer.command),
            (streams.activation, parts.mover.loaded),
            (parts.mover.stored, parts.writer.data),
        ):
            connect(m, out, into)
        for part in (
            parts.descriptors,
            dispatch,
            streams,
            parts.loader,
            parts.parameters,
            parts.passes,
            parts.mover,
        ):
            m.d.comb += part.clear.eq(executor.clear)
        m.d.comb += [
            parts.writer.reset.eq(executor.clear),
            executor.flushed.eq(streams.idle & parts.writer.idle),
            *(getattr(executor, name).eq(getattr(dispatch, name)) for name in FAULTS),
            executor.unreachable.eq(parts.descriptors.outside),
            executor.write_error.eq(parts.writer.error),
        ]
        for name in streams.READERS:
            m.d.comb += getattr(executor, f"{name}_error").eq(getattr(streams, f"{name}_error"))
