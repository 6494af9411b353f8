"""What the fetch unit reads from the banks is im2col, byte for byte, and without a gap."""

import numpy as np
import pytest

from hwgen.memory.fetch import Fetch
from hwgen.memory.token import Kind, Update
from tests.memory.fetch_and_banks import FetchAndBanks
from tests.memory.geometry import Geometry, draw
from tests.replay import record, replay

CLOCK = 10e-9  # seconds
BEAT = 8


def put(ctx, dut, **values):
    """Set ports; numbers wrap as the ports do."""
    for name, value in values.items():
        port = getattr(dut, name)
        is_wide = isinstance(value, dict)
        ctx.set(port, value if is_wide else value & ((1 << len(port)) - 1))


async def fill(ctx, dut, memory):
    """Write all bytes, a beat per cycle."""
    ctx.set(dut.load, 1)
    for start in range(0, len(memory), BEAT):
        ctx.set(dut.load_address, start)
        for index in range(BEAT):
            ctx.set(dut.load_enable[index], 1)
            ctx.set(dut.load_data[index], int(memory[start + index]))
        await ctx.tick()
    ctx.set(dut.load, 0)


async def run_layer(ctx, dut, geometry, work, *, spacing=1, hurry=True, rng=None):
    """Run all passes; returns what the ports showed, cycle by cycle."""
    seen, cycle = [], 0

    async def tick():
        nonlocal cycle
        seen.append(
            (
                cycle,
                ctx.get(dut.swap),
                [ctx.get(a) for a in dut.a],
                [ctx.get(valid) for valid in dut.valid],
                {name: ctx.get(getattr(dut.token, name)) for name in ("valid", "first")},
                (ctx.get(dut.token.line_end), ctx.get(dut.token.work.load)),
                ctx.get(dut.offset),
            )
        )
        await ctx.tick()
        cycle += 1

    put(ctx, dut, **geometry.fields(), set=1)
    await tick()
    ctx.set(dut.set, 0)
    while not ctx.get(dut.set_ready):
        await tick()
    for index in range(geometry.groups * geometry.passes):
        if not hurry:
            for _ in range(int(rng.integers(0, 9))):
                await tick()
        put(
            ctx,
            dut,
            start=1,
            work=work,
            spacing=spacing,
            count=geometry.count(index),
            subtract=index,
            **geometry.origin(),
            **geometry.step(index),
        )
        while not ctx.get(dut.ready):
            await tick()
        await tick()
        ctx.set(dut.start, 0)
    for _ in range(geometry.out[0] * geometry.out[1] * spacing + Fetch.LATENCY):
        await tick()
    return seen


def check_layer(geometry, tensor, seen, *, multiplies, loads, spacing=1):
    """Positions in order with the activations of im2col; swaps one cycle ahead."""
    positions = geometry.out[0] * geometry.out[1]
    tokens = [entry for entry in seen if entry[4]["valid"]]
    assert len(tokens) == geometry.groups * geometry.passes * positions
    swaps = {cycle for cycle, swap, *_ in seen if swap}
    for number, (cycle, _, a, valid, token, (line_end, load), offset) in enumerate(tokens):
        index, position = divmod(number, positions)
        if position == 0:
            codes, enables = geometry.taps(tensor, index)
            assert (cycle - 1 in swaps) == multiplies
        else:
            assert cycle - tokens[number - 1][0] == spacing
        assert token["first"] == (position == 0)
        assert load == (loads and position == 0)
        assert line_end == (position % geometry.out[1] == geometry.out[1] - 1)
        assert offset == index % 256
        wanted = enables[position]
        assert valid == list(wanted[: len(valid)] & multiplies)
        assert [x for x, on in zip(a, wanted, strict=True) if on] == list(codes[position][wanted])
    idle = [entry for entry in seen if not entry[4]["valid"]]
    assert not any(any(valid) for _, _, _, valid, *_ in idle)
    assert len(swaps) == (geometry.groups * geometry.passes if multiplies else 0)


