"""Bench of the machine: every tensor of an image equals golden's, bit for bit.

The environment names a folder (``HWGEN_JOB``) that holds ``program.json`` and ``expected.npz``
(each tensor as ``uint8[height, width, channels]``, the input first); and how often each channel
of the memory port stalls (``HWGEN_STALLS``, a share of the cycles). What was seen goes to the
file ``outcome.json`` in that folder.
"""

import json
import os
import random
from pathlib import Path

import cocotb
import numpy as np
from cocotb.triggers import FallingEdge, First, RisingEdge, Timer
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiRam

from hwgen.compiler.machine.program import MachineProgram
from sim.clocked import reset
from sim.reference.replay import memory_with
from sim.scoreboard import Mismatch
from sim.signals import number
from sim.streams import stalls

BASE = 0x1000  # of the program in memory
PATIENCE = 20  # times the cycles that a program should take


@cocotb.test()
async def every_tensor_equals_golden(dut):
    job = Path(os.environ["HWGEN_JOB"])
    program = MachineProgram.from_json((job / "program.json").read_text(), "program")
    registers = json.loads((job / "registers.json").read_text())
    expected = dict(np.load(job / "expected.npz"))
    ram, host = await start(dut, program, expected, float(os.environ["HWGEN_STALLS"]))
    seen: list[str] = []
    watcher = cocotb.start_soon(watch(dut, program, expected, ram, seen))

    await host.write_dword(registers["descriptor_low"], BASE)
    await host.write_dword(registers["control"], 0b101)
    late = Timer(10 * PATIENCE * registers["cycles"], unit="ns")
    await First(RisingEdge(dut.interrupt), late)
    outcome = {"seen": seen, "status": await host.read_dword(registers["status"])}
    outcome["cycles"] = await host.read_dword(registers["cycles_low"])
    for cause in ("streaming", "weight_wait", "drain", "pooling", "memory_wait"):
        outcome[cause] = await host.read_dword(registers[f"{cause}_cycles"])
    (job / "outcome.json").write_text(json.dumps(outcome))
    if watcher.done():
        watcher.result()
    if outcome["status"] != 0b10:
        raise Mismatch(f"status is {outcome['status']:#x} after the interrupt, not done alone")
    extent = program.extents[program.output]
    found = ram.read(BASE + extent.offset, expected[program.output].size)
    compare(program.output, np.frombuffer(found, np.uint8), expected[program.output])
    missing = set(program.places) | set(program.extents)
    missing -= set(seen)
    assert not missing, f"{missing} were never whole"


async def start(dut, program, expected, share):
    """Reset, and put the program and its image into memory."""
    rng = random.Random(7)
    inputs = [name for name in dir(dut) if name.startswith(("s_axi_", "m_axi_"))]
    answers = ("awready", "wready", "bid", "bresp", "bvalid")
    answers += ("arready", "rid", "rdata", "rresp", "rlast", "rvalid")
    given = [name for name in inputs if name.startswith("s_axi_") or name[6:] in answers]
    given = [name for name in given if not is_output(name)]
    await reset(dut, **dict.fromkeys(given, 0))
    size = 1 << (BASE + program.memory_bytes + 4096).bit_length()
    ram = AxiRam(AxiBus.from_prefix(dut, "m_axi"), dut.clk, size=size)
    host = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axi"), dut.clk)
    for interface in (ram.write_if, ram.read_if, host.write_if, host.read_if):
        interface.log.setLevel("WARNING")
    image = expected[program.input]
    ram.write(BASE, memory_with(program, image).tobytes())
    if share:
        writes, reads = ram.write_if, ram.read_if
        channels = (writes.aw_channel, writes.w_channel, writes.b_channel)
        for channel in (*channels, reads.ar_channel, reads.r_channel):
            channel.set_pause_generator(stalls(rng, share))
    return ram, host


def is_output(name):
    """Whether the slave drives a port."""
    driven = ("awready", "wready", "bresp", "bvalid", "arready", "rdata", "rresp", "rvalid")
    return name.startswith("s_axi_") and name[6:] in driven


async def watch(dut, program, expected, ram, seen):
    """Compare every tensor at the end of the descriptor that makes it whole."""
    ended = dut.executor.ended
    for step in program.steps:
        while True:
            await RisingEdge(ended)
            await FallingEdge(dut.clk)  # before that it may rise and fall again
            if number(ended):
                break
        for name in step.completes:
            compare(name, read(dut, program, name, ram), expected[name])
            seen.append(name)


def read(dut, program, name, ram):
    """Codes of a tensor, from the banks or from memory."""
    if name not in program.places:
        extent = program.extents[name]
        found = ram.read(BASE + extent.offset, int(np.prod(extent.shape)))
        return np.frombuffer(found, np.uint8).reshape(extent.shape)
    place = program.places[name]
    height, width, channels = place.shape
    lines = np.arange(height)[:, None, None] * place.pitch
    columns = np.arange(width)[:, None] * place.column
    addresses = place.address + lines + columns + np.arange(channels)
    banks = program.spec.banks
    words = [getattr(dut.banks, f"bank_{index}").words for index in range(banks)]
    found = [number(words[int(x) % banks][int(x) // banks]) for x in addresses.ravel()]
    return np.array(found, np.uint8).reshape(addresses.shape)


def compare(name, found, wanted):
    """Raise :exc:`Mismatch` at the first wrong code."""
    wrong = np.flatnonzero(found.ravel() != wanted.ravel())
    if wrong.size:
        first = int(wrong[0])
        place = tuple(int(x) for x in np.unravel_index(first, wanted.shape))
        raise Mismatch(
            f"{name}{list(place)} is {found.ravel()[first]}, golden says {wanted.ravel()[first]}; "
            f"{wrong.size} of {wanted.size} codes differ"
        )
