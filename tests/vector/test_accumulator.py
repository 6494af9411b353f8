"""Accumulators, and what brings values and codes into step beside them."""

import numpy as np
import pytest

from hwgen.memory.token import Kind, Update
from hwgen.vector.accumulator import Accumulator
from hwgen.vector.deskew import Deskew
from hwgen.vector.head import ByteSkew, ChainHead

CLOCK = 10e-9  # seconds


def wrap(value, width):
    half = 1 << (width - 1)
    return (value + half) % (1 << width) - half


@pytest.mark.parametrize(("width", "depth"), [(24, 1), (24, 3), (32, 16)])
def test_updates_follow_each_other_also_at_one_address(width, depth, simulate):
    dut = Accumulator(width=width, depth=depth)
    rng = np.random.default_rng(depth)
    held = [0] * depth
    half = 1 << (width - 1)

    async def bench(ctx):
        address = 0
        ctx.set(dut.read_address, address)
        await ctx.tick()
        for _ in range(500):
            following = int(rng.choice([address, rng.integers(depth)]))
            data = int(rng.choice([rng.integers(-half, half), half - 1, -half, 0]))
            update = Update(int(rng.integers(4)))
            writes = bool(rng.random() < 0.8)
            ctx.set(dut.read_address, following)  # of the next one
            ctx.set(dut.write_address, address)
            ctx.set(dut.update, update)
            ctx.set(dut.data, data)
            ctx.set(dut.write, writes)
            old = held[address]
            results = {
                Update.SET: data,
                Update.ADD: wrap(old + data, width),
                Update.MAXIMUM: max(old, data),
                Update.KEEP: old,
            }
            assert ctx.get(dut.combined) == results[update]
            if writes:
                held[address] = results[update]
            await ctx.tick()
            address = following

    simulate(dut, bench, clock=CLOCK)


@pytest.mark.parametrize(("cols", "requantizers"), [(4, 4), (4, 2), (6, 2), (3, 1)])
def test_codes_of_a_position_are_side_by_side_again(cols, requantizers, simulate):
    dut = Deskew(cols=cols, requantizers=requantizers)
    shared = cols // requantizers  # and so many cycles from position to position
    codes = np.random.default_rng(cols).integers(256, size=(20, cols)).tolist()

    async def bench(ctx):
        for cycle in range(20 * shared):
            for number in range(requantizers):
                for col in range(number * shared, (number + 1) * shared):
                    position, rest = divmod(cycle - col, shared)
                    if rest == 0 and 0 <= position < 20:
                        ctx.set(dut.code[number], codes[position][col])
            position, rest = divmod(cycle - (cols - 1), shared)
            if rest == 0 and position >= 0:
                assert [ctx.get(x) for x in dut.aligned] == codes[position]
            await ctx.tick()

    simulate(dut, bench, clock=CLOCK)


def token(kind, *, first=False, final=False):
    work = {"kind": kind, "update": Update.ADD, "final": final, "load": 0}
    return {"valid": 1, "first": first, "line_end": 0, "work": work}


@pytest.mark.parametrize("delay", [1, 5])
def test_positions_are_numbered_and_wait_for_sums_only(delay, simulate):
    dut = ChainHead(delay=delay, depth=8)
    seen = []

    async def bench(ctx):
        for kind, count in ((Kind.TOTAL, 5), (Kind.TOTAL, 3), (Kind.BYTE, 4), (Kind.SCALED, 2)):
            for number in range(count):
                ctx.set(dut.token, token(kind, first=number == 0))
                await step(ctx)
                ctx.set(dut.token.valid, 0)
                if number % 2:
                    await step(ctx)
            for _ in range(delay):
                await step(ctx)

    async def step(ctx):
        link = ctx.get(dut.link)
        seen.append((link.token.work.kind, link.position) if link.token.valid else None)
        await ctx.tick()

    simulate(dut, bench, clock=CLOCK)
    passes = [(Kind.TOTAL, 5), (Kind.TOTAL, 3), (Kind.BYTE, 4), (Kind.SCALED, 2)]
    wanted = [(kind, number) for kind, count in passes for number in range(count)]
    assert [x for x in seen if x] == wanted
    assert seen.index((Kind.TOTAL, 0)) == delay
    behind = 8 + 3 + 2 * delay  # tokens and gaps of the two passes before, and their drain
    assert seen[behind] == (Kind.BYTE, 0)


def test_bytes_keep_the_pace_of_the_chain(simulate):
    cols, positions = 4, 40
    dut = ByteSkew(cols=cols, depth=8)
    rng = np.random.default_rng(1)
    codes = rng.integers(256, size=(positions, cols)).tolist()
    offsets = rng.integers(256, size=positions).tolist()

    async def bench(ctx):
        for cycle in range(positions + cols):
            for col in range(cols - 1):
                is_byte = 0 <= cycle - col < positions
                ctx.set(dut.link[col].token, token(Kind.BYTE if is_byte else Kind.TOTAL))
            if cycle < positions:
                ctx.set(dut.offset, offsets[cycle])
                for col in range(cols):
                    ctx.set(dut.a[col], codes[cycle][col])
            for col in range(cols):
                if 0 <= cycle - col < positions:
                    wanted = codes[cycle - col][col] - offsets[cycle - col]
                    assert ctx.get(dut.byte[col]) == wanted
            await ctx.tick()

    simulate(dut, bench, clock=CLOCK)
