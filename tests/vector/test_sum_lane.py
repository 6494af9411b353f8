"""Accumulators beside column 0, against sums that are counted one by one."""

import numpy as np
import pytest

from hwgen.memory.token import Kind, Update
from hwgen.vector.sum_lane import SumLane

CLOCK = 10e-9  # seconds
DEPTH = 4


def link(position, work):
    token = {"valid": 1, "first": 0, "line_end": 0, "work": work}
    return {"token": token, "position": position}


@pytest.mark.parametrize("gaps", [0.0, 0.4])
def test_a_sum_over_all_passes_comes_two_cycles_after_its_link_and_stays(gaps, simulate):
    lane = SumLane(total_width=9, width=12, depth=DEPTH)
    rng = np.random.default_rng(int(10 * gaps))
    groups, passes = 3, 4
    totals = rng.integers(0, 1 << 9, (groups, passes, DEPTH))
    wanted = []  # the sum, from the second cycle after each link on
    nothing = {"token": {"valid": 0}, "position": 0}

    async def bench(ctx):
        links = [nothing, nothing]
        due = [0, 0]

        async def step(given, total, due_now):
            ctx.set(lane.link, given)
            ctx.set(lane.now, links[-1])
            ctx.set(lane.total, int(total))
            links.append(given)
            due.append(due_now)
            await ctx.tick()
            assert ctx.get(lane.sum) == due[-2]

        for group in range(groups):
            for number in range(passes):
                final = number == passes - 1
                work = {"kind": Kind.TOTAL, "load": 0, "final": int(final)}
                work["update"] = Update.ADD if number else Update.SET
                for position in range(DEPTH):
                    while rng.random() < gaps:
                        await step(nothing, rng.integers(1 << 9), due[-1])
                    whole = int(totals[group, :, position].sum())
                    total = totals[group, number, position]
                    await step(link(position, work), total, whole if final else due[-1])
                    wanted.append(whole)
        await step(nothing, 0, due[-1])

    simulate(lane, bench, clock=CLOCK)
    assert max(wanted) >= 1 << 9  # more than one total


def test_a_final_sum_is_not_kept(simulate):
    lane = SumLane(total_width=9, width=12, depth=1)
    kept = {"kind": Kind.TOTAL, "update": Update.SET, "final": 0, "load": 0}
    final = {"kind": Kind.TOTAL, "update": Update.ADD, "final": 1, "load": 0}

    async def bench(ctx):
        works = [kept, final, final]
        for work, now, total in zip(works, [None, *works], (5, 70, 200), strict=False):
            ctx.set(lane.link, link(0, work))
            if now:
                ctx.set(lane.now, link(0, now))
            ctx.set(lane.total, total)
            await ctx.tick()
        assert ctx.get(lane.sum) == 5 + 70
        ctx.set(lane.now, link(0, final))
        await ctx.tick()
        assert ctx.get(lane.sum) == 5 + 200

    simulate(lane, bench, clock=CLOCK)
