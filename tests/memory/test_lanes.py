"""Lanes and positions against their statements, number by number."""

import numpy as np
import pytest

from hwgen.memory.lanes import Lanes
from hwgen.memory.positions import Positions
from hwgen.memory.rotator import Rotator

CLOCK = 10e-9  # seconds
ADDRESS = 12  # bits
SPACE = 1 << ADDRESS


class Taps:
    """The registers of every lane, as their statement has them."""

    def __init__(self, lanes, wrap, wrap_offset):
        self.wrap, self.wrap_offset = wrap, wrap_offset
        self.taps = []
        for number in range(lanes):
            ky, q = divmod(number, wrap)
            self.taps.append([q, ky, number + ky * wrap_offset])

    def step(self, back, q, ky, offset):
        for tap in self.taps:
            tap[0] += q
            tap[1] += ky
            tap[2] += offset
            carry = tap[0] < 0 if back else tap[0] >= self.wrap
            if carry:
                sign = -1 if back else 1
                tap[0] -= sign * self.wrap
                tap[1] += sign
                tap[2] += sign * self.wrap_offset


@pytest.mark.parametrize(("lanes", "wrap"), [(4, 1), (5, 3), (7, 7), (3, 10)])
def test_lanes_step_and_tell_what_they_read(lanes, wrap, simulate):
    dut = Lanes(lanes=lanes, address_width=ADDRESS)
    rng = np.random.default_rng(wrap)
    taps = Taps(lanes, wrap, wrap_offset := 29)
    limits = {"in_lines": 4, "line_bytes": 9, "kernel_lines": 6, "segment": max(1, wrap - 1)}

    async def bench(ctx):
        for name, value in {"wrap": wrap, "wrap_offset": wrap_offset, **limits}.items():
            ctx.set(getattr(dut, name), value)
        ctx.set(dut.set, 1)
        await ctx.tick()
        ctx.set(dut.set, 0)
        await ctx.tick().repeat(lanes - 1)
        assert not ctx.get(dut.ready)
        await ctx.tick()
        assert ctx.get(dut.ready)
        # There and back again, by steps that end on either side of a line and on its ends.
        steps = [(0, int(rng.integers(wrap)), int(rng.integers(3)), 5) for _ in range(30)]
        for back, q, ky, offset in steps + [(1, -q, -ky, -5) for _, q, ky, _ in steps[::-1]]:
            await check(ctx)
            values = {"back": back, "step_q": q, "step_ky": ky % 512, "step_offset": offset % SPACE}
            for name, value in values.items():
                ctx.set(getattr(dut, name), value)
            ctx.set(dut.step, 1)
            taps.step(back, q, ky, offset)
            await ctx.tick()
            ctx.set(dut.step, 0)
        assert [tap[:2] for tap in taps.taps] == [[n % wrap, n // wrap] for n in range(lanes)]

    async def check(ctx):
        line, byte = int(rng.integers(-3, 5)), int(rng.integers(-wrap, 10))
        address, count = int(rng.integers(SPACE)), int(rng.integers(lanes + 1))
        for name, value in zip(
            ("line", "byte", "address", "count"), (line, byte, address, count), strict=True
        ):
            ctx.set(getattr(dut, name), value)
        await ctx.tick()
        for number, (q, ky, offset) in enumerate(taps.taps):
            counts = number < count and ky < limits["kernel_lines"] and q < limits["segment"]
            inside = 0 <= line + ky < limits["in_lines"] and 0 <= byte + q < limits["line_bytes"]
            assert ctx.get(dut.enable[number]) == counts
            assert ctx.get(dut.inside[number]) == inside
            assert ctx.get(dut.read_address[number]) == (address + offset) % SPACE

    simulate(dut, bench, clock=CLOCK)


@pytest.mark.parametrize("spacing", [1, 2, 5])
def test_positions_of_pass_after_pass_without_a_gap(spacing, simulate):
    dut = Positions(address_width=ADDRESS)
    rng = np.random.default_rng(spacing)
    passes = [(1, 1), (3, 4), (1, 5), (4, 1)]
    steps = {"column_step": 7, "line_step": 2, "line_step_bytes": 61}
    seen, wanted = [], []

    async def bench(ctx):
        ctx.set(dut.start, 1)
        for number, (height, width) in enumerate(passes):
            origin = {
                "origin_address": int(rng.integers(SPACE)),
                "origin_line": int(rng.integers(-4, 4)),
                "origin_byte": int(rng.integers(-20, 20)),
            }
            for name, value in (origin | {"spacing": spacing}).items():
                ctx.set(getattr(dut, name), value)
            assert ctx.get(dut.ready)
            await ctx.tick()
            ctx.set(dut.start, number + 1 < len(passes))
            for name, value in (steps | {"height": height, "width": width}).items():
                ctx.set(getattr(dut, name), value)
            for y in range(height):
                for x in range(width):
                    line = origin["origin_line"] + 2 * y
                    byte = origin["origin_byte"] + 7 * x
                    address = (origin["origin_address"] + 61 * y + 7 * x) % SPACE
                    wanted.append((y == x == 0, x + 1 == width, address, line, byte))
            for cycle in range(height * width * spacing):
                if ctx.get(dut.valid):
                    assert cycle % spacing == 0
                    ports = (dut.first, dut.line_end, dut.address, dut.line, dut.byte)
                    seen.append(tuple(ctx.get(port) for port in ports))
                assert ctx.get(dut.ready) == (cycle + 1 == height * width * spacing)
                if not ctx.get(dut.ready):
                    await ctx.tick()
        await ctx.tick()
        assert ctx.get(dut.ready)
        assert not ctx.get(dut.valid)

    simulate(dut, bench, clock=CLOCK)
    assert seen == wanted


@pytest.mark.parametrize("count", [2, 8, 16])
def test_a_rotator_rotates(count, simulate):
    dut = Rotator(width=9, count=count)
    words = np.random.default_rng(count).integers(512, size=count)

    async def bench(ctx):
        for port, word in zip(dut.words, words, strict=True):
            ctx.set(port, int(word))
        for amount in range(count):
            ctx.set(dut.amount, amount)
            await ctx.delay(1e-9)
            assert [ctx.get(x) for x in dut.rotated] == np.roll(words, -amount).tolist()

    simulate(dut, bench)
