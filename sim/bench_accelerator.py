"""Bench of the whole accelerator: every tensor of every image equals golden's, bit for bit.

The environment names a folder (``HWGEN_JOB``) that holds ``program.json`` and ``expected.npz``
(each tensor as ``uint8[images, height, width, channels]``, the input first), and in
``multipliers`` the netlist of a multiplier that is not of the catalogue; and says which of the
images to run (``HWGEN_IMAGES``, numbers between commas). What was seen goes to the file
``HWGEN_OUTCOME`` in that folder, the first mismatch included: the bench stops there.
"""

import json
import os
from pathlib import Path

import cocotb
import numpy as np
from cocotb.triggers import FallingEdge

from hwgen.arith.catalogue import given
from hwgen.compiler.program import Program
from hwgen.spec.host import Region
from sim.host_driver import HostDriver
from sim.scoreboard import Mismatch, Scoreboard
from sim.signals import number


@cocotb.test()
async def every_tensor_equals_golden(dut):
    job = Path(os.environ["HWGEN_JOB"])
    netlists = (job / given.FOLDER).glob("*.v")
    given.add_files({f"{given.FOLDER}/{x.name}": x.read_bytes() for x in netlists})
    program = Program.from_json((job / "program.json").read_text(), "program")
    expected = dict(np.load(job / "expected.npz"))
    images = [int(image) for image in os.environ["HWGEN_IMAGES"].split(",")]
    outcome = {"images": 0, "tensors": 0, "codes": 0, "cycles_per_image": [], "mismatch": None}

    host = HostDriver(dut, program)
    await host.reset()
    await host.load_program()
    try:
        for image in images:
            tensors = {name: codes[image] for name, codes in expected.items()}
            scoreboard = Scoreboard(program, tensors)
            await host.write_image(tensors[next(iter(program.placements))])
            try:
                await run(dut, host, scoreboard)
            finally:
                outcome["codes"] += scoreboard.codes
                outcome["tensors"] += scoreboard.complete
            logits = await host.read_output()
            wanted = tensors[next(reversed(program.placements))].reshape(-1).tolist()
            if logits != wanted:
                raise Mismatch(f"host reads {logits} as the output, golden says {wanted}")
            outcome["images"] += 1
            outcome["cycles_per_image"].append(await host.read(Region.CONTROL, 1))
    except Mismatch as error:
        outcome["mismatch"] = f"image {image}: {error}"
        raise
    finally:
        (job / os.environ["HWGEN_OUTCOME"]).write_text(json.dumps(outcome))


async def run(dut, host, scoreboard):
    """Start the program and watch the activation memory until the interrupt."""
    write_enable = dut.activations.write_enable
    write_address = dut.activations.write_address
    write_data = dut.activations.write_data
    descriptor = dut.sequencer.descriptor_address
    interrupt = dut.interrupt

    await host.start()
    for _ in range(host.program.cycle_limit):
        if number(write_enable):
            scoreboard.write(number(descriptor), number(write_address), number(write_data))
        if number(interrupt):
            break
        await FallingEdge(dut.clk)
    else:
        raise Mismatch(f"no interrupt within {host.program.cycle_limit} cycles")
    status = await host.read(Region.CONTROL, 0)
    if status != 0b010:
        raise Mismatch(f"status is {status:#05b} after the interrupt, not done alone")
    scoreboard.finish()
