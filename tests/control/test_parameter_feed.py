"""Parameters reach the columns group by group, whoever is slow."""

import numpy as np
import pytest
from amaranth.hdl import signed
from amaranth.lib import data

from hwgen.control.parameter_feed import ParameterFeed
from tests.bus.streams import feed, now_and_then

CLOCK = 10e-9  # seconds
LAYOUT = data.StructLayout({"bias": signed(7), "right": 4})
WORD = 16  # bits in memory: the rest is not looked at
GROUPS = 12


def drawn(rng, cols):
    """Fields of every column of each group, and their words."""
    groups = [
        [(int(rng.integers(-64, 64)), int(rng.integers(16))) for _ in range(cols)]
        for _ in range(GROUPS)
    ]
    words = [
        {"data": bias & 127 | right << 7 | int(rng.integers(32)) << 11, "last": 0}
        for group in groups
        for bias, right in group
    ]
    return groups, words


def shown(ctx, dut):
    return [(ctx.get(x.bias), ctx.get(x.right)) for x in dut.parameter]


@pytest.mark.parametrize("cols", [2, 3, 4])
@pytest.mark.parametrize(("slow_in", "slow_out"), [(0.0, 0.0), (0.7, 0.0), (0.0, 0.7), (0.4, 0.4)])
def test_each_group_is_shown_from_its_claim_until_it_is_taken(cols, slow_in, slow_out, simulate):
    dut = ParameterFeed(layout=LAYOUT, cols=cols, word_width=WORD)
    rng = np.random.default_rng(cols)
    groups, words = drawn(rng, cols)
    waits = now_and_then(rng, slow_out)

    async def source(ctx):
        await feed(ctx, dut.word, words, now_and_then(rng, slow_in))

    async def passes(ctx):
        for group in groups:
            while not ctx.get(dut.ready) or waits():
                await ctx.tick()
            ctx.set(dut.claim, 1)
            assert shown(ctx, dut) == group
            await ctx.tick()
            ctx.set(dut.claim, 0)
            while waits():
                assert not ctx.get(dut.ready)  # it belongs to somebody
                assert shown(ctx, dut) == group
                await ctx.tick()
            ctx.set(dut.taken, 1)
            assert not ctx.get(dut.ready)
            assert shown(ctx, dut) == group
            await ctx.tick()
            ctx.set(dut.taken, 0)
        for _ in range(5):
            assert not ctx.get(dut.ready)
            await ctx.tick()

    simulate(dut, source, passes, clock=CLOCK)


def test_the_next_group_is_gathered_meanwhile_and_shown_at_once(simulate):
    dut = ParameterFeed(layout=LAYOUT, cols=3, word_width=WORD)
    groups, words = drawn(np.random.default_rng(1), 3)

    async def bench(ctx):
        await feed(ctx, dut.word, words[:6], limit=20)  # two groups, and nobody claims
        await ctx.tick()
        assert ctx.get(dut.ready)
        assert not ctx.get(dut.word.ready)  # no room for a third one
        ctx.set(dut.claim, 1)
        await ctx.tick()
        ctx.set(dut.claim, 0)
        ctx.set(dut.taken, 1)
        await ctx.tick()
        ctx.set(dut.taken, 0)
        assert ctx.get(dut.ready)
        assert shown(ctx, dut) == groups[1]

    simulate(dut, bench, clock=CLOCK)


def test_clear_forgets_what_is_shown_and_what_is_gathered(simulate):
    dut = ParameterFeed(layout=LAYOUT, cols=3, word_width=WORD)
    groups, words = drawn(np.random.default_rng(2), 3)

    async def bench(ctx):
        await feed(ctx, dut.word, words[:5])
        ctx.set(dut.claim, 1)
        await ctx.tick()
        ctx.set(dut.claim, 0)
        ctx.set(dut.clear, 1)
        await ctx.tick()
        ctx.set(dut.clear, 0)
        assert not ctx.get(dut.ready)
        await feed(ctx, dut.word, words[6:9])
        await ctx.tick()
        assert ctx.get(dut.ready)
        assert shown(ctx, dut) == groups[2]

    simulate(dut, bench, clock=CLOCK)