@pytest.mark.parametrize("kind", ["dense", "lines", "channel"])
@pytest.mark.parametrize(("rows", "lanes", "banks"), [(8, 8, 8), (3, 6, 8), (5, 5, 16)])
def test_every_byte_is_that_of_im2col(kind, rows, lanes, banks, simulate):
    dut = FetchAndBanks(size=512, lanes=lanes, rows=rows, banks=banks, beat=BEAT)
    rng = np.random.default_rng([rows, banks, len(kind)])

    async def bench(ctx):
        for number in range(4):
            geometry = draw(
                rng, kind, rows=rows, lanes=lanes, banks=banks, address_width=dut.address_width
            )
            shape = (geometry.height, geometry.width, geometry.channels)
            tensor = rng.integers(0, 256, shape, dtype=np.uint8)
            memory = rng.integers(0, 256, 512, dtype=np.uint8)
            geometry.place(tensor, memory)
            await fill(ctx, dut, memory)
            multiplies = number % 2 == 0 or kind != "channel"
            work = {
                "kind": Kind.TOTAL if multiplies else Kind.BYTE,
                "update": Update.ADD,
                "final": 0,
                "load": number % 2,
            }
            spacing = int(rng.choice((1, 1, 3)))
            seen = await run_layer(
                ctx, dut, geometry, work, spacing=spacing, hurry=number % 3, rng=rng
            )
            check_layer(
                geometry, tensor, seen, multiplies=multiplies, loads=number % 2, spacing=spacing
            )

    simulate(dut, bench, clock=CLOCK)


FIRST = {  # three channels, packed across kernel lines: 27 taps, of which 11 fall in two lines
    "kind": "dense",
    "height": 6,
    "width": 5,
    "channels": 3,
    "kernel": (3, 3),
    "stride": (1, 1),
    "padding": (1, 1),
    "out": (6, 5),
    "rows": 16,
    "lanes": 16,
    "banks": 16,
    "address": 7,
    "group": 16,
    "fill": 99,
}


def test_passes_follow_each_other_without_a_gap(simulate):
    geometry = Geometry(**FIRST)
    assert geometry.pitch % 16 == 9
    dut = FetchAndBanks(size=1024, lanes=16, rows=16, banks=16, beat=BEAT)
    rng = np.random.default_rng(1)
    tensor = rng.integers(0, 256, (6, 5, 3), dtype=np.uint8)
    memory = np.zeros(1024, np.uint8)
    geometry.place(tensor, memory)
    work = {"kind": Kind.TOTAL, "update": Update.SET, "final": 1, "load": 1}

    async def bench(ctx):
        await fill(ctx, dut, memory)
        seen = await run_layer(ctx, dut, geometry, work)
        check_layer(geometry, tensor, seen, multiplies=True, loads=True)
        cycles = [entry[0] for entry in seen if entry[4]["valid"]]
        assert len(cycles) == 2 * 2 * 30  # groups, passes, positions
        assert cycles[-1] - cycles[0] + 1 == len(cycles)

    simulate(dut, bench, clock=CLOCK)


def test_lanes_that_would_read_one_bank_twice_are_noticed(simulate):
    geometry = Geometry(**FIRST)
    dut = FetchAndBanks(size=1024, lanes=16, rows=16, banks=16, beat=BEAT)

    async def bench(ctx):
        ctx.set(dut.in_lines, 0)
        wrong = geometry.fields() | {"wrap_offset": geometry.pitch - geometry.wrap + 1}
        object.__setattr__(geometry, "fields", lambda: wrong)
        work = {"kind": Kind.TOTAL, "update": Update.SET, "final": 0, "load": 0}
        await run_layer(ctx, dut, geometry, work)

    with pytest.raises(AssertionError, match="Assertion violated"):
        simulate(dut, bench, clock=CLOCK)


@pytest.mark.tool
def test_the_verilog_of_banks_and_fetch_does_the_same(tmp_path):
    def make():
        return FetchAndBanks(size=512, lanes=8, rows=6, banks=8, beat=BEAT)

    dut = make()
    rng = np.random.default_rng(5)

    async def bench(ctx):
        for kind in ("dense", "lines", "channel"):
            geometry = draw(rng, kind, rows=6, lanes=8, banks=8, address_width=9)
            memory = rng.integers(0, 256, 512, dtype=np.uint8)
            await fill(ctx, dut, memory)
            work = {"kind": Kind.TOTAL, "update": Update.ADD, "final": 0, "load": 1}
            await run_layer(ctx, dut, geometry, work, hurry=False, rng=rng)

    assert replay(make(), record(dut, bench, clock=CLOCK), tmp_path)
