"""Bench of the systolic array and of tiles: random blocks of weights, back to back.

The environment names the multipliers (``HWGEN_MULTIPLIER``: tiles apart by ``;``, columns that
differ by ``|``), the cycles to the first sum (``HWGEN_LATENCY``, that of a plain array by
default), of which ``HWGEN_STAGES`` are inside multipliers, and a seed (``HWGEN_SEED``). Each of
several groups uses some of the columns, where the array can tell, each of its blocks some of
the rows; every third block is as short as the array allows. What unused rows and columns see is
random, too.

Every output is compared in every cycle: a cycle without a position must give exactly 0.
"""

import os
import re

import cocotb
import numpy as np

from hwgen.arith.catalogue import find
from sim.array_driver import ArrayDriver, Form
from sim.clocked import reset

GROUPS, BLOCKS = 4, 6


def simulated_form(dut):
    """The form that the environment describes."""
    cols = sum(re.fullmatch(r"weight__\d+", handle._name) is not None for handle in dut)
    tiles = []
    for text in os.environ["HWGEN_MULTIPLIER"].split(";"):
        columns = [find(name) for name in text.split("|")]
        tiles.append(tuple(columns * cols if len(columns) == 1 else columns))
    stages = int(os.environ.get("HWGEN_STAGES", "0"))
    return Form(tuple(tiles), int(os.environ.get("HWGEN_LATENCY", len(dut.load))), stages)


@cocotb.test()
async def every_sum_of_every_block_is_right(dut):
    form = simulated_form(dut)
    rng = np.random.default_rng(int(os.environ["HWGEN_SEED"]))
    driver = ArrayDriver(dut, form, rng)
    rows, cols = driver.rows, driver.cols
    inputs = [f"{name}__{row}" for name in ("a", "valid") for row in range(rows)]
    inputs += [f"weight__{col}" for col in range(cols)]
    optional = ("column_enable", "diagonal", "tile", "load_tile", "variate_mask", "variate_or")
    inputs += [name for name in optional if name in driver.ports]
    await reset(dut, swap=0, load=0, **dict.fromkeys(inputs, 0))

    for _ in range(GROUPS):
        used = int(rng.integers(1, cols + 1)) if "column_enable" in driver.ports else cols
        blocks = [driver.draw_block(index) for index in range(BLOCKS)]
        await driver.run_group(blocks, np.arange(cols) < used)
    assert driver.wanted == {}
    assert driver.compared >= GROUPS * BLOCKS * cols * max(rows, cols)
