"""Bytes of a write that no strobe asks for: they may be anything, undefined bits included."""

from cocotb.types import LogicArray

__all__ = ["clear_unstrobed"]


def clear_unstrobed(channel) -> None:
    """Let a memory's write channel read lanes without a strobe as zeros."""
    receive = channel.recv

    async def received():
        beat = await receive()
        lanes = str(beat.wstrb)  # the highest lane first, as the bits of the data
        data = str(beat.wdata)
        bytes_ = [
            data[8 * n : 8 * n + 8] if lane == "1" else "0" * 8 for n, lane in enumerate(lanes)
        ]
        beat.wdata = LogicArray("".join(bytes_))
        return beat

    channel.recv = received
