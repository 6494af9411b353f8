"""What cycles are counted as, and where counts end."""

import numpy as np
import pytest

from hwgen.control.counters import Counters
from hwgen.spec.registers.accelerator import CAUSES

STRIDE = 8


async def spend(ctx, dut, cause, ended):
    """A cycle of a cause."""
    ctx.set(dut.running, 1)
    ctx.set(dut.cause, 1 << cause)
    ctx.set(dut.ended, ended)
    await ctx.tick()
    ctx.set(dut.running, 0)
    ctx.set(dut.ended, 0)


async def entry(ctx, dut, number):
    """Words of an entry."""
    found = []
    for word in range(1 + len(CAUSES)):
        ctx.set(dut.address, STRIDE * number + word)
        await ctx.tick()
        found.append(ctx.get(dut.data))
    return found


@pytest.mark.parametrize("width", [5, 32])
def test_counts_stay_at_their_highest_value(width, simulate):
    dut = Counters(entries=3, width=width)
    rng = np.random.default_rng(4)
    top = (1 << width) - 1

    async def bench(ctx):
        for _ in range(2):  # the second run forgets the first
            ctx.set(dut.clear, 1)
            await ctx.tick()
            ctx.set(dut.clear, 0)
            layers = []
            for length in (STRIDE, 60, 13, 9):  # the last one has no entry
                causes = [int(x) for x in rng.integers(0, len(CAUSES), length)]
                for index, cause in enumerate(causes):
                    await spend(ctx, dut, cause, index == length - 1)
                layers.append([length, *np.bincount(causes, minlength=len(CAUSES))])
            await ctx.tick().repeat(STRIDE)
            for number, layer in enumerate(layers[:3]):
                assert await entry(ctx, dut, number) == [min(x, top) for x in layer]
            total = np.sum(layers, axis=0)
            assert ctx.get(dut.cycles) == total[0]
            assert [ctx.get(x) for x in dut.totals] == [min(x, top) for x in total[1:]]

    simulate(dut, bench, clock=1e-6)
