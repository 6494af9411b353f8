"""Bench of the accelerator: every error stops it, is told, and is forgotten by the next start.

The folder ``HWGEN_JOB`` holds ``cases.json``: each case with patches of the program's image
(offset, bytes in hexadecimal), an offset of the base, a range of the image that memory answers
with an error and which one, and the error and the positions that must be told. Nothing is reset
from one case to the next.
"""

import json
import os

import cocotb
from cocotbext.axi import AxiResp

from sim.accelerator_host import AcceleratorHost, job, start
from sim.signals import number


@cocotb.test()
async def every_error_is_told_and_the_next_run_is_right(dut):
    host = await start(dut, float(os.environ["HWGEN_STALLS"]))
    cases = json.loads((job() / "cases.json").read_text())
    assert cases
    for name, case in cases.items():
        await provoke(host, name, case)
        await host.run()
        if case["acknowledged"]:
            await host.acknowledge()
    for channel, limit in (("ar", "MEMORY_READ_BURSTS"), ("aw", "MEMORY_WRITE_BURSTS")):
        assert host.protocol.most[channel] <= host.macros[limit]
        most = max(beats for _, beats, _ in host.protocol.bursts[channel])
        assert most <= host.macros["MEMORY_BURST_BEATS"]


async def provoke(host: AcceleratorHost, name: str, case: dict) -> None:
    """Run a case; check the error, and that nothing moves any more."""
    host.load()
    for offset, text in case["patches"]:
        data = bytes.fromhex(text)
        host.memory.content[offset : offset + len(data)] = data
    first, last = case["forbidden"] or (0, 0)
    host.memory.forbidden = range(host.base + first, host.base + last)
    host.memory.response = AxiResp[case["response"]]
    before = bytes(host.memory.content)
    await host.begin(host.base + case["base"])
    await host.interrupt()
    assert host.protocol.is_quiet, f"{name}: transfers are under way"
    host.memory.forbidden = range(0)
    status = await host.read("STATUS")
    error = await host.field("STATUS", "ERROR")
    wanted = host.macros[f"STATUS_ERROR_{case['error']}"]
    assert status == wanted << host.macros["STATUS_ERROR_SHIFT"], (
        f"{name}: status is {status:#x}, error {error}, not {case['error']} alone ({wanted})"
    )
    position = await host.read("POSITION")
    assert position in case["positions"], f"{name}: position {position}, not {case['positions']}"
    if case["unwritten"]:
        assert bytes(host.memory.content) == before, f"{name}: memory was written"
    assert number(host.dut.interrupt), f"{name}: the interrupt ended by itself"
