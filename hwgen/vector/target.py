"""Where the codes of a position go."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.emission import place
from hwgen.memory.token import TOKEN
from hwgen.memory.widths import LINE_BYTES, SPACING

__all__ = ["CHANNEL_WIDTH", "RunTarget", "ScatterTarget", "TargetWalker", "place_target"]

CHANNEL_WIDTH = 16


class TargetWalker(wiring.Component):
    """Walks over the output positions of final passes, in raster order.

    Latency, in cycles: 1.

    Parameters
    ----------
    address_width : int
        Bits of a byte address; addresses wrap.

    Members
    -------
    token : In(TOKEN)
        A position; only final ones count.
    origin, column_step, line_step : In
        Address of position (0, 0); bytes from position to position, and from line to line.
    address : Out(address_width)
        Address of the last position.
    """

    def __init__(self, *, address_width):
        self.address_width = address_width
        members = {
            "token": In(TOKEN),
            "origin": In(address_width),
            "column_step": In(LINE_BYTES),
            "line_step": In(address_width),
            "address": Out(address_width),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        line = Signal(self.address_width)  # its first address
        ended = Signal()
        with m.If(self.token.valid & self.token.work.final):
            m.d.sync += ended.eq(self.token.line_end)
            with m.If(self.token.first):
                m.d.sync += [line.eq(self.origin), self.address.eq(self.origin)]
            with m.Elif(ended):
                m.d.sync += [
                    line.eq(line + self.line_step),
                    self.address.eq(line + self.line_step),
                ]
            with m.Else():
                m.d.sync += self.address.eq(self.address + self.column_step)
        return m


def _members(address_width, cols):
    return {
        "token": In(TOKEN),
        "code": In(8).array(cols),
        "origin": In(address_width),
        "column_step": In(LINE_BYTES),
        "line_step": In(address_width),
        "columns": In(ceil_log2(cols + 1)),
        "taken": Out(1),
        "busy": Out(1),
        "write_enable": Out(1).array(cols),
        "write_data": Out(8).array(cols),
    }


def _walk(m, platform, target):
    """Addresses, two cycles later: with the codes."""
    walker = place(m, platform, "walker", TargetWalker(address_width=target.address_width))
    for name in ("token", "origin", "column_step", "line_step"):
        m.d.comb += getattr(walker, name).eq(getattr(target, name))
    token = Signal(TOKEN, name="token_1")
    m.d.sync += token.eq(target.token)
    return token, walker.address


class RunTarget(wiring.Component):
    """Writes the codes of a position one after the other, column 0 first.

    Latency, in cycles: 2 from ``token`` to the write; 0 from ``code``.

    Parameters
    ----------
    address_width, cols : int
        Bits of a byte address; columns.

    Members
    -------
    token : In(TOKEN)
        Two cycles ahead of the codes.
    code : In(8), one per column
    origin, column_step, line_step : In
        See :class:`TargetWalker`.
    channel, columns : In
        Bytes that the filters' first code lies behind that of the position, and columns in
        use; taken with a token that loads.
    taken : Out(1)
        They are taken.
    busy : Out(1)
        Always 0: a write ends with its codes.
    write_address : Out
        Of column 0.
    write_enable, write_data : Out, one per column
    """

    def __init__(self, *, address_width, cols):
        self.address_width = address_width
        self.cols = cols
        members = {
            "channel": In(CHANNEL_WIDTH),
            "write_address": Out(address_width),
            **_members(address_width, cols),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()

        # Stage 0: the position, and what the filters' parameters say.
        token, address = _walk(m, platform, self)
        channel = Signal.like(self.channel)
        columns = Signal.like(self.columns)
        m.d.comb += self.taken.eq(self.token.valid & self.token.work.load)
        with m.If(self.taken):
            m.d.sync += [channel.eq(self.channel), columns.eq(self.columns)]

        # Stage 1: the address.
        m.d.sync += self.write_address.eq(address + channel)
        for col in range(self.cols):
            writes = token.valid & token.work.final & (col < columns)
            m.d.sync += self.write_enable[col].eq(writes)
            m.d.comb += self.write_data[col].eq(self.code[col])
        return m


class ScatterTarget(wiring.Component):
    """Writes every code of a position where its filter's channel is.

    Columns whose bytes are on one bank have different slots, that is, cycles in which they
    write. A column whose channel is all ones writes nothing.

    Latency, in cycles: ``3 + slot`` from ``token`` to the write, ``1 + slot`` from ``code``.

    Parameters
    ----------
    address_width, cols, slot_width : int
        Bits of a byte address; columns; bits of a slot.

    Members
    -------
    token, code, origin, column_step, line_step, columns, taken
        As in :class:`RunTarget`.
    channel, slot : In, one per column
        Bytes that the column's code lies behind that of the position, and its slot; taken with
        a token that loads.
    slots : In
        Slots in use: at least 1, and no more than there are cycles per position. Constant in a
        layer.
    busy : Out(1)
        Codes are to be written yet.
    write_address, write_enable, write_data : Out, one per column
    """

    def __init__(self, *, address_width, cols, slot_width):
        self.address_width = address_width
        self.cols = cols
        self.slot_width = slot_width
        members = {
            "channel": In(CHANNEL_WIDTH).array(cols),
            "slot": In(slot_width).array(cols),
            "slots": In(SPACING),
            "write_address": Out(address_width).array(cols),
            **_members(address_width, cols),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()

        # Stages 0 and 1: the position.
        token_1, address_1 = _walk(m, platform, self)
        token = Signal(TOKEN)
        address = Signal(self.address_width, name="address_2")
        m.d.sync += [token.eq(token_1), address.eq(address_1)]

        # Stage 2: codes and addresses are kept while slots go by.
        arrives = token.valid & token.work.final
        kept_address = Signal(self.address_width)
        columns = Signal.like(self.columns)
        now = Signal(self.slot_width)
        m.d.comb += self.taken.eq(token.valid & token.work.load)
        with m.If(self.taken):
            m.d.sync += columns.eq(self.columns)
        with m.If(arrives):
            m.d.sync += [kept_address.eq(address), now.eq(0), self.busy.eq(1)]
        with m.Elif(self.busy):
            m.d.sync += [now.eq(now + 1), self.busy.eq(now + 1 != self.slots)]

        # Stage 3: write.
        for col in range(self.cols):
            channel = Signal(CHANNEL_WIDTH, name=f"channel_{col}")
            slot = Signal(self.slot_width, name=f"slot_{col}")
            with m.If(self.taken):
                m.d.sync += [channel.eq(self.channel[col]), slot.eq(self.slot[col])]
            with m.If(arrives):
                m.d.sync += self.write_data[col].eq(self.code[col])
            writes = self.busy & (slot == now) & (col < columns) & ~channel.all()
            m.d.comb += [
                self.write_enable[col].eq(writes),
                self.write_address[col].eq(kept_address + channel),
            ]
        return m


def place_target(m, platform, unit, codes, token):
    """Make the writing side of ``unit`` its child ``target``, and connect it."""
    size = {"address_width": unit.address_width, "cols": unit.cols}
    if unit.scattered:
        target = ScatterTarget(**size, slot_width=len(unit.parameter[0].slot))
        m.d.comb += target.slots.eq(unit.slots)
        for col, parameter in enumerate(unit.parameter):
            m.d.comb += [
                target.channel[col].eq(parameter.channel),
                target.slot[col].eq(parameter.slot),
                unit.write_address[col].eq(target.write_address[col]),
            ]
    else:
        target = RunTarget(**size)
        m.d.comb += [
            target.channel.eq(unit.channel),
            unit.write_address.eq(target.write_address),
        ]
    place(m, platform, "target", target)
    m.d.comb += [target.token.eq(token), unit.parameter_taken.eq(target.taken)]
    for name in ("origin", "column_step", "line_step", "columns"):
        m.d.comb += getattr(target, name).eq(getattr(unit, name))
    for col in range(unit.cols):
        m.d.comb += [
            target.code[col].eq(codes[col]),
            unit.write_enable[col].eq(target.write_enable[col]),
            unit.write_data[col].eq(target.write_data[col]),
        ]
    return target
