"""Bench of the reader: runs of a random memory, under stalls, errors and resets.

The environment names ``HWGEN_SEED``, and of the reader ``HWGEN_ALIGNMENT`` and
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
from sim.streams import StreamSink, StreamSource, stalls

SIZE = 1 << 14
PATIENCE = 30_000  # cycles


class Reader:
    """The reader with a memory, what asks it, and what takes its runs."""

    def __init__(self, dut, share: float, forbidden: range = range(0)) -> None:
        self.rng = rng = random.Random(int(os.environ["HWGEN_SEED"]))
        self.dut = dut
        self.lanes = len(dut.m_axi_rdata) // 8
        self.alignment = int(os.environ["HWGEN_ALIGNMENT"])
        self.memory = Memory(rng.randbytes(SIZE), forbidden)
        attach(dut, self.memory, rng, share)
        self.protocol = AxiProtocol(dut)
        self.commands = StreamSource(dut, "command", stalls(rng, share))
        self.data = StreamSink(dut, "data", stalls(rng, share), self._take)
        self.runs: list[bytes] = []
        self.errors: list[int] = []  # of each beat: ``error`` as it came out
        self._run = b""

    def _take(self, payload: int) -> None:
        data = (payload & ((1 << 8 * self.lanes) - 1)).to_bytes(self.lanes, "little")
        last = payload >> 8 * self.lanes & 1
        end = payload >> (8 * self.lanes + 1)
        assert last or end == self.lanes - 1
        self._run += data[: end + 1]
        self.errors.append(number(self.dut.error))
        if last:
            self.runs.append(self._run)
            self._run = b""

    def forget(self) -> None:
        """After a reset: what came of a run does not count."""
        self.runs.clear()
        self._run = b""

    def draw(self, most: int = 700) -> tuple[int, int]:
        """Address and bytes of a run."""
        near = self.rng.choice((4096, 8192, 12288, self.rng.randrange(SIZE)))
        address = max(0, near + self.rng.randrange(-600, 100)) // self.alignment * self.alignment
        address = min(address, SIZE - self.alignment)
        return address, self.rng.randrange(1, min(most, SIZE - address) + 1)

    def ask(self, address: int, size: int) -> bytes:
        """Ask for a run; return what should come."""
        self.commands.queue.append(address | size << len(self.dut.m_axi_araddr))
        return bytes(self.memory.content[address : address + size])

    async def finish(self, count: int) -> None:
        """Wait for ``count`` runs and for peace."""
        for _ in range(PATIENCE):
            if len(self.runs) >= count and number(self.dut.idle):
                break
            await RisingEdge(self.dut.clk)
        assert len(self.runs) == count, f"{len(self.runs)} of {count} runs came"
        assert self.protocol.is_quiet

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        for _ in range(PATIENCE):
            await RisingEdge(self.dut.clk)
            if number(self.dut.idle):
                return
        raise AssertionError("the reader does not become idle")


async def start(dut, share: float, forbidden: range = range(0)) -> Reader:
    inputs = ("command__valid", "command__payload", "data__ready", "reset")
    answers = ("arready", "rid", "rdata", "rresp", "rlast", "rvalid")
    await reset(dut, **dict.fromkeys([*inputs, *(f"m_axi_{name}" for name in answers)], 0))
    return Reader(dut, share, forbidden)


@cocotb.test()
@cocotb.parametrize(share=[0.0, 0.3, 0.6])
async def runs_come_as_they_lie_in_memory(dut, share):
    reader = await start(dut, share)
    wanted = [reader.ask(*reader.draw()) for _ in range(30)]
    reader.commands.queue.append(5 << 3)  # of no bytes: nothing comes
    wanted.append(reader.ask(*reader.draw()))
    await reader.finish(len(wanted))
    assert reader.runs == wanted
    assert not any(reader.errors)
    bursts = reader.protocol.bursts["ar"]
    assert {(address + beats * reader.lanes) % 4096 == 0 for address, beats, _ in bursts} == {0, 1}
    assert reader.protocol.most["ar"] <= int(os.environ["HWGEN_OUTSTANDING"])


@cocotb.test()
async def a_beat_comes_in_every_cycle(dut):
    reader = await start(dut, 0.0)
    offset = reader.lanes - reader.alignment  # unaligned if that can be
    size = 500 * reader.lanes
    wanted = reader.ask(64 + offset, size)
    await reader.finish(1)
    assert reader.runs == [wanted]
    beats = len(reader.data.cycles)
    cycles = reader.data.cycles[-1] - reader.data.cycles[0] + 1
    dut._log.info("%d beats in %d cycles", beats, cycles)
    assert beats == cycles == -(-size // reader.lanes)


@cocotb.test()
@cocotb.parametrize(share=[0.0, 0.4])
async def an_error_is_told_and_the_run_goes_on(dut, share):
    forbidden = range(4096, 4096 + 256)
    reader = await start(dut, share, forbidden)
    good = reader.ask(2048, 400)
    await reader.finish(1)
    assert not any(reader.errors)
    before = len(reader.errors)
    reader.ask(4096 - 256, 1024)
    after = reader.ask(8192, 300)
    await reader.finish(3)
    assert reader.runs[0] == good
    assert len(reader.runs[1]) == 1024
    assert reader.runs[2] == after
    known = before + 256 // reader.lanes  # the beat with the first forbidden byte
    assert all(reader.errors[known:])
    dut.reset.value = 1
    await RisingEdge(dut.clk)
    dut.reset.value = 0
    await reader.idle()
    assert not number(dut.error)


@cocotb.test()
@cocotb.parametrize(share=[0.0, 0.5])
async def a_reset_leaves_the_bus_clean(dut, share):
    reader = await start(dut, share)
    amid = 0
    for _ in range(15):
        for _ in range(4):
            reader.ask(*reader.draw())
        for _ in range(reader.rng.randrange(1, 120)):
            await RisingEdge(dut.clk)
        amid += not reader.protocol.is_quiet
        dut.reset.value = 1
        reader.commands.drop()
        await RisingEdge(dut.clk)
        dut.reset.value = 0
        reader.forget()
        if reader.rng.random() < 0.5:  # at once, or when the reader says so
            await reader.idle()
            assert reader.protocol.is_quiet
        wanted = reader.ask(*reader.draw(200))
        await reader.finish(1)
        assert reader.runs == [wanted]
        reader.forget()
    assert amid > 5
