"""The registers that a driver sees, as an AXI4-Lite slave."""

from amaranth.hdl import Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from hwgen.bus.axi_lite import RESPONSE_OKAY, RESPONSE_SLAVE_ERROR, AxiLite
from hwgen.bus.ports import flat
from hwgen.spec.registers import Access, RegisterMap

__all__ = ["RegisterFile"]


class RegisterFile(wiring.Component):
    """Circuit of a :class:`~hwgen.spec.registers.RegisterMap`.

    One write and one read at a time. Address and data of a write may come in any order. A read
    that is not in the map is answered with SLVERR and 0; so is a write of what is not in it,
    or holds nothing to write. The lowest two bits of an address do not count.

    Latency, in cycles: 2 from the later one of AW and W to B, 2 from AR to R.

    Parameters
    ----------
    registers : RegisterMap

    Members
    -------
    s_axi_... : ports of :class:`~hwgen.bus.axi_lite.AxiLite`
    REGISTER_FIELD : Out for fields that software writes, In for those that are read only
        Value of the field.
    REGISTER_FIELD_clear : In(1), with each field of access ``w1s``
        Clear it; a write in the same cycle comes later.
    REGISTER_FIELD_set, REGISTER_FIELD_clear : In, In(1), with each field of access ``w1c``
        Its new value if it is 0 so far, or cleared in this cycle; clear it.
    WINDOW_address, WINDOW_data : Out, In(32), for each window
        Word to read; what it holds, one cycle later.
    """

    def __init__(self, registers: RegisterMap):
        self.registers = registers
        bus = AxiLite(address_width=registers.address_width)
        members = flat("s_axi", bus.flip())
        for register, field in registers.fields():
            name = f"{register.name}_{field.name}"
            if field.access is Access.READ_ONLY:
                members[name] = In(field.width)
            elif field.access is not Access.CONSTANT:
                members[name] = Out(field.width, init=field.reset)
            if field.access is Access.SET:
                members[f"{name}_clear"] = In(1)
            if field.access is Access.CLEAR:
                members[f"{name}_set"] = In(field.width)
                members[f"{name}_clear"] = In(1)
        for window in registers.windows:
            members[f"{window.name}_address"] = Out(range(window.depth))
            members[f"{window.name}_data"] = In(32)
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        self._write(m)
        self._read(m)
        return m

    def _write(self, m):
        has_address = Signal()
        has_data = Signal()
        address = Signal.like(self.s_axi_awaddr)
        data = Signal(32)
        strobes = Signal(4)
        write = Signal()  # both are there, and nobody waits for a response
        m.d.comb += [
            self.s_axi_awready.eq(~has_address),
            self.s_axi_wready.eq(~has_data),
            write.eq(has_address & has_data & ~self.s_axi_bvalid),
        ]
        with m.If(self.s_axi_awvalid & self.s_axi_awready):
            m.d.sync += [has_address.eq(1), address.eq(self.s_axi_awaddr)]
        with m.If(self.s_axi_wvalid & self.s_axi_wready):
            m.d.sync += [
                has_data.eq(1),
                data.eq(self.s_axi_wdata),
                strobes.eq(self.s_axi_wstrb),
            ]

        self._keep_fields(m)
        ones = Signal(32)  # bits that are written
        m.d.comb += [
            ones[8 * lane : 8 * lane + 8].eq(strobes[lane].replicate(8)) for lane in range(4)
        ]
        with m.If(self.s_axi_bvalid & self.s_axi_bready):
            m.d.sync += self.s_axi_bvalid.eq(0)
        with m.If(write):
            m.d.sync += [
                has_address.eq(0),
                has_data.eq(0),
                self.s_axi_bvalid.eq(1),
                self.s_axi_bresp.eq(RESPONSE_SLAVE_ERROR),
            ]
            with m.Switch(address[2:]):
                for register in self.registers.registers:
                    written = [field for field in register.fields if field.is_written]
                    if written:
                        with m.Case(register.offset >> 2):
                            m.d.sync += self.s_axi_bresp.eq(RESPONSE_OKAY)
                            for field in written:
                                self._write_field(m, register, field, data, ones)

    def _keep_fields(self, m):
        """What the circuit does to fields; a write in the same cycle overrides it."""
        for register, field in self.registers.fields():
            name = f"{register.name}_{field.name}"
            if field.access is Access.SET:
                with m.If(getattr(self, f"{name}_clear")):
                    m.d.sync += getattr(self, name).eq(0)
            if field.access is Access.CLEAR:
                value = getattr(self, name)
                with m.If((value == 0) | getattr(self, f"{name}_clear")):
                    m.d.sync += value.eq(getattr(self, f"{name}_set"))

    def _write_field(self, m, register, field, data, ones):
        bits = slice(field.low, field.low + field.width)
        value = getattr(self, f"{register.name}_{field.name}")
        if field.access is Access.READ_WRITE:
            m.d.sync += value.eq((data[bits] & ones[bits]) | (value & ~ones[bits]))
        elif field.access is Access.SET:
            m.d.sync += value.eq(value | (data[bits] & ones[bits]))
        else:
            with m.If((data[bits] & ones[bits]).any()):
                m.d.sync += value.eq(getattr(self, f"{register.name}_{field.name}_set"))

    def _read(self, m):
        asked = Signal()
        address = Signal.like(self.s_axi_araddr)
        m.d.comb += self.s_axi_arready.eq(~asked & ~self.s_axi_rvalid)
        with m.If(self.s_axi_rvalid & self.s_axi_rready):
            m.d.sync += self.s_axi_rvalid.eq(0)

        # Stage 0: memories behind windows read.
        m.d.sync += asked.eq(self.s_axi_arvalid & self.s_axi_arready)
        with m.If(self.s_axi_arvalid & self.s_axi_arready):
            m.d.sync += address.eq(self.s_axi_araddr)
        for window in self.registers.windows:
            m.d.comb += getattr(self, f"{window.name}_address").eq(self.s_axi_araddr[2:])

        # Stage 1: choose.
        found = Signal(init=1)
        value = Signal(32)
        with m.Switch(address[2:]):
            for register in self.registers.registers:
                with m.Case(register.offset >> 2):
                    m.d.comb += [found.eq(1), *self._fields_of(register, value)]
            with m.Default():
                m.d.comb += found.eq(0)
                for window in self.registers.windows:
                    bits = (window.size - 1).bit_length()
                    stride = exact_log2(window.stride_words)
                    hit = address[bits:] == window.offset >> bits
                    hit &= address[2:bits] < window.depth
                    hit &= address[2 : 2 + stride] < len(window.words)
                    with m.If(hit):
                        m.d.comb += [found.eq(1), value.eq(getattr(self, f"{window.name}_data"))]
        with m.If(asked):
            m.d.sync += [
                self.s_axi_rvalid.eq(1),
                self.s_axi_rdata.eq(value),
                self.s_axi_rresp.eq(Mux(found, RESPONSE_OKAY, RESPONSE_SLAVE_ERROR)),
            ]

    def _fields_of(self, register, value):
        for field in register.fields:
            bits = value[field.low : field.low + field.width]
            if field.access is Access.CONSTANT:
                yield bits.eq(Const(field.reset, field.width))
            else:
                yield bits.eq(getattr(self, f"{register.name}_{field.name}"))
