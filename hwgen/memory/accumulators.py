"""Accumulators: one memory per array column that adds in place."""

from amaranth.hdl import Module, Mux, Shape, Signal, signed
from amaranth.lib import enum, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.emission import place
from hwgen.memory.ram import Ram

__all__ = ["AccumulatorLane", "Accumulators", "Update"]


class Update(enum.Enum, shape=2):
    """What an accumulator does with a value."""

    SET = 0
    ADD = 1
    MAXIMUM = 2


class AccumulatorLane(wiring.Component):
    """Accumulators of one array column: read, combine, write, one update per cycle.

    Sums wrap modulo ``2**width``. An update may follow another one of the same address in
    the next cycle. While ``valid`` is 0 the port reads.

    Latency, in cycles: 1 from ``address`` to ``value``.

    Parameters
    ----------
    width, depth : int
        Bits of an accumulator, and accumulators.

    Members
    -------
    valid, update, address, data : In
        Value to combine into an accumulator.
    value : Out(signed(width))
        What the address of the last cycle held.
    """

    def __init__(self, *, width, depth):
        self.width = width
        self.depth = depth
        members = {
            "valid": In(1),
            "update": In(Update),
            "address": In(max(1, ceil_log2(depth))),
            "data": In(signed(width)),
            "value": Out(signed(width)),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        ram = place(
            m,
            platform,
            "ram",
            Ram(width=self.width, depth=self.depth, transparent=True),
            module="memory_accumulators",
        )

        # Stage 0: read.
        valid = Signal()
        update = Signal(Update)
        address = Signal.like(self.address)
        data = Signal.like(self.data)
        m.d.comb += ram.read_address.eq(self.address)
        m.d.sync += [
            valid.eq(self.valid),
            update.eq(self.update),
            address.eq(self.address),
            data.eq(self.data),
        ]

        # Stage 1: combine and write.
        m.d.comb += [
            self.value.eq(ram.read_data),
            ram.write_enable.eq(valid),
            ram.write_address.eq(address),
        ]
        with m.Switch(update):
            with m.Case(Update.ADD):
                m.d.comb += ram.write_data.eq(self.value + data)
            with m.Case(Update.MAXIMUM):
                m.d.comb += ram.write_data.eq(Mux(self.value > data, self.value, data))
            with m.Default():
                m.d.comb += ram.write_data.eq(data)
        return m


class Accumulators(wiring.Component):
    """Accumulators of all columns, fed by the array or by the vector unit.

    Column sums of one position leave the array one column after the other; the updates that
    belong to them travel along a chain with the same pace.

    Latency, in cycles: ``delay + c`` from ``stream_*`` to the cycle in which ``total[c]`` is
    taken; 1 from ``address`` to ``value``.

    Parameters
    ----------
    total : Shape
        Of a column sum.
    activation_total : Shape or None
        Of the sum of activations; None when there is no such column.
    cols, width, depth : int
        Columns, accumulator bits, accumulators per column.
    delay : int
        Cycles from the issue of a position to its sum in column 0.

    Members
    -------
    stream_valid, stream_update, address : In
        A position enters the array: what to do with its sums, and where.
    column_enable : In(cols)
        Columns that take part.
    total : In, one per column
        Column sums of the array.
    activation_total : In
        Sum of activations; only when there is such a column.
    vector_valid, vector_update, vector_address, vector_column, vector_data : In
        Update of one column by the vector unit.
    value : Out(signed(width)), one per column
        Accumulators at the ``address`` of the last cycle, while nothing is updated.
    activation_value : Out(signed(width))
        The same of the sum of activations.
    """

    def __init__(self, *, total, activation_total, cols, width, depth, delay):
        self.total_shape = Shape.cast(total)
        self.activation_shape = activation_total
        self.cols = cols
        self.width = width
        self.depth = depth
        self.delay = delay
        members = {
            "stream_valid": In(1),
            "stream_update": In(Update),
            "address": In(max(1, ceil_log2(depth))),
            "column_enable": In(cols),
            "total": In(total).array(cols),
            "vector_valid": In(1),
            "vector_update": In(Update),
            "vector_address": In(max(1, ceil_log2(depth))),
            "vector_column": In(max(1, ceil_log2(cols))),
            "vector_data": In(signed(width)),
            "value": Out(signed(width)).array(cols),
        }
        if activation_total is not None:
            members["activation_total"] = In(activation_total)
            members["activation_value"] = Out(signed(width))
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()

        def delayed(stage, name):
            valid, update, address = stage
            late = (
                Signal(name=f"valid_{name}"),
                Signal(Update, name=f"update_{name}"),
                Signal.like(self.address, name=f"address_{name}"),
            )
            m.d.sync += [late[0].eq(valid), late[1].eq(update), late[2].eq(address)]
            return late

        stage = (self.stream_valid, self.stream_update, self.address)
        for index in range(self.delay):
            stage = delayed(stage, index)

        def lane(name, enable, total, vector_valid):
            valid, update, address = stage
            lane = place(
                m,
                platform,
                f"lane_{name}",
                AccumulatorLane(width=self.width, depth=self.depth),
            )
            with m.If(vector_valid):
                m.d.comb += [
                    lane.valid.eq(1),
                    lane.update.eq(self.vector_update),
                    lane.address.eq(self.vector_address),
                    lane.data.eq(self.vector_data),
                ]
            with m.Elif(valid):
                m.d.comb += [
                    lane.valid.eq(enable),
                    lane.update.eq(update),
                    lane.address.eq(address),
                    lane.data.eq(total),
                ]
            with m.Else():
                m.d.comb += lane.address.eq(self.address)
            return lane.value

        if self.activation_shape is not None:
            value = lane("activation", 1, self.activation_total, 0)
            m.d.comb += self.activation_value.eq(value)
        for col in range(self.cols):
            mine = self.vector_valid & (self.vector_column == col)
            value = lane(str(col), self.column_enable[col], self.total[col], mine)
            m.d.comb += self.value[col].eq(value)
            stage = delayed(stage, f"col_{col}")
        return m
