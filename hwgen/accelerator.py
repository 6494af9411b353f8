"""The accelerator: its boxes and the wires between them."""

from amaranth.hdl import Cat, Module, Mux
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.array.grid import SystolicArray
from hwgen.array.vector import VectorUnit
from hwgen.control.host import HostPort
from hwgen.control.loader import WeightLoader
from hwgen.control.sequencer import Sequencer
from hwgen.emission import place
from hwgen.memory.accumulators import Accumulators
from hwgen.memory.activations import ActivationMemory
from hwgen.memory.assembler import WordAssembler
from hwgen.memory.im2col import Im2col
from hwgen.memory.ram import Ram
from hwgen.memory.walker import Walker
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.descriptor import DESCRIPTOR_WIDTH, PARAMETER_WIDTH
from hwgen.spec.host import HOST_WIDTH, host_address_width

__all__ = ["Accelerator"]


class Accelerator(wiring.Component):
    """Weight-stationary accelerator for 8-bit networks.

    The host writes a program (descriptors, weights, parameters) and the input's codes, starts
    it, and reads the codes of the last tensor after the interrupt; see
    :class:`~hwgen.control.host.HostPort` for the addresses. Nothing else is asked of it.

    Parameters
    ----------
    spec : AcceleratorSpec

    Members
    -------
    address, write, write_data, read_data
        Port of the host.
    interrupt : Out(1)
        The program ended, well or with an error; 1 until the next start.
    """

    def __init__(self, spec: AcceleratorSpec) -> None:
        self.spec = spec
        members = {
            "address": In(host_address_width(spec)),
            "write": In(1),
            "write_data": In(HOST_WIDTH),
            "read_data": Out(HOST_WIDTH),
            "interrupt": Out(1),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        spec = self.spec
        multiplier = spec.arithmetic
        sum_column = spec.sum_column

        def child(name, component, module=None):
            return place(m, platform, name, component, module)

        host = child("host", HostPort(address_width=len(self.address)))
        sequencer = child(
            "sequencer",
            Sequencer(
                rows=spec.rows,
                cols=spec.cols,
                descriptor_words=spec.descriptor_words,
                parameter_words=spec.parameter_words,
            ),
        )
        loader = child(
            "loader",
            WeightLoader(
                rows=spec.rows, cols=spec.cols, address_width=max(1, ceil_log2(spec.weight_words))
            ),
        )
        activations = child(
            "activations", ActivationMemory(size=spec.activation_bytes, lanes=spec.rows)
        )
        walker = child(
            "walker",
            Walker(
                address_width=len(activations.read_address),
                depth=spec.accumulator_depth,
                cols=spec.cols,
            ),
        )
        im2col = child("im2col", Im2col(rows=spec.rows))
        array = child(
            "array",
            SystolicArray(multiplier, rows=spec.rows, cols=spec.cols, sum_column=sum_column),
        )
        accumulators = child(
            "accumulators",
            Accumulators(
                total=array.total[0].shape(),
                activation_total=array.activation_total.shape() if sum_column else None,
                cols=spec.cols,
                width=spec.accumulator_width,
                depth=spec.accumulator_depth,
                delay=spec.rows + 2,  # two cycles of im2col, then a column of elements
            ),
        )
        vector = child(
            "vector",
            VectorUnit(
                cols=spec.cols,
                accumulator_width=spec.accumulator_width,
                position_width=len(walker.position),
                address_width=len(walker.address),
                sum_column=sum_column,
            ),
        )

        def wide_memory(name, width, depth, enable):
            """Memory that the host writes in pieces; returns its read side."""
            address_width = len(host.word)
            assembler = child(
                f"assemble_{name}",
                WordAssembler(width=width, address_width=address_width),
                f"assembler_{name}",
            )
            ram = child(name, Ram(width=width, depth=depth), f"memory_{name}")
            m.d.comb += [
                assembler.address.eq(host.word),
                assembler.data.eq(self.write_data),
                assembler.enable.eq(enable),
                ram.write_enable.eq(assembler.write_enable),
                ram.write_address.eq(assembler.write_address),
                ram.write_data.eq(assembler.write_data),
            ]
            return ram

        descriptors = wide_memory(
            "descriptors", DESCRIPTOR_WIDTH, spec.descriptor_words, host.write_descriptors
        )
        weights = wide_memory(
            "weights", spec.cols * spec.weight_bits, spec.weight_words, host.write_weights
        )
        parameters = wide_memory(
            "parameters", PARAMETER_WIDTH, spec.parameter_words, host.write_parameters
        )
        layer = sequencer.descriptor

        # Host and control.
        m.d.comb += [
            host.address.eq(self.address),
            host.write.eq(self.write),
            host.write_data.eq(self.write_data),
            self.read_data.eq(host.read_data),
            host.busy.eq(sequencer.busy),
            host.done.eq(sequencer.done),
            host.error.eq(sequencer.error),
            host.activation.eq(activations.read_data[0]),
            self.interrupt.eq(sequencer.done | sequencer.error),
            sequencer.start.eq(host.start),
            descriptors.read_address.eq(sequencer.descriptor_address),
            sequencer.descriptor.eq(descriptors.read_data),
            parameters.read_address.eq(sequencer.parameter_address),
        ]

        # Weights.
        m.d.comb += [
            loader.begin.eq(sequencer.load_begin),
            loader.base.eq(layer.weight_address),
            loader.count.eq(layer.block_count),
            loader.take.eq(sequencer.load_take),
            sequencer.load_ready.eq(loader.ready),
            sequencer.load_exhausted.eq(loader.exhausted),
            weights.read_address.eq(loader.read_address),
            Cat(*array.weight).eq(weights.read_data),
            array.load.eq(loader.load),
        ]

        # Passes over positions.
        m.d.comb += [
            walker.start.eq(sequencer.pass_start),
            sequencer.pass_ready.eq(walker.ready),
            sequencer.walking.eq(walker.valid),
            sequencer.index.eq(walker.index),
            walker.height.eq(layer.out_height),
            walker.width.eq(layer.out_width),
            walker.step_lines.eq(layer.step_lines),
            walker.step_line_bytes.eq(layer.step_line_bytes),
            walker.in_lines.eq(layer.in_lines),
        ]
        for name in ("line", "line_address", "q", "inner", "step_q", "flat"):
            m.d.comb += getattr(walker, name).eq(getattr(sequencer, name))

        # Activations, on their way through the array into the accumulators.
        streaming = walker.valid & sequencer.multiplies & ~sequencer.draining
        zero = Mux(sequencer.source, layer.zero_1, layer.zero_0)
        m.d.comb += [
            activations.read_address.eq(Mux(sequencer.busy, walker.address, host.word)),
            im2col.access.eq(streaming),
            im2col.first.eq(walker.first),
            im2col.line_inside.eq(walker.line_inside),
            im2col.offset.eq(walker.offset),
            im2col.line_bytes.eq(layer.line_bytes),
            im2col.row_enable.eq(sequencer.row_enable),
            im2col.zero.eq(zero),
            array.swap.eq(im2col.swap),
            array.column_enable.eq(sequencer.column_enable),
            accumulators.stream_valid.eq(streaming),
            accumulators.stream_update.eq(sequencer.update),
            accumulators.address.eq(walker.position),
            accumulators.column_enable.eq(sequencer.column_enable),
        ]
        for row in range(spec.rows):
            m.d.comb += [
                im2col.data[row].eq(activations.read_data[row]),
                array.a[row].eq(im2col.a[row]),
                array.valid[row].eq(im2col.valid[row]),
            ]
        for col in range(spec.cols):
            m.d.comb += [
                accumulators.total[col].eq(array.total[col]),
                vector.value[col].eq(accumulators.value[col]),
            ]
        if sum_column:
            m.d.comb += [
                accumulators.activation_total.eq(array.activation_total),
                vector.activation_value.eq(accumulators.activation_value),
                vector.weight_zero.eq(layer.weight_zero),
            ]

        # Element-wise work, and back into the memories.
        m.d.comb += [
            vector.access.eq(walker.valid & (sequencer.draining | ~sequencer.multiplies)),
            vector.draining.eq(sequencer.draining),
            vector.update.eq(sequencer.update),
            vector.position.eq(walker.position),
            vector.column.eq(walker.index),
            vector.address.eq(walker.address),
            vector.byte.eq(activations.read_data[0]),
            vector.inside.eq(im2col.inside),
            vector.parameter.eq(parameters.read_data),
            vector.double_rounding.eq(layer.double_rounding),
            vector.zero.eq(zero),
            vector.zero_out.eq(layer.zero_out),
            vector.low.eq(layer.low),
            vector.high.eq(layer.high),
        ]
        for name in ("valid", "update", "address", "column", "data"):
            m.d.comb += getattr(accumulators, f"vector_{name}").eq(
                getattr(vector, f"vector_{name}")
            )
        m.d.comb += [
            activations.write_enable.eq(vector.write_enable | host.write_activations),
            activations.write_address.eq(Mux(sequencer.busy, vector.write_address, host.word)),
            activations.write_data.eq(Mux(sequencer.busy, vector.write_data, self.write_data)),
        ]
        return m
