"""A driver's view of the accelerator: its registers, by the C header's names, and its memory."""

import json
import os
import random
from pathlib import Path

import numpy as np
from cocotb.triggers import RisingEdge
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiResp

from hwgen.compiler.cycles import program_cycles
from hwgen.compiler.program import Program
from sim.axi_memory import CHANNELS, Memory, attach
from sim.axi_protocol import AxiProtocol
from sim.clocked import reset
from sim.reference.replay import memory_with
from sim.signals import number
from sim.streams import stalls

__all__ = ["AcceleratorHost", "job", "start"]

BASE = 0x1000  # of the program in memory
PATIENCE = 20  # times the cycles that a program should take
SLAVE_INPUTS = ("awaddr", "awprot", "awvalid", "wdata", "wstrb", "wvalid", "bready")
SLAVE_INPUTS += ("araddr", "arprot", "arvalid", "rready")
MASTER_INPUTS = ("awready", "wready", "bid", "bresp", "bvalid")
MASTER_INPUTS += ("arready", "rid", "rdata", "rresp", "rlast", "rvalid")


def job() -> Path:
    """Folder of what a test gives its bench (``HWGEN_JOB``)."""
    return Path(os.environ["HWGEN_JOB"])


class AcceleratorHost:
    """Driver and memory.

    Attributes
    ----------
    macros : dict of str to int
        What the C header defines, without its prefix.
    program : Program
    image, expected : arrays of uint8
        Input and result of the program.
    memory : Memory
    base, lanes : int
        Address of the program; bytes of a beat.
    limit : int
        Cycles after which a run counts as hanging.
    """

    def __init__(self, dut, share: float, stalling=CHANNELS, with_reset: bool = False) -> None:
        folder = job()
        self.dut = dut
        self.rng = rng = random.Random(5)
        self.macros = json.loads((folder / "macros.json").read_text())
        self.program = Program.from_json((folder / "program.json").read_text(), "program")
        given = np.load(folder / "expected.npz")
        self.image, self.expected = given["image"], given["result"]
        self.base = int(os.environ.get("HWGEN_BASE", BASE))
        self.memory = Memory(bytes(self.program.memory_bytes + 256), origin=self.base)
        self.limit = PATIENCE * sum(step.total for step in program_cycles(self.program))
        self.lanes = len(dut.m_axi_rdata) // 8
        attach(
            dut, self.memory, rng, share, stalling=stalling, reset=dut.rst if with_reset else None
        )
        self.protocol = AxiProtocol(dut)
        self.slave = slave = AxiLiteMaster(
            AxiLiteBus.from_prefix(dut, "s_axi"), dut.clk, dut.rst if with_reset else None
        )
        writes, reads = slave.write_if, slave.read_if
        channels = (writes.aw_channel, writes.w_channel, writes.b_channel)
        for channel in (*channels, reads.ar_channel, reads.r_channel):
            channel.log.setLevel("WARNING")
            if share:
                channel.set_pause_generator(stalls(rng, share))
        for interface in (writes, reads):
            interface.log.setLevel("WARNING")

    async def read(self, name: str, offset: int = 0) -> int:
        """Value of a register."""
        answer = await self.slave.read(self.macros[name] + offset, 4)
        assert answer.resp == AxiResp.OKAY, f"reading {name}: {answer.resp!r}"
        return int.from_bytes(answer.data, "little")

    async def write(self, name: str, value: int) -> None:
        """Write a register."""
        answer = await self.slave.write(self.macros[name], value.to_bytes(4, "little"))
        assert answer.resp == AxiResp.OKAY, f"writing {name}: {answer.resp!r}"

    async def field(self, register: str, name: str) -> int:
        """Value of a field."""
        value = await self.read(register) & self.macros[f"{register}_{name}_MASK"]
        return value >> self.macros[f"{register}_{name}_SHIFT"]

    def mask(self, register: str, *names: str) -> int:
        """Ones in the bits of fields."""
        return sum(self.macros[f"{register}_{name}_MASK"] for name in names)

    def load(self) -> None:
        """Put program and image into memory, all else zeros."""
        content = memory_with(self.program, self.image).tobytes()
        self.memory.content[:] = content + bytes(len(self.memory.content) - len(content))

    def result(self) -> np.ndarray:
        """The output's codes in memory."""
        offset = self.program.extents[self.program.output].offset
        found = self.memory.content[offset : offset + self.expected.size]
        return np.frombuffer(bytes(found), np.uint8).reshape(self.expected.shape)

    async def begin(self, base: int | None = None) -> None:
        """Start a program, with interrupt."""
        base = self.base if base is None else base
        await self.write("DESCRIPTOR_LOW", base & 0xFFFF_FFFF)
        if "DESCRIPTOR_HIGH_ADDRESS_MASK" in self.macros:
            await self.write("DESCRIPTOR_HIGH", base >> 32)
        await self.write("CONTROL", self.mask("CONTROL", "START", "INTERRUPT_ENABLE"))

    async def interrupt(self) -> None:
        """Wait for the interrupt; an accelerator that gives none hangs."""
        await self.until(lambda: number(self.dut.interrupt), "interrupt")

    async def until(self, holds, what: str) -> None:
        """Wait for a condition, within the limit."""
        for _ in range(self.limit):
            await RisingEdge(self.dut.clk)
            if holds():
                return
        raise AssertionError(f"no {what} in {self.limit} cycles: the accelerator hangs")

    async def acknowledge(self) -> None:
        """Clear the status; the interrupt ends."""
        await self.write("STATUS", self.mask("STATUS", "DONE", "ERROR"))
        assert await self.read("STATUS") == 0
        assert not number(self.dut.interrupt)

    async def run(self) -> None:
        """Execute the program, whatever was before: the result is golden's."""
        self.load()
        await self.begin()
        await self.interrupt()
        await self.check_done()

    async def check_done(self) -> None:
        """It ended well."""
        status = await self.read("STATUS")
        assert status == self.mask("STATUS", "DONE"), f"status is {status:#x}, not done alone"
        assert await self.read("POSITION") == len(self.program.steps)
        assert self.protocol.is_quiet
        assert (self.result() == self.expected).all(), "the result is not golden's"


async def start(dut, share: float = 0.0, **options) -> AcceleratorHost:
    """Reset, and connect."""
    inputs = [f"s_axi_{name}" for name in SLAVE_INPUTS]
    inputs += [f"m_axi_{name}" for name in MASTER_INPUTS]
    await reset(dut, **dict.fromkeys(inputs, 0))
    return AcceleratorHost(dut, share, **options)
