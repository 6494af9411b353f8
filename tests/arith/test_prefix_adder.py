"""Parallel carries make the same sum."""

import itertools

import pytest
from amaranth.hdl import Module, Signal
from amaranth.sim import Simulator

from hwgen.arith.circuits.prefix_adder import prefix_sum


@pytest.mark.parametrize("width", [1, 2, 3, 4, 6])
def test_the_sum_wraps_at_its_width(width):
    m = Module()
    x, y, total = Signal(width), Signal(width), Signal(width)
    m.d.comb += total.eq(prefix_sum(m, x, y))
    sums = {}

    async def bench(ctx):
        for pair in itertools.product(range(1 << width), repeat=2):
            ctx.set(x, pair[0])
            ctx.set(y, pair[1])
            sums[pair] = ctx.get(total)

    simulator = Simulator(m)
    simulator.add_testbench(bench)
    simulator.run()
    assert sums == {pair: sum(pair) % (1 << width) for pair in sums}
    assert len(sums) == 1 << 2 * width
