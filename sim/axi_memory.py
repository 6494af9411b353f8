"""A memory on an AXI4 master port, with stalls on every channel and bytes that answer errors."""

from cocotbext.axi import AxiReadBus, AxiResp, AxiSlaveRead, AxiSlaveWrite, AxiWriteBus

from sim.streams import stalls

__all__ = ["Memory", "attach"]

CHANNELS = ("ar", "r", "aw", "w", "b")


class Memory:
    """Bytes that masters read and write.

    Parameters
    ----------
    content : bytes
    forbidden : range
        Addresses: a beat that touches one of them is answered with an error, as is one that is
        beyond the content.
    origin : int
        Address of the first byte.

    Attributes
    ----------
    response : AxiResp
        The error that is answered.
    """

    def __init__(self, content: bytes, forbidden: range = range(0), origin: int = 0) -> None:
        self.content = bytearray(content)
        self.forbidden = forbidden
        self.origin = origin
        self.response = AxiResp.SLVERR

    async def read(self, address: int, length: int) -> bytes:
        """Answer a beat."""
        place = self._check(address, length)
        return bytes(self.content[place : place + length])

    async def write(self, address: int, data: bytes) -> None:
        """Take the bytes of a beat whose strobes are set."""
        place = self._check(address, len(data))
        self.content[place : place + len(data)] = data

    def _check(self, address: int, length: int) -> int:
        if max(address, self.forbidden.start) < min(address + length, self.forbidden.stop):
            raise ValueError(f"{address:#x} is forbidden")
        place = address - self.origin
        assert 0 <= place <= len(self.content) - length, f"{address:#x} is beyond the memory"
        return place


def attach(
    dut,
    memory: Memory,
    rng,
    share: float,
    prefix: str = "m_axi",
    stalling: tuple[str, ...] = CHANNELS,
    reset=None,
) -> None:
    """Connect ``memory`` to a port; the channels ``stalling`` stall in ``share`` of the cycles."""
    channels = {}
    if hasattr(dut, f"{prefix}_arvalid"):
        bus = AxiReadBus.from_prefix(dut, prefix)
        reads = AxiSlaveRead(bus, dut.clk, reset, target=memory)
        channels |= {"ar": reads.ar_channel, "r": reads.r_channel}
        _answer(memory, reads.r_channel, "rresp")
    if hasattr(dut, f"{prefix}_awvalid"):
        bus = AxiWriteBus.from_prefix(dut, prefix)
        writes = AxiSlaveWrite(bus, dut.clk, reset, target=memory)
        channels |= {"aw": writes.aw_channel, "w": writes.w_channel, "b": writes.b_channel}
        _answer(memory, writes.b_channel, "bresp")
    for name, channel in channels.items():
        channel.log.setLevel("WARNING")
        if share and name in stalling:
            channel.set_pause_generator(stalls(rng, share))


def _answer(memory: Memory, channel, name: str) -> None:
    """Let errors be the one that the memory is to answer."""
    send = channel.send

    async def changed(transaction) -> None:
        if getattr(transaction, name) != AxiResp.OKAY:
            setattr(transaction, name, memory.response)
        await send(transaction)

    channel.send = changed
