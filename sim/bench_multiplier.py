"""Bench of a multiplier: its products equal :meth:`Multiplier.compute` in every mode.

The environment names the multiplier (``HWGEN_MULTIPLIER``, from the catalogue), how many random
pairs to add to all pairs of corners (``HWGEN_PAIRS``), and a seed (``HWGEN_SEED``).
"""

import os

import cocotb
import numpy as np
from cocotb.triggers import Timer

from hwgen.arith.catalogue import find
from sim.signals import number

CORNERS = (0, 1, 2, 3, 63, 64, 85, 126, 127, 128, 129, 170, 191, 192, 254, 255)  # raw codes


@cocotb.test()
async def every_product_is_the_computed_one(dut):
    multiplier = find(os.environ["HWGEN_MULTIPLIER"])
    rng = np.random.default_rng(int(os.environ["HWGEN_SEED"]))
    count = int(os.environ["HWGEN_PAIRS"])
    for mode, name in enumerate(multiplier.modes):
        if multiplier.mode_width:
            dut.mode.value = mode
        raw_a, raw_w = operand_pairs(rng, count)
        a, w = multiplier.a_kind.decode(raw_a), multiplier.w_kind.decode(raw_w)
        products = multiplier.product_kind.encode(multiplier.compute(a, w, mode))
        for i, wanted in enumerate(products.tolist()):
            dut.a.value = int(raw_a[i])
            dut.w.value = int(raw_w[i])
            await Timer(1, "ns")
            p = number(dut.p)
            assert p == wanted, f"mode {name}: {a[i]} x {w[i]} is {p:#x}, not {wanted:#x}"


def operand_pairs(rng, count):
    """Raw codes of all pairs of corners, then of ``count`` random pairs."""
    a, w = np.meshgrid(CORNERS, CORNERS)
    random = rng.integers(0, 256, (2, count))
    return np.append(a.ravel(), random[0]), np.append(w.ravel(), random[1])
