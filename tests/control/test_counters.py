"""Counters against counts kept in Python."""

import numpy as np
import pytest

from hwgen.control.counters import Counters
from hwgen.spec.registers.accelerator import CAUSES

CLOCK = 10e-9  # seconds
STRIDE = 8  # words from entry to entry
SHORTEST = 8  # cycles of a descriptor


def drawn(rng, descriptors):
    """Cause of every cycle, or None, of each descriptor."""
    lengths = rng.integers(SHORTEST, 30, descriptors)
    return [
        [int(x) if x < len(CAUSES) else None for x in rng.integers(len(CAUSES) + 1, size=length)]
        for length in lengths
    ]


async def run(ctx, counters, program):
    """Clear, then count descriptor after descriptor."""
    ctx.set(counters.clear, 1)
    await ctx.tick()
    ctx.set(counters.clear, 0)
    ctx.set(counters.running, 1)
    for causes in program:
        for number, cause in enumerate(causes):
            ctx.set(counters.cause, 0 if cause is None else 1 << cause)
            ctx.set(counters.ended, number + 1 == len(causes))
            await ctx.tick()
    ctx.set(counters.running, 0)
    ctx.set(counters.ended, 0)
    ctx.set(counters.cause, 1)  # does not count any more
    await ctx.tick().repeat(STRIDE)


async def entry(ctx, counters, number):
    """Counts that are kept of a descriptor."""
    found = []
    for word in range(1 + len(CAUSES)):
        ctx.set(counters.address, STRIDE * number + word)
        await ctx.tick()
        found.append(ctx.get(counters.data))
    return found


def counted(causes):
    """Cycles, and those of each cause."""
    return [len(causes), *(causes.count(cause) for cause in range(len(CAUSES)))]


@pytest.mark.parametrize("descriptors", [1, 3, 6])
def test_cycles_are_counted_by_cause_in_all_and_by_descriptor(descriptors, simulate):
    entries = 4
    counters = Counters(entries=entries)
    rng = np.random.default_rng(descriptors)

    async def bench(ctx):
        for program in (drawn(rng, 2), drawn(rng, descriptors)):  # nothing is left of the first
            await run(ctx, counters, program)
            whole = counted([cause for causes in program for cause in causes])
            found = [ctx.get(counters.cycles), *(ctx.get(x) for x in counters.totals)]
            assert found == whole
            for number, causes in enumerate(program[:entries]):
                assert await entry(ctx, counters, number) == counted(causes)

    simulate(counters, bench, clock=CLOCK)


def test_descriptors_beyond_the_entries_change_none_of_them(simulate):
    counters = Counters(entries=2)
    program = drawn(np.random.default_rng(9), 5)

    async def bench(ctx):
        await run(ctx, counters, program)
        for number in (0, 1):
            assert await entry(ctx, counters, number) == counted(program[number])

    simulate(counters, bench, clock=CLOCK)
