"""What columns make of activations of their own, against sums that are counted one by one."""

import numpy as np
import pytest

from hwgen.memory.token import Kind, Update
from hwgen.vector.own_sums import OwnSums
from hwgen.vector.sums import Sums

CLOCK = 10e-9  # seconds
DEPTH = 4
SUM = {"width": 20, "lane_width": 8}
VARIATE = {"variate_bits": 3, "variate_width": 14, "variate_factor_width": 32, "lane_width": 8}
FORMS = {
    "sum": Sums(**SUM),
    "variate": Sums(**VARIATE, lowest=0x80),
    "both": Sums(**SUM | VARIATE),
}


@pytest.mark.parametrize("form", ["sum", "both"])
def test_the_factor_meets_each_activation(form, simulate):
    own = OwnSums(sums=FORMS[form], depth=DEPTH)
    rng = np.random.default_rng(5)

    async def bench(ctx):
        for _ in range(200):
            factor, activation = int(rng.integers(-256, 256)), int(rng.integers(256))
            ctx.set(own.sum_factor, factor)
            ctx.set(own.activation, activation)
            await ctx.tick()
            assert ctx.get(own.product) == factor * activation

    simulate(own, bench, clock=CLOCK)


def link(position, update, *, final):
    work = {"kind": Kind.TOTAL, "update": update, "final": int(final), "load": 0}
    token = {"valid": 1, "first": 0, "line_end": 0, "work": work}
    return {"token": token, "position": position}


@pytest.mark.parametrize("form", ["variate", "both"])
@pytest.mark.parametrize("is_or", [0, 1])
def test_x_is_summed_over_the_passes_of_each_position(form, is_or, simulate):
    sums = FORMS[form]
    own = OwnSums(sums=sums, depth=DEPTH)
    rng = np.random.default_rng(is_or)
    mask, passes = 0b101, 6
    codes = rng.integers(0, 256, (passes, DEPTH))
    low = (codes ^ sums.lowest) & mask
    wanted = ((low != 0) if is_or else low).sum(axis=0).tolist()
    found = []

    async def bench(ctx):
        ctx.set(own.variate_mask, mask)
        ctx.set(own.variate_or, is_or)
        for number in range(passes):
            for position in range(DEPTH):
                update = Update.ADD if number else Update.SET
                now = link(position, update, final=number == passes - 1)
                ctx.set(own.link, now)
                ctx.set(own.activation, int(codes[number, position]))
                await ctx.tick()
                ctx.set(own.now, now)
                if number == passes - 1:
                    found.append(ctx.get(own.variate))
        assert found == wanted

    simulate(own, bench, clock=CLOCK)
