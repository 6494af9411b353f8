"""Bench of the writer: runs into a random memory, under stalls, errors and resets.

The environment names ``HWGEN_SEED``, and of the writer ``HWGEN_ALIGNMENT`` and
``HWGEN_OUTSTANDING``. Runs are drawn so that many of them cross a 4 KB page.
"""

import os
import random

import cocotb
from cocotb.triggers import RisingEdge

from sim.axi_memory import Memory, attach
from sim.axi_protocol import AxiProtocol
from sim.clocked import reset
from sim.signals import number
from sim.streams import StreamSource, stalls

SIZE = 1 << 14
PATIENCE = 30_000  # cycles


class Writer:
    """The writer with a memory, and what gives it runs."""

    def __init__(self, dut, share: float, forbidden: range = range(0)) -> None:
        self.rng = rng = random.Random(int(os.environ["HWGEN_SEED"]))
        self.dut = dut
        self.lanes = len(dut.m_axi_wdata) // 8
        self.alignment = int(os.environ["HWGEN_ALIGNMENT"])
        self.memory = Memory(rng.randbytes(SIZE), forbidden)
        self.wanted = bytearray(self.memory.content)
        attach(dut, self.memory, rng, share)
        self.protocol = AxiProtocol(dut)
        self.commands = StreamSource(dut, "command", stalls(rng, share))
        self.data = StreamSource(dut, "data", stalls(rng, share))

    def write(self, most: int = 700) -> tuple[int, bytes]:
        """Ask for a run somewhere; return its address and bytes."""
        near = self.rng.choice((4096, 8192, 12288, self.rng.randrange(SIZE)))
        address = max(0, near + self.rng.randrange(-600, 100)) // self.alignment * self.alignment
        address = min(address, SIZE - self.alignment)
        return self.write_to(address, self.rng.randrange(1, min(most, SIZE - address) + 1))

    def write_to(self, address: int, size: int) -> tuple[int, bytes]:
        """Ask for a run of random bytes."""
        run = self.rng.randbytes(size)
        self.commands.queue.append(address | size << len(self.dut.m_axi_awaddr))
        padded = run + self.rng.randbytes(-size % self.lanes)  # the rest of the last beat
        for start in range(0, size, self.lanes):
            beat = padded[start : start + self.lanes]
            self.data.queue.append(int.from_bytes(beat, "little"))
        return address, run

    def expect(self, address: int, run: bytes) -> None:
        """The memory should hold a run."""
        self.wanted[address : address + len(run)] = run

    async def finish(self) -> None:
        """Wait until all is written."""
        for _ in range(PATIENCE):
            await RisingEdge(self.dut.clk)
            if not self.commands.queue and not self.data.queue and number(self.dut.idle):
                break
        else:
            raise AssertionError(f"{len(self.data.queue)} beats are left")
        assert self.protocol.is_quiet

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        for _ in range(PATIENCE):
            await RisingEdge(self.dut.clk)
            if number(self.dut.idle):
                return
        raise AssertionError("the writer does not become idle")


async def start(dut, share: float, forbidden: range = range(0)) -> Writer:
    inputs = ("command__valid", "command__payload", "data__valid", "data__payload", "reset")
    answers = ("awready", "wready", "bid", "bresp", "bvalid")
    await reset(dut, **dict.fromkeys([*inputs, *(f"m_axi_{name}" for name in answers)], 0))
    return Writer(dut, share, forbidden)


@cocotb.test()
@cocotb.parametrize(share=[0.0, 0.3, 0.6])
async def memory_holds_every_run_and_nothing_else(dut, share):
    writer = await start(dut, share)
    for _ in range(30):
        writer.expect(*writer.write())
    writer.commands.queue.append(5 << 3)  # of no bytes: nothing happens
    writer.expect(*writer.write())
    await writer.finish()
    assert writer.memory.content == writer.wanted
    assert not number(dut.error)
    bursts = writer.protocol.bursts["aw"]
    assert {(address + beats * writer.lanes) % 4096 == 0 for address, beats, _ in bursts} == {0, 1}
    assert writer.protocol.most["aw"] <= int(os.environ["HWGEN_OUTSTANDING"])


@cocotb.test()
async def a_beat_goes_out_in_every_cycle(dut):
    writer = await start(dut, 0.0)
    offset = writer.lanes - writer.alignment  # unaligned if that can be
    writer.expect(*writer.write_to(64 + offset, 500 * writer.lanes))
    await writer.finish()
    assert writer.memory.content == writer.wanted
    seen = writer.protocol.beats["w"]
    dut._log.info("%d beats in %d cycles", len(seen), seen[-1] - seen[0] + 1)
    assert len(seen) == seen[-1] - seen[0] + 1 == 500 + (offset > 0)


@cocotb.test()
@cocotb.parametrize(share=[0.0, 0.4])
async def an_error_is_told_and_the_run_goes_on(dut, share):
    forbidden = range(4096, 4096 + 256)
    writer = await start(dut, share, forbidden)
    writer.expect(*writer.write_to(2048, 400))
    await writer.finish()
    assert not number(dut.error)
    address, run = writer.write_to(4096 - 256, 1024)
    writer.expect(address, run[:256])
    writer.expect(4096 + 256, run[512:])
    writer.expect(*writer.write_to(8192, 300))
    await writer.finish()
    assert number(dut.error)
    assert writer.memory.content == writer.wanted
    dut.reset.value = 1
    await RisingEdge(dut.clk)
    dut.reset.value = 0
    await writer.idle()
    assert not number(dut.error)


@cocotb.test()
@cocotb.parametrize(share=[0.0, 0.5])
async def a_reset_leaves_the_bus_clean(dut, share):
    writer = await start(dut, share)
    amid = 0
    for _ in range(15):
        runs = [writer.write() for _ in range(4)]
        for _ in range(writer.rng.randrange(1, 120)):
            await RisingEdge(dut.clk)
        amid += not writer.protocol.is_quiet
        dut.reset.value = 1
        writer.commands.drop()
        writer.data.drop()
        await RisingEdge(dut.clk)
        dut.reset.value = 0
        await writer.idle()
        assert writer.protocol.is_quiet
        # Each byte is as it was, or as one of the runs has it.
        allowed = [{byte} for byte in writer.wanted]
        for address, run in runs:
            for index, byte in enumerate(run):
                allowed[address + index].add(byte)
        content = writer.memory.content
        assert all(byte in may for byte, may in zip(content, allowed, strict=True))
        writer.wanted[:] = content
        writer.expect(*writer.write(200))
        await writer.finish()
        assert writer.memory.content == writer.wanted
    assert amid > 5
