"""A memory on an AXI4 master port, with stalls on every channel and bytes that answer errors."""

from cocotbext.axi import AxiReadBus, AxiSlaveRead, AxiSlaveWrite, AxiWriteBus

from sim.streams import stalls

__all__ = ["Memory", "attach"]


class Memory:
    """Bytes that masters read and write.

    Parameters
    ----------
    content : bytes
    forbidden : range
        Addresses: a beat that touches one of them is answered with an error.
    """

    def __init__(self, content: bytes, forbidden: range = range(0)) -> None:
        self.content = bytearray(content)
        self.forbidden = forbidden

    async def read(self, address: int, length: int) -> bytes:
        """Answer a beat."""
        self._check(address, length)
        return bytes(self.content[address : address + length])

    async def write(self, address: int, data: bytes) -> None:
        """Take the bytes of a beat whose strobes are set."""
        self._check(address, len(data))
        self.content[address : address + len(data)] = data

    def _check(self, address: int, length: int) -> None:
        if max(address, self.forbidden.start) < min(address + length, self.forbidden.stop):
            raise ValueError(f"{address:#x} is forbidden")
        assert address + length <= len(self.content), f"{address:#x} is beyond the memory"


def attach(dut, memory: Memory, rng, share: float, prefix: str = "m_axi") -> None:
    """Connect ``memory`` to a port; each channel stalls in ``share`` of the cycles."""
    channels = []
    if hasattr(dut, f"{prefix}_arvalid"):
        reads = AxiSlaveRead(AxiReadBus.from_prefix(dut, prefix), dut.clk, target=memory)
        channels += [reads.ar_channel, reads.r_channel]
    if hasattr(dut, f"{prefix}_awvalid"):
        writes = AxiSlaveWrite(AxiWriteBus.from_prefix(dut, prefix), dut.clk, target=memory)
        channels += [writes.aw_channel, writes.w_channel, writes.b_channel]
    for channel in channels:
        channel.log.setLevel("WARNING")
        if share:
            channel.set_pause_generator(stalls(rng, share))
