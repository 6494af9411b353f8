"""How far bytes reach, against the formula."""

import numpy as np
import pytest
from amaranth.hdl import signed

from hwgen.control.extent import Extent

NAMES = ("start", "lines", "line_step", "columns", "column_step", "bytes")


@pytest.mark.parametrize(("width", "limit"), [(12, 1 << 11), (12, 1500), (34, 1 << 32)])
def test_bytes_are_outside_when_the_last_one_is(width, limit, simulate):
    step = 10 if width == 12 else 32
    dut = Extent(start=signed(width), width=width, step_width=step, bytes_width=8, limit=limit)
    rng = np.random.default_rng(width)
    sides = [0, 0]

    def draw():
        """Half of the cases end within a few bytes of the limit."""
        lines, columns = (int(x) for x in rng.integers(1, 1 << rng.integers(1, 17), 2))
        line_step, column_step = (
            int(x) >> int(rng.integers(step)) for x in rng.integers(0, 1 << step, 2)
        )
        found = [0, lines, line_step, columns, column_step, int(rng.integers(1, 256))]
        last = (lines - 1) * line_step + (columns - 1) * column_step + found[-1] - 1
        near = limit - 1 - last + int(rng.integers(-1, 2))
        half = 1 << (width - 1)
        found[0] = near if -half <= near < half else int(rng.integers(-half, half))
        return found, last + found[0] >= limit

    async def bench(ctx):
        for _ in range(150):
            values, outside = draw()
            for name, value in zip(NAMES, values, strict=True):
                ctx.set(getattr(dut, name), value)
            ctx.set(dut.begin, 1)
            await ctx.tick()
            ctx.set(dut.begin, 0)
            cycles = 1
            while not ctx.get(dut.done):
                await ctx.tick()
                cycles += 1
            assert cycles == Extent.LATENCY
            assert ctx.get(dut.outside) == outside, values
            sides[outside] += 1

    simulate(dut, bench, clock=1e-6)
    assert min(sides) > 20
