"""AXI4-Lite, by its standard names."""

from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.errors import check_choice, check_range

__all__ = ["RESPONSE_OKAY", "RESPONSE_SLAVE_ERROR", "AxiLite"]

RESPONSE_OKAY = 0b00
RESPONSE_SLAVE_ERROR = 0b10


class AxiLite(wiring.Signature):
    """All channels, seen from the master; AWPROT and ARPROT included.

    Parameters
    ----------
    address_width, data_width : int
        Bits: 3 to 64; 32 or 64.
    """

    def __init__(self, *, address_width, data_width=32):
        check_range("AXI4-Lite", "address_width", address_width, 3, 64)
        check_choice("AXI4-Lite", "data_width", data_width, (32, 64))
        self.address_width = address_width
        self.data_width = data_width
        members = {
            "awaddr": Out(address_width),
            "awprot": Out(3),
            "awvalid": Out(1),
            "awready": In(1),
            "wdata": Out(data_width),
            "wstrb": Out(data_width // 8),
            "wvalid": Out(1),
            "wready": In(1),
            "bresp": In(2),
            "bvalid": In(1),
            "bready": Out(1),
            "araddr": Out(address_width),
            "arprot": Out(3),
            "arvalid": Out(1),
            "arready": In(1),
            "rdata": In(data_width),
            "rresp": In(2),
            "rvalid": In(1),
            "rready": Out(1),
        }
        super().__init__(members)
