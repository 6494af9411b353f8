"""Start of every bench of a clocked component."""

from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

__all__ = ["reset"]


async def reset(dut, **inputs: int) -> None:
    """Start the clock, give every input a value, and reset for two cycles.

    Returns on a falling edge: benches drive and sample there, away from the rising one.
    """
    dut.rst.value = 1
    for name, value in inputs.items():
        dut[name].value = value
    Clock(dut.clk, 10, unit="ns").start()
    for _ in range(3):
        await FallingEdge(dut.clk)
    dut.rst.value = 0
