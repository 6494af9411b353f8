import numpy as np
import pytest

from hwgen.memory.im2col import Im2col

CLOCK = 10e-9  # seconds


@pytest.mark.parametrize("rows", [2, 5])
def test_taps_outside_the_input_read_as_its_zero_point(rows, simulate):
    im2col = Im2col(rows=rows)
    rng = np.random.default_rng(rows)
    line_bytes, zero, cycles = 7, 201, 300
    drawn = [
        {
            "access": int(rng.random() < 0.8),
            "first": int(rng.random() < 0.2),
            "line_inside": int(rng.random() < 0.8),
            "offset": int(rng.choice((-(1 << 21), -rows, -1, 0, line_bytes - 1, line_bytes, 9999))),
            "row_enable": int(rng.integers(1 << rows)),
        }
        for _ in range(cycles)
    ]
    data = rng.integers(0, 256, (cycles + 1, rows)).tolist()  # of the access a cycle before

    def inside(access, row):
        return bool(access["line_inside"]) and 0 <= access["offset"] + row < line_bytes

    async def bench(ctx):
        ctx.set(im2col.zero, zero)
        ctx.set(im2col.line_bytes, line_bytes)
        for cycle in range(cycles):
            for name, value in drawn[cycle].items():
                ctx.set(getattr(im2col, name), value)
            for row in range(rows):
                ctx.set(im2col.data[row], data[cycle][row])
            if cycle >= 1:
                last = drawn[cycle - 1]
                assert ctx.get(im2col.swap) == (last["access"] & last["first"])
                assert ctx.get(im2col.inside) == inside(last, 0)
            if cycle >= 2:
                access = drawn[cycle - 2]
                for row in range(rows):
                    counts = access["access"] & access["row_enable"] >> row & 1
                    assert ctx.get(im2col.valid[row]) == counts
                    wanted = data[cycle - 1][row] if inside(access, row) else zero
                    assert ctx.get(im2col.a[row]) == wanted, (cycle, row)
            await ctx.tick()

    simulate(im2col, bench, clock=CLOCK)
