"""Columns of bits add up to their weighted sum."""

import numpy as np
import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.sim import Simulator

from hwgen.arith.circuits.compressor import BitColumns


class Adder(wiring.Component):
    """Adds ``heights[c]`` bits in column ``c``, subtracts one in ``taken``, adds a constant."""

    def __init__(self, heights, constant=0, taken=None):
        self.heights, self.constant, self.taken = heights, constant, taken
        members = {"bits": In(sum(heights)), "total": Out(len(heights))}
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        columns = BitColumns(len(self.heights))
        columns.constant = self.constant
        for bit, column in zip(self.bits, self.columns(), strict=True):
            (columns.subtract if column == self.taken else columns.add)(bit, column)
        m.d.comb += self.total.eq(columns.total(m))
        return m

    def columns(self):
        return [c for c, height in enumerate(self.heights) for _ in range(height)]

    def expected(self, bits):
        total = self.constant
        for k, column in enumerate(self.columns()):
            sign = -1 if column == self.taken else 1
            total += sign * ((bits >> k) & 1) << column
        return total % (1 << len(self.heights))


@pytest.mark.parametrize(
    "adder",
    [
        lambda: Adder((1,)),
        lambda: Adder((0, 0, 2)),
        lambda: Adder((5, 1, 0, 3)),
        lambda: Adder((1, 2, 3, 4, 5, 4, 3, 2, 1, 0)),
        lambda: Adder((9, 9, 9, 9, 9, 9)),
        lambda: Adder((3, 3, 3, 3), constant=0b1101),
        lambda: Adder((2, 2, 2, 2, 2), constant=-1),
        lambda: Adder((4, 4, 4, 4, 4), constant=7, taken=2),
    ],
)
def test_sums_wrap_at_their_width(adder):
    dut = adder()
    rng = np.random.default_rng(4)
    width = sum(dut.heights)
    patterns = [0, (1 << width) - 1, *(int(x) for x in rng.integers(1 << width, size=60))]

    async def bench(ctx):
        for bits in patterns:
            ctx.set(dut.bits, bits)
            assert ctx.get(dut.total) == dut.expected(bits), f"{bits:b}"

    simulator = Simulator(dut)
    simulator.add_testbench(bench)
    simulator.run()


def test_bits_above_the_width_are_dropped():
    columns = BitColumns(2)
    columns.add(object(), 2)
    assert columns.total(Module()).shape().width == 2
