"""The AXI4 channels of a memory master, by their standard names.

Signals and rules: Arm IHI 0022, "AMBA AXI Protocol Specification". A signature is seen from the
master: ``Out`` is what it drives.
"""

from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.errors import SpecError, check_choice, check_range

__all__ = [
    "BURST_INCREMENTS",
    "CACHE_NORMAL",
    "DATA_WIDTHS",
    "PAGE_BYTES",
    "AxiRead",
    "AxiWrite",
    "check_bursts",
]

DATA_WIDTHS = (32, 64, 128, 256, 512)
PAGE_BYTES = 4096  # no burst may cross a multiple of it
BURST_INCREMENTS = 0b01  # of AxBURST
CACHE_NORMAL = 0b0011  # of AxCACHE: normal memory, not cached, may be buffered


class AxiRead(wiring.Signature):
    """Read channels: AR and R.

    Parameters
    ----------
    address_width, data_width, id_width : int
        Bits: 12 to 64; one of :data:`DATA_WIDTHS`; 1 to 16.
    """

    def __init__(self, *, address_width, data_width=64, id_width=1):
        _check(address_width, data_width, id_width)
        self.address_width = address_width
        self.data_width = data_width
        self.id_width = id_width
        members = {
            **_request("ar", address_width, id_width),
            "rid": In(id_width),
            "rdata": In(data_width),
            "rresp": In(2),
            "rlast": In(1),
            "rvalid": In(1),
            "rready": Out(1),
        }
        super().__init__(members)


class AxiWrite(wiring.Signature):
    """Write channels: AW, W and B.

    Parameters
    ----------
    address_width, data_width, id_width : int
        As of :class:`AxiRead`.
    """

    def __init__(self, *, address_width, data_width=64, id_width=1):
        _check(address_width, data_width, id_width)
        self.address_width = address_width
        self.data_width = data_width
        self.id_width = id_width
        members = {
            **_request("aw", address_width, id_width),
            "wdata": Out(data_width),
            "wstrb": Out(data_width // 8),
            "wlast": Out(1),
            "wvalid": Out(1),
            "wready": In(1),
            "bid": In(id_width),
            "bresp": In(2),
            "bvalid": In(1),
            "bready": Out(1),
        }
        super().__init__(members)


def check_bursts(owner, max_burst, data_width):
    """Raise :exc:`SpecError` unless bursts of up to ``max_burst`` beats stay within a page.

    A power of two from 2 to 256, the most that AXI4 knows.
    """
    check_range(owner, "max_burst", max_burst, 2, min(256, PAGE_BYTES * 8 // data_width))
    if max_burst & (max_burst - 1):
        raise SpecError(f"{owner} max_burst must be a power of two, not {max_burst}")


def _request(channel, address_width, id_width):
    return {
        f"{channel}id": Out(id_width),
        f"{channel}addr": Out(address_width),
        f"{channel}len": Out(8),
        f"{channel}size": Out(3),
        f"{channel}burst": Out(2),
        f"{channel}cache": Out(4),
        f"{channel}prot": Out(3),
        f"{channel}valid": Out(1),
        f"{channel}ready": In(1),
    }


def _check(address_width, data_width, id_width):
    check_range("AXI", "address_width", address_width, 12, 64)
    check_choice("AXI", "data_width", data_width, DATA_WIDTHS)
    check_range("AXI", "id_width", id_width, 1, 16)
