"""Bench of the systolic array: random blocks of weights, one after the other without a gap.

The environment names the multiplier (``HWGEN_MULTIPLIER``) and a seed (``HWGEN_SEED``). Each of
several groups uses some of the columns, each of its blocks some of the rows; every third block
is as short as the array allows. What unused rows and columns see is random, too.

Every output is compared in every cycle: a cycle without a position must give exactly 0.
"""

import os
from dataclasses import dataclass

import cocotb
import numpy as np
from cocotb.triggers import FallingEdge

from hwgen.arith.catalogue import find
from hwgen.arith.operand import OperandKind
from sim.clocked import reset
from sim.signals import number

GROUPS, BLOCKS = 4, 6


@dataclass(frozen=True)
class Block:
    """Weights, the rows that count, and the positions that stream through them.

    ``enters`` says per cycle whether a position enters; a block may hold bubbles.
    """

    raw: np.ndarray  # [rows][cols]
    modes: np.ndarray
    rows: np.ndarray  # bool
    enters: np.ndarray  # bool per cycle
    a: np.ndarray  # [cycle][row]


class ArrayDriver:
    """Drives blocks into an array and knows what comes out of it, and when."""

    def __init__(self, dut, multiplier, rng):
        self.dut = dut
        self.multiplier = multiplier
        self.rng = rng
        self.rows, self.cols = len(dut.load), len(dut.column_enable)
        self.has_sum = "activation_total" in {handle._name for handle in dut}
        self.kind = OperandKind(len(dut.total__0), multiplier.product_kind.signed)
        self.cycle = 0
        self.compared = 0
        self.wanted = {}  # (cycle, output name) -> value; everything else is 0

    def draw_block(self, index):
        """A random block; every third one is as short as possible."""
        rng, shape = self.rng, (self.rows, self.cols)
        shortest = max(self.rows, self.cols)
        cycles = shortest if index % 3 == 1 else shortest + int(rng.integers(1, 12))
        used = int(rng.integers(1, self.rows + 1))
        return Block(
            raw=rng.choice((0, 127, 128, *range(1, 256, 2)), shape),
            modes=rng.integers(0, len(self.multiplier.modes), shape),
            rows=np.arange(self.rows) < used,
            enters=rng.random(cycles) < 0.8,
            a=rng.choice((0, 0, 255, *range(256)), (cycles, self.rows)),
        )

    def expect(self, block, offset, column_enable):
        """Note what the position of this cycle gives."""
        a = block.a[offset][:, None]
        w = self.multiplier.w_kind.decode(block.raw)
        products = np.zeros(block.raw.shape, dtype=np.int64)
        for mode in range(len(self.multiplier.modes)):
            chosen = block.modes == mode
            products[chosen] = self.multiplier.compute(*np.broadcast_arrays(a, w), mode)[chosen]
        sums = products[block.rows].sum(axis=0)
        for col in np.flatnonzero(column_enable):
            self.wanted[self.cycle + self.rows + col, f"total__{col}"] = int(sums[col])
        if self.has_sum:
            total = int(a[block.rows].sum())
            self.wanted[self.cycle + self.rows, "activation_total"] = total

    async def step(self, block=None, offset=0, swap=0, load_row=None, column_enable=None):
        """One cycle: drive, note what must come of it, compare what is due."""
        dut, rng = self.dut, self.rng
        for name in (*(f"total__{col}" for col in range(self.cols)), "activation_total"):
            if name == "activation_total" and not self.has_sum:
                continue
            raw = number(dut[name])
            value = raw if name == "activation_total" else int(self.kind.decode(raw))
            wanted = self.wanted.pop((self.cycle, name), 0)
            assert value == wanted, f"cycle {self.cycle}: {name} is {value}, not {wanted}"
            self.compared += 1
        enters = block is not None and block.enters[offset]
        for row in range(self.rows):
            dut[f"a__{row}"].value = int(block.a[offset][row] if enters else rng.integers(256))
            dut[f"valid__{row}"].value = int(enters and block.rows[row])
        dut.swap.value = swap
        dut.load.value = 0 if load_row is None else 1 << load_row[1]
        for col in range(self.cols):
            code = int(rng.integers(256))  # on the bus while nothing is loaded
            if load_row is not None:
                loaded, row = load_row
                width = self.multiplier.w_kind.width
                code = int(loaded.modes[row, col]) << width | int(loaded.raw[row, col])
            dut[f"weight__{col}"].value = code
        if enters:
            self.expect(block, offset, column_enable)
        await FallingEdge(dut.clk)
        self.cycle += 1

    async def run_group(self, blocks, column_enable):
        """Stream blocks back to back, with the weights of each loaded in time."""
        self.dut.column_enable.value = sum(1 << int(col) for col in np.flatnonzero(column_enable))
        positions, swaps, loads = self.schedule(blocks)
        for cycle in range(max(positions) + 1):
            block, offset = positions.get(cycle, (None, 0))
            await self.step(block, offset, int(cycle in swaps), loads.get(cycle), column_enable)
        for _ in range(self.rows + self.cols):
            await self.step()

    def schedule(self, blocks):
        """By cycle: block and offset in it, swaps, and which row of which block is loaded.

        A block swaps in the cycle before it starts. Its rows are loaded one per cycle, as early
        as the swap before it has left row 0, or so late that its own swap is at their heels.
        """
        positions, swaps, loads = {}, set(), {}
        start, loaded = 2, 0  # of this block; where the loads of the one before ended
        earliest = 0
        for index, block in enumerate(blocks):
            wanted = earliest if index % 2 else start - 2
            first = max(wanted, loaded)
            assert first <= start - 2
            loads |= {first + row: (block, row) for row in range(self.rows)}
            loaded = first + self.rows
            swaps.add(start - 1)
            # The swap is in column cols - 1 of row 0 then; a load takes effect after it.
            earliest = start - 1 + self.cols - 1
            positions |= {start + i: (block, i) for i in range(len(block.enters))}
            start += len(block.enters)
        return positions, swaps, loads


@cocotb.test()
async def every_sum_of_every_block_is_right(dut):
    multiplier = find(os.environ["HWGEN_MULTIPLIER"])
    rng = np.random.default_rng(int(os.environ["HWGEN_SEED"]))
    rows, cols = len(dut.load), len(dut.column_enable)
    inputs = [f"{name}__{row}" for name in ("a", "valid") for row in range(rows)]
    inputs += [f"weight__{col}" for col in range(cols)]
    await reset(dut, swap=0, load=0, column_enable=0, **dict.fromkeys(inputs, 0))

    driver = ArrayDriver(dut, multiplier, rng)
    for _ in range(GROUPS):
        used = int(rng.integers(1, cols + 1))
        blocks = [driver.draw_block(index) for index in range(BLOCKS)]
        await driver.run_group(blocks, np.arange(cols) < used)
    assert driver.wanted == {}
    assert driver.compared >= GROUPS * BLOCKS * cols * max(rows, cols)
