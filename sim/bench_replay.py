"""Bench of any component: what its ports did in Python's simulator they do in Verilog.

The environment names a JSON file (``HWGEN_TRACE``): ``inputs`` and ``outputs``, names of ports,
and ``cycles``, the values of all inputs and then of all outputs, cycle by cycle.
"""

import json
import os
from pathlib import Path

import cocotb
from cocotb.triggers import FallingEdge, Timer

from sim.clocked import reset
from sim.signals import number


@cocotb.test()
async def every_output_is_as_it_was_in_every_cycle(dut):
    trace = json.loads(Path(os.environ["HWGEN_TRACE"]).read_text(encoding="utf-8"))
    inputs, outputs = trace["inputs"], trace["outputs"]
    driven = [dut[name] for name in inputs]
    sampled = [dut[name] for name in outputs]
    await reset(dut, **dict.fromkeys(inputs, 0))

    held = [None] * len(inputs)
    for cycle, values in enumerate(trace["cycles"]):
        for index, (port, value) in enumerate(zip(driven, values, strict=False)):
            if value != held[index]:
                port.value = held[index] = value
        await Timer(1, unit="ns")  # past the edge: combinational outputs follow
        for name, port, wanted in zip(outputs, sampled, values[len(inputs) :], strict=True):
            seen = number(port)
            assert seen == wanted, f"cycle {cycle}: {name} is {seen:#x}, not {wanted:#x}"
        await FallingEdge(dut.clk)
    assert len(trace["cycles"]) > 0
