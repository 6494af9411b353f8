"""Bench of the accelerator: every tensor of every image equals golden's, bit for bit.

The environment names a folder (``HWGEN_JOB``) that holds ``program.json`` and ``expected.npz``
(each tensor as ``uint8[images, height, width, channels]``, the input first), which of its images
to run one after the other (``HWGEN_IMAGES``, numbers with commas), how often each channel of the
memory port stalls (``HWGEN_STALLS``, a share of the cycles; or two with a comma, of reading and
writing), and the file in that folder which gets what was seen (``HWGEN_OUTCOME``), counters of
every descriptor included where ``HWGEN_STEPS`` is set.
"""

import json
import os
import random
from pathlib import Path

import cocotb
import numpy as np
from cocotb.triggers import FallingEdge, First, RisingEdge, Timer
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiRam

from hwgen.arith.catalogue import given
from hwgen.compiler.cycles import program_cycles
from hwgen.compiler.program import Program
from hwgen.spec.registers.accelerator import CAUSES
from hwgen.spec.registers.model import REGISTER_BYTES
from hwgen.spec.registers.of_spec import registers_of
from sim.clocked import reset
from sim.mismatch import Mismatch
from sim.reference.replay import memory_with
from sim.signals import number
from sim.streams import stalls
from sim.strobes import clear_unstrobed

BASE = 0x1000  # of the program in memory
PATIENCE = 20  # times the cycles that a program should take
START, INTERRUPT_ENABLE = 0b1, 0b100
DONE = 0b10


@cocotb.test()
async def every_tensor_equals_golden(dut):
    job = Path(os.environ["HWGEN_JOB"])
    netlists = (job / given.FOLDER).glob("*.v")
    given.add_files({f"{given.FOLDER}/{x.name}": x.read_bytes() for x in netlists})
    program = Program.from_json((job / "program.json").read_text(), "program")
    expected = dict(np.load(job / "expected.npz"))
    parts = {x.name: x for x in registers_of(program.spec).parts}
    registers = {name: part.offset for name, part in parts.items()}
    ram, host = await start(dut, program, os.environ["HWGEN_STALLS"])
    outcome = {"images": 0, "tensors": 0, "codes": 0, "mismatch": None, "runs": []}
    for index in map(int, os.environ["HWGEN_IMAGES"].split(",")):
        tensors = {name: codes[index] for name, codes in expected.items()}
        seen: list[str] = []
        try:
            await execute(dut, program, tensors, registers, ram, host, seen)
        except Mismatch as mismatch:
            outcome["mismatch"] = f"image {index}: {mismatch}"
        outcome["images"] += outcome["mismatch"] is None
        outcome["tensors"] += len(seen)
        outcome["codes"] += sum(tensors[name].size for name in seen)
        run = await counters(host, registers)
        if "HWGEN_STEPS" in os.environ and outcome["mismatch"] is None:
            run["steps"] = await step_counters(host, parts["layers"], len(program.steps))
        outcome["runs"].append(run)
        if outcome["mismatch"] is not None:
            break
    (job / os.environ["HWGEN_OUTCOME"]).write_text(json.dumps(outcome))
    assert outcome["mismatch"] is None, outcome["mismatch"]


async def counters(host, registers):
    """Cycles of the run, and what they were spent on."""
    names = {"cycles": "cycles_low"} | {name: f"{name}_cycles" for name in CAUSES}
    return {name: await host.read_dword(registers[x]) for name, x in names.items()}


async def step_counters(host, window, steps):
    """The same of each descriptor that has counters."""
    found = []
    for entry in range(min(steps, window.entries)):
        first = window.offset + REGISTER_BYTES * window.stride_words * entry
        addresses = {word.name: first + REGISTER_BYTES * n for n, word in enumerate(window.words)}
        found.append({name: await host.read_dword(x) for name, x in addresses.items()})
    return found


