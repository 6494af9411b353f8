"""The whole machine: an AXI4-Lite slave and an AXI4 master around array, columns and banks."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import Out, connect, flipped

from hwgen.bus.axi import AxiRead, AxiWrite
from hwgen.bus.axi_lite import AxiLite
from hwgen.bus.ports import bus, flat
from hwgen.bus.register_file import RegisterFile
from hwgen.bus.writer import AxiWriter
from hwgen.control.counters import Counters
from hwgen.control.descriptor_fetch import DescriptorFetch
from hwgen.control.dispatch import Dispatch
from hwgen.control.executor import Executor
from hwgen.control.form import place_array, place_loader, sums_of
from hwgen.control.layout import filter_layout
from hwgen.control.mover import Mover
from hwgen.control.parameter_feed import ParameterFeed
from hwgen.control.passes import Passes
from hwgen.control.streams import Streams
from hwgen.emission import place
from hwgen.memory.banks import ActivationBanks
from hwgen.memory.fetch import Fetch
from hwgen.spec.machine import MachineSpec
from hwgen.spec.program import DESCRIPTOR, Operation, parameter_bytes, weight_word_bits
from hwgen.spec.registers import accelerator_registers, spec_digest
from hwgen.spec.registers.accelerator import CAUSES
from hwgen.vector.unit import VectorUnit

__all__ = ["Machine", "machine_registers"]


def machine_registers(spec: MachineSpec):
    """Register map of a machine."""
    return accelerator_registers(
        digest=spec_digest(spec.to_toml()),
        layers=spec.layer_counters,
        address_width=spec.address_width,
    )


class Machine(wiring.Component):
    """Executes programs that a host has put into memory.

    The host writes the program's image and a picture into memory, the image's address into
    the registers, and starts; after the interrupt the result lies in memory.

    Parameters
    ----------
    spec : MachineSpec

    Members
    -------
    s_axi_... : ports of :class:`~hwgen.bus.axi_lite.AxiLite`
        Registers: see :func:`machine_registers`.
    m_axi_... : ports of :class:`~hwgen.bus.axi.AxiRead` and :class:`~hwgen.bus.axi.AxiWrite`
        Memory.
    interrupt : Out(1)
        The program ended, well or with an error, and the host has not cleared that yet.
    """

    def __init__(self, spec: MachineSpec) -> None:
        self.spec = spec
        self._registers = machine_registers(spec)
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
        self._place_all(m, platform)
        self._connect_host(m)
        self._connect_streams(m)
        self._connect_passes(m)
        self._connect_array(m)
        self._connect_vector(m)
        self._connect_banks(m)
        return m

    def _place_all(self, m, platform):
        """Every part, in the order in which data go through them."""
        spec = self.spec
        size = {"rows": spec.rows, "cols": spec.cols}
        is_scattered = spec.form == "columns"
        self._sums = sums = sums_of(spec)
        beat = spec.data_width // 8

        def child(name, component):
            found = place(m, platform, name, component)
            setattr(self, f"_{name}", found)
            return found

        child("registers_file", RegisterFile(self._registers))
        child("executor", Executor())
        child("counters", Counters(entries=spec.layer_counters))
        child("descriptors", DescriptorFetch(address_width=spec.address_width))
        child(
            "dispatch",
            Dispatch(
                address_width=spec.address_width,
                activation_bytes=spec.activation_bytes,
                depth=spec.accumulator_depth,
                group_bytes=spec.cols * parameter_bytes(spec),
            ),
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
                activation_bytes=spec.activation_bytes,
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
        self._loader = place_loader(m, platform, spec, ahead=Fetch.LATENCY)
        self._array = array = place_array(m, platform, spec)
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
                cols=size["cols"],
                diagonal=spec.diagonal,
                lanes=spec.lanes,
                address_width=banks.address_width,
                gap=vector.gap,
                scattered=is_scattered,
                early=bool(sums.width or sums.variate_bits),
            ),
        )

    def _connect_host(self, m):
        registers, executor, counters = self._registers_file, self._executor, self._counters
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

    def _connect_streams(self, m):
        """Descriptors, and all that they send for."""
        executor, dispatch, streams = self._executor, self._dispatch, self._streams
        connect(m, flipped(bus(self, "m_axi", self._read)), bus(streams, "m_axi", self._read))
        connect(
            m, flipped(bus(self, "m_axi", self._write)), bus(self._writer, "m_axi", self._write)
        )
        base = Signal(self.spec.address_width)
        with m.If(executor.fetch_descriptors):
            m.d.sync += base.eq(self._descriptors.base)
        address = self._registers_file.descriptor_low_address
        if self.spec.address_width > 32:
            address = Cat(address, self._registers_file.descriptor_high_address)
        m.d.comb += [
            self._descriptors.start.eq(executor.fetch_descriptors),
            self._descriptors.base.eq(address),
            dispatch.base.eq(base),
            self._mover.base.eq(base),
        ]
        for out, into in (
            (self._descriptors.command, streams.descriptor_run),
            (streams.descriptor, self._descriptors.word),
            (self._descriptors.descriptor, dispatch.i),
            (dispatch.o, executor.next),
            (dispatch.weights, streams.weight_run),
            (dispatch.parameters, streams.parameter_run),
            (dispatch.job, self._loader.job),
            (streams.weight, self._loader.word),
            (streams.parameter, self._parameters.word),
            (self._mover.read, streams.activation_run),
            (self._mover.write, self._writer.command),
            (streams.activation, self._mover.loaded),
            (self._mover.stored, self._writer.data),
        ):
            connect(m, out, into)
        for part in (
            self._descriptors,
            dispatch,
            streams,
            self._loader,
            self._parameters,
            self._passes,
            self._mover,
        ):
            m.d.comb += part.clear.eq(executor.clear)
        m.d.comb += [
            self._writer.reset.eq(executor.clear),
            executor.flushed.eq(streams.idle & self._writer.idle),
            executor.bad.eq(dispatch.bad),
            executor.outside.eq(dispatch.outside),
            executor.no_parameters.eq(dispatch.short),
            executor.read_error.eq(streams.error),
            executor.write_error.eq(self._writer.error),
            executor.outside_now.eq(self._mover.outside),
            executor.left_over.eq(~self._loader.exhausted & dispatch.job.valid),
            executor.no_weights.eq(self._loader.exhausted & self._passes.waits_weights),
        ]

    def _connect_passes(self, m):
        """When each pass begins, and where it reads."""
        executor, passes, fetch = self._executor, self._passes, self._fetch
        layer = executor.layer
        m.d.comb += [
            passes.layer.eq(layer),
            passes.begin.eq(executor.begin_passes),
            passes.weights_ready.eq(self._loader.ready),
            passes.parameters_ready.eq(self._parameters.ready),
            passes.ready.eq(fetch.ready),
            self._loader.take.eq(passes.take_weights),
            self._parameters.claim.eq(passes.claim),
            executor.passes_done.eq(passes.done),
            executor.walking.eq(passes.walking),
            executor.waits_weights.eq(passes.waits_weights),
            executor.lanes_ready.eq(fetch.set_ready),
            executor.vector_busy.eq(self._vector.busy),
            executor.move_done.eq(self._mover.done),
            self._mover.layer.eq(layer),
            self._mover.begin.eq(executor.begin_move),
            self._mover.written.eq(self._writer.idle),
            fetch.set.eq(executor.set_lanes),
            fetch.start.eq(passes.start),
            fetch.diagonal.eq(passes.diagonal_out),
            fetch.padding.eq(layer.fill),
        ]
        for name in (
            *("work", "count", "subtract", "step", "back", "step_q", "step_ky", "step_offset"),
            *("spacing", "origin_address", "origin_line", "origin_byte"),
            *("column_step", "line_step_bytes"),
        ):
            m.d.comb += getattr(fetch, name).eq(getattr(passes, name))
        for name in (
            *("height", "width", "line_step", "in_lines", "line_bytes"),
            *("kernel_lines", "segment", "wrap", "wrap_offset"),
        ):
            m.d.comb += getattr(fetch, name).eq(layer[name])

    def _connect_array(self, m):
        array, fetch, loader = self._array, self._fetch, self._loader
        layer = self._executor.layer
        kind = self.spec.arithmetic[0].a_kind
        lowest = 1 << (kind.width - 1) if kind.signed else 0
        for row in range(self.spec.rows):
            m.d.comb += [
                array.a[row].eq(fetch.a[row][: kind.width] ^ lowest),
                array.valid[row].eq(fetch.valid[row]),
            ]
        m.d.comb += [
            array.swap.eq(fetch.swap),
            array.diagonal.eq(fetch.diagonal_out),
            array.load.eq(loader.load),
            *(x.eq(y) for x, y in zip(array.weight, loader.weight, strict=True)),
        ]
        if self.spec.form == "tiles":
            m.d.comb += [array.tile.eq(layer.tile), array.load_tile.eq(loader.tile)]
        if self.spec.variate_bits:
            m.d.comb += [
                array.variate_mask.eq(layer.variate_mask),
                array.variate_or.eq(layer.variate_or),
            ]

    def _connect_vector(self, m):
        vector, array, fetch = self._vector, self._array, self._fetch
        layer, passes = self._executor.written, self._passes
        m.d.comb += [
            vector.token.eq(fetch.token),
            vector.offset.eq(fetch.offset),
            vector.columns.eq(passes.columns),
            self._parameters.taken.eq(vector.parameter_taken),
            vector.double_rounding.eq(layer.double_rounding),
            vector.zero.eq(layer.zero_out),
            vector.low.eq(layer.low),
            vector.high.eq(layer.high),
            vector.origin.eq(layer.target),
            vector.column_step.eq(layer.target_column_step),
            vector.line_step.eq(layer.target_line_step),
        ]
        for col in range(self.spec.cols):
            m.d.comb += [
                vector.a[col].eq(fetch.a[col]),
                vector.total[col].eq(array.total[col]),
                vector.parameter[col].eq(self._parameters.parameter[col]),
            ]
        if vector.scattered:
            m.d.comb += vector.slots.eq(layer.spacing)
        else:
            m.d.comb += vector.channel.eq(passes.channel)
        constants = {
            "fraction": layer.variate_fraction,
            "diagonal": layer.operation == Operation.DIAGONAL,
            "variate_mask": layer.variate_mask,
            "variate_or": layer.variate_or,
        }
        for name, value in constants.items():
            if name in vector.signature.members:
                m.d.comb += getattr(vector, name).eq(value)
        for name in ("activation_total", "variate_total"):
            if name in vector.signature.members:
                m.d.comb += getattr(vector, name).eq(getattr(array, name))
        if "activation" in vector.signature.members:
            m.d.comb += [x.eq(y) for x, y in zip(vector.activation, array.diagonal_a, strict=True)]

    def _connect_banks(self, m):
        banks, fetch, vector, mover = self._banks, self._fetch, self._vector, self._mover
        for lane in range(self.spec.lanes):
            m.d.comb += [
                banks.read_address[lane].eq(fetch.read_address[lane]),
                fetch.read_data[lane].eq(banks.read_data[lane]),
            ]
        for col in range(self.spec.cols):
            m.d.comb += [
                banks.write_enable[col].eq(vector.write_enable[col]),
                banks.write_data[col].eq(vector.write_data[col]),
            ]
            if vector.scattered:
                m.d.comb += banks.write_address[col].eq(vector.write_address[col])
        if not vector.scattered:
            m.d.comb += banks.write_address.eq(vector.write_address)
        m.d.comb += [
            banks.load.eq(mover.load),
            banks.load_address.eq(mover.load_address),
            banks.store.eq(mover.store),
            banks.store_address.eq(mover.store_address),
        ]
        for lane in range(self.spec.data_width // 8):
            m.d.comb += [
                banks.load_enable[lane].eq(mover.load_enable[lane]),
                banks.load_data[lane].eq(mover.load_data[lane]),
                mover.store_data[lane].eq(banks.store_data[lane]),
            ]
