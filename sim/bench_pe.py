"""Bench of a processing element, cycle by cycle against a model of its registers.

The environment names the multiplier (``HWGEN_MULTIPLIER``), the rows of the array
(``HWGEN_ROWS``), the cycles to run (``HWGEN_CYCLES``) and a seed (``HWGEN_SEED``).
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


@dataclass
class Registers:
    """What the element remembers."""

    shadow: tuple[int, int] = (0, 0)  # raw weight, mode
    active: tuple[int, int] = (0, 0)
    a: int = 0
    valid: int = 0
    swap: int = 0
    total: int = 0

    def step(self, multiplier, drawn):
        """Advance by one cycle with the inputs of that cycle."""
        raw_w, mode = self.active
        if drawn["valid"]:
            product = multiplier.compute(drawn["a"], multiplier.w_kind.decode(raw_w), mode)
            self.a = drawn["a"]
        self.total = drawn["total"] + (int(product) if drawn["valid"] else 0)
        self.valid, self.swap = drawn["valid"], drawn["swap"]
        if drawn["swap"]:
            self.active = self.shadow
        if drawn["load"]:
            self.shadow = drawn["weight"]


@cocotb.test()
async def every_register_follows_the_model(dut):
    multiplier = find(os.environ["HWGEN_MULTIPLIER"])
    rows = int(os.environ["HWGEN_ROWS"])
    rng = np.random.default_rng(int(os.environ["HWGEN_SEED"]))
    product = multiplier.product_kind
    kind = OperandKind(len(dut.total), product.signed)
    tables = [multiplier.table(mode) for mode in range(len(multiplier.modes))]
    low = min(0, *(int(table.min()) for table in tables)) * (rows - 1)
    high = max(0, *(int(table.max()) for table in tables)) * (rows - 1)
    registers = Registers()

    await reset(dut, a=0, valid=0, swap=0, weight=0, load=0, total=0)
    for cycle in range(int(os.environ["HWGEN_CYCLES"])):
        drawn = {
            "a": int(rng.choice((0, 255, rng.integers(256)))),
            "valid": int(rng.random() < 0.7),
            "swap": int(rng.random() < 0.2),
            "load": int(rng.random() < 0.3),
            "weight": (
                int(rng.choice((0, 127, 128, rng.integers(256)))),
                int(rng.integers(len(multiplier.modes))),
            ),
            # Any sum of the other rows, its bounds included: none may overflow.
            "total": int(rng.choice((low, high, rng.integers(low, high, endpoint=True)))),
        }
        for name in ("a", "valid", "swap", "load"):
            dut[name].value = drawn[name]
        raw_w, mode = drawn["weight"]
        dut.weight.value = mode << multiplier.w_kind.width | raw_w
        dut.total.value = int(kind.encode(drawn["total"]))
        await FallingEdge(dut.clk)

        registers.step(multiplier, drawn)
        seen = {
            "a": number(dut.a_east),
            "valid": number(dut.valid_east),
            "swap": number(dut.swap_east),
            "total": int(kind.decode(number(dut.total_south))),
        }
        wanted = {name: getattr(registers, name) for name in seen}
        assert seen == wanted, f"cycle {cycle}: {seen}, not {wanted}, after {drawn}"