async def execute(dut, program, tensors, registers, ram, host, seen):
    """Run one image, and compare each tensor as soon as it is whole; ``seen`` gets their names."""
    memory = memory_with(program, tensors[program.input])
    image = program.extents[program.input].offset
    for name, extent in program.extents.items():
        if extent.offset != image:  # so that what the last image left is not taken for its own
            size = int(np.prod(extent.shape))
            stale = ~np.asarray(tensors[name]).ravel()
            memory[extent.offset : extent.offset + size] = stale
    ram.write(BASE, memory.tobytes())
    watcher = cocotb.start_soon(watch(dut, program, tensors, ram, seen))
    await host.write_dword(registers["descriptor_low"], BASE)
    await host.write_dword(registers["control"], START | INTERRUPT_ENABLE)
    cycles = sum(step.total for step in program_cycles(program))
    late = Timer(10 * PATIENCE * cycles, unit="ns")
    await First(RisingEdge(dut.interrupt), late, watcher.complete)
    if watcher.done():
        mismatch = watcher.result()
        if mismatch is not None:
            raise Mismatch(mismatch)
        if not dut.interrupt.value:
            await First(RisingEdge(dut.interrupt), late)
    if not dut.interrupt.value:
        raise Mismatch(f"no interrupt within {PATIENCE * cycles} cycles")
    status = await host.read_dword(registers["status"])
    if status != DONE:
        raise Mismatch(f"status is {status:#x} after the last descriptor, not done alone")
    extent = program.extents[program.output]
    found = ram.read(BASE + extent.offset, tensors[program.output].size)
    compare(program.output, np.frombuffer(found, np.uint8), tensors[program.output])
    check_the_rest(program, memory, ram)
    missing = (set(program.places) | set(program.extents)) - set(seen)
    if missing:
        raise Mismatch(f"{missing} were never whole")
    await host.write_dword(registers["status"], status)
    if dut.interrupt.value:
        raise Mismatch("the interrupt stays after its status was cleared")


def check_the_rest(program, memory, ram):
    """Raise :exc:`Mismatch` if anything but tensors was written."""
    wanted = np.zeros(ram.size, np.uint8)
    wanted[BASE : BASE + memory.size] = memory
    may_change = np.zeros(ram.size, bool)
    for name, extent in program.extents.items():
        if name != program.input:
            begin = BASE + extent.offset
            may_change[begin : begin + int(np.prod(extent.shape))] = True
    found = np.frombuffer(ram.read(0, ram.size), np.uint8)
    wrong = np.flatnonzero((found != wanted) & ~may_change)
    if wrong.size:
        raise Mismatch(f"memory at {wrong[0]:#x} was overwritten, where no tensor lies")


async def start(dut, program, shares):
    """Reset; returns the memory and the host."""
    rng = random.Random(7)
    inputs = [name for name in dir(dut) if name.startswith(("s_axi_", "m_axi_"))]
    answers = ("awready", "wready", "bid", "bresp", "bvalid")
    answers += ("arready", "rid", "rdata", "rresp", "rlast", "rvalid")
    given = [name for name in inputs if name.startswith("s_axi_") or name[6:] in answers]
    given = [name for name in given if not is_output(name)]
    await reset(dut, **dict.fromkeys(given, 0))
    size = 1 << (BASE + program.memory_bytes + 4096).bit_length()
    ram = AxiRam(AxiBus.from_prefix(dut, "m_axi"), dut.clk, size=size)
    clear_unstrobed(ram.write_if.w_channel)  # they come from addresses that no bank has
    host = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axi"), dut.clk)
    for interface in (ram.write_if, ram.read_if, host.write_if, host.read_if):
        interface.log.setLevel("WARNING")
    reading, writing = (float(share) for share in (shares.split(",") * 2)[:2])
    writes, reads = ram.write_if, ram.read_if
    stalled = dict.fromkeys((writes.aw_channel, writes.w_channel, writes.b_channel), writing)
    stalled |= dict.fromkeys((reads.ar_channel, reads.r_channel), reading)
    for channel, share in stalled.items():
        if share:
            channel.set_pause_generator(stalls(rng, share))
    return ram, host


def is_output(name):
    """Whether the slave drives a port."""
    driven = ("awready", "wready", "bresp", "bvalid", "arready", "rdata", "rresp", "rvalid")
    return name.startswith("s_axi_") and name[6:] in driven


async def watch(dut, program, expected, ram, seen):
    """Compare every tensor at the end of the descriptor that makes it whole.

    Returns the first mismatch in words.
    """
    ended = dut.executor.ended
    for step in program.steps:
        while True:
            await RisingEdge(ended)
            await FallingEdge(dut.clk)  # before that it may rise and fall again
            if number(ended):
                break
        for name in step.completes:
            try:
                compare(name, read(dut, program, name, ram), expected[name])
            except Mismatch as mismatch:
                return str(mismatch)
            seen.append(name)
    return None


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
