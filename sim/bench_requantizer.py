"""Bench of the requantizer: a new value every cycle, both outputs compared every cycle.

The environment says how many random values to add to the corners (``HWGEN_VALUES``), the latencies
the component claims (``HWGEN_SCALED_LATENCY``, ``HWGEN_LATENCY``), and a seed (``HWGEN_SEED``).
"""

import itertools
import os

import cocotb
import numpy as np
from cocotb.triggers import FallingEdge

from hwgen import golden
from hwgen.network.graph import Rescale
from sim.clocked import reset
from sim.signals import number

TOP, BOTTOM = (1 << 31) - 1, -(1 << 31)
VALUES = (0, 1, -1, 3, -3, 127, 1 << 30, -(1 << 30), TOP, BOTTOM)
MULTIPLIERS = (0, 1, 1 << 30, (1 << 30) + 1, TOP)
# Of a layer: rounding, output zero point, low, high.
LAYERS = (
    ("single", 0, 0, 255),
    ("single", 128, 128, 200),
    ("double", 3, 0, 255),
    ("double", 255, 17, 254),
)


def draw(rng, rounding, count):
    """Values with their factors: corners, ties, and random ones of every magnitude."""
    shifts = [(0, 0), (0, 1), (0, 2), (0, 7), (0, 31)]
    shifts += [(0, 30), (0, 61), (0, 62)] if rounding == "single" else [(1, 0), (20, 2), (30, 5)]
    for value, multiplier, (left, right) in itertools.product(VALUES, MULTIPLIERS, shifts):
        yield value, Rescale(multiplier, left, right)
    for odd in rng.integers(-500, 500, count // 4) * 2 + 1:  # odd / 2: exactly between two codes
        multiplier, right = (1, 1) if rounding == "single" else (1 << 30, 0)
        yield int(odd), Rescale(multiplier, 0, right)
        yield int(odd) << 3, Rescale(multiplier, 0, right + 3)
    for _ in range(count):
        left = 0 if rounding == "single" else int(rng.choice((0, 0, 1, 20, rng.integers(31))))
        right = int(rng.integers(63 if rounding == "single" else 32))
        value = int(rng.integers(BOTTOM, TOP, endpoint=True)) >> int(rng.integers(32))
        multiplier = int(rng.integers(1 << 31)) >> int(rng.choice((0, 0, rng.integers(31))))
        yield value, Rescale(multiplier, left, right)


@cocotb.test()
async def every_value_is_requantized_as_golden_does(dut):
    rng = np.random.default_rng(int(os.environ["HWGEN_SEED"]))
    count = int(os.environ["HWGEN_VALUES"])
    scaled_latency = int(os.environ["HWGEN_SCALED_LATENCY"])
    latency = int(os.environ["HWGEN_LATENCY"])
    inputs = ("value", "multiplier", "left", "right", "double_rounding", "zero", "low", "high")
    await reset(dut, **dict.fromkeys(inputs, 0))

    for rounding, zero, low, high in LAYERS:
        dut.double_rounding.value = rounding == "double"
        dut.zero.value, dut.low.value, dut.high.value = zero, low, high
        drawn = list(draw(rng, rounding, count))
        values = np.array([value for value, _ in drawn])
        scaled = golden.requantize(values, [rescale for _, rescale in drawn], rounding)
        codes = np.clip(scaled + zero, low, high)
        for cycle in range(len(drawn) + latency):
            if cycle >= scaled_latency and cycle - scaled_latency < len(drawn):
                i = cycle - scaled_latency
                seen, wanted = number(dut.scaled), int(scaled[i]) % (1 << 32)
                assert seen == wanted, f"{rounding} {drawn[i]}: {seen:#x}, not {wanted:#x}"
            if cycle >= latency:
                i = cycle - latency
                seen = number(dut.code)
                assert seen == codes[i], f"{rounding} {drawn[i]}: code {seen}, not {codes[i]}"
            if cycle < len(drawn):
                value, rescale = drawn[cycle]
                dut.value.value = value % (1 << 32)
                dut.multiplier.value = rescale.multiplier
                dut.left.value = rescale.left
                dut.right.value = rescale.right
            await FallingEdge(dut.clk)
