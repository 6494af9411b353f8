"""Drives the accelerator's host port, as a processor would."""

from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

from hwgen.compiler.program import Program
from hwgen.spec.host import Region, host_address
from sim.signals import number

__all__ = ["HostDriver"]


class HostDriver:
    """Host of an accelerator. Signals change on the falling edge, away from the rising one.

    Parameters
    ----------
    dut : cocotb handle
        The accelerator.
    program : Program
    """

    def __init__(self, dut, program: Program) -> None:
        self.dut = dut
        self.program = program

    async def reset(self) -> None:
        """Start the clock and reset for two cycles."""
        dut = self.dut
        dut.rst.value = 1
        dut.write.value = 0
        dut.address.value = 0
        dut.write_data.value = 0
        Clock(dut.clk, 10, unit="ns").start()
        for _ in range(3):
            await FallingEdge(dut.clk)
        dut.rst.value = 0

    async def write(self, address: int, data: int) -> None:
        """Write one host word."""
        self.dut.address.value = address
        self.dut.write_data.value = data
        self.dut.write.value = 1
        await FallingEdge(self.dut.clk)
        self.dut.write.value = 0

    async def read(self, region: Region, word: int) -> int:
        """Read one host word. An undefined bit raises :exc:`~sim.scoreboard.Mismatch`."""
        self.dut.address.value = host_address(self.program.spec, region, word)
        await FallingEdge(self.dut.clk)
        return number(self.dut.read_data)

    async def load_program(self) -> None:
        """Write descriptors, weights and parameters."""
        for address, data in self.program.host_writes():
            await self.write(address, data)

    async def write_image(self, codes) -> None:
        """Write the codes of one input, ``[height, width, channels]``."""
        base = self.program.input.address
        for offset, code in enumerate(codes.reshape(-1).tolist()):
            await self.write(self._activation(base + offset), code)

    async def start(self) -> None:
        """Start the program."""
        await self.write(host_address(self.program.spec, Region.CONTROL, 0), 1)

    async def read_output(self) -> list[int]:
        """Codes of the last tensor, in memory order."""
        output = self.program.output
        return [
            await self.read(Region.ACTIVATIONS, output.address + offset)
            for offset in range(output.size)
        ]

    def _activation(self, byte: int) -> int:
        return host_address(self.program.spec, Region.ACTIVATIONS, byte)
