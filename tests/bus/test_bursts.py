import numpy as np
import pytest

from hwgen.bus.bursts import BurstCutter
from hwgen.errors import SpecError
from tests.bus.streams import feed, now_and_then, take

CLOCK = 10e-9  # seconds
ADDRESS_WIDTH = 20


def bursts(address, size, lanes, max_burst):
    """Bursts of a run, found byte by byte."""
    beats = sorted({byte // lanes for byte in range(address, address + size)})
    groups = {}
    for beat in beats:
        groups.setdefault(beat // max_burst, []).append(beat)
    cuts = list(groups.values())
    return [
        {
            "address": group[0] * lanes,
            "length": len(group) - 1,
            "first": int(group is cuts[0]),
            "last": int(group is cuts[-1]),
            "offset": address % lanes,
            "end": (address + size - 1) % lanes,
        }
        for group in cuts
    ]


def draw(rng, lanes, max_burst):
    """A run near a page's end, of any length."""
    page = int(rng.integers(1, 1 << (ADDRESS_WIDTH - 12))) << 12
    size = int(
        rng.choice(
            (
                0,
                1,
                lanes - 1,
                lanes,
                lanes * max_burst,
                rng.integers(1, min(60000, 400 * max_burst)),
            )
        )
    )
    start = page + int(rng.choice((-1, -lanes, -lanes * max_burst, 0, 1, rng.integers(-999, 999))))
    return start, min(size, (1 << ADDRESS_WIDTH) - start)


@pytest.mark.parametrize(("data_width", "max_burst"), [(32, 2), (64, 16), (128, 256), (512, 64)])
def test_runs_are_cut_where_the_model_cuts_them(data_width, max_burst, simulate):
    cutter = BurstCutter(
        address_width=ADDRESS_WIDTH, length_width=16, data_width=data_width, max_burst=max_burst
    )
    rng = np.random.default_rng(data_width)
    lanes = data_width // 8
    runs = [draw(rng, lanes, max_burst) for _ in range(40)]
    wanted = [cut for run in runs for cut in bursts(*run, lanes, max_burst)]

    async def source(ctx):
        commands = [{"address": address, "bytes": size} for address, size in runs]
        await feed(ctx, cutter.command, commands, now_and_then(rng, 0.2))

    async def sink(ctx):
        seen = await take(ctx, cutter.burst, len(wanted), now_and_then(rng, 0.3))
        names = ("length", "first", "last", "offset", "end")
        assert [
            {"address": cut.address, **{name: cut.beats[name] for name in names}} for cut in seen
        ] == wanted
        assert not ctx.get(cutter.burst.valid)

    simulate(cutter, source, sink, clock=CLOCK)
    assert all(
        cut["address"] // 4096 == (cut["address"] + (cut["length"] + 1) * lanes - 1) // 4096
        for cut in wanted
    )


def test_a_burst_comes_in_every_cycle(simulate):
    cutter = BurstCutter(address_width=20, length_width=16, data_width=64, max_burst=16)
    cycles = []

    async def source(ctx):
        await feed(ctx, cutter.command, [{"address": 64 * n, "bytes": 200} for n in range(20)])

    async def sink(ctx):
        await take(ctx, cutter.burst, 50, cycles=cycles)

    simulate(cutter, source, sink, clock=CLOCK)
    assert cycles == list(range(1, 51))


def test_clear_forgets_the_rest_of_a_run(simulate):
    cutter = BurstCutter(address_width=20, length_width=16, data_width=64, max_burst=16)

    async def bench(ctx):
        await feed(ctx, cutter.command, [{"address": 0, "bytes": 4000}])
        await take(ctx, cutter.burst, 3)
        ctx.set(cutter.clear, 1)
        await ctx.tick()
        ctx.set(cutter.clear, 0)
        assert not ctx.get(cutter.burst.valid)
        await feed(ctx, cutter.command, [{"address": 8, "bytes": 8}])
        (cut,) = await take(ctx, cutter.burst, 1)
        assert (cut.address, cut.beats.length, cut.beats.first, cut.beats.last) == (8, 0, 1, 1)

    simulate(cutter, bench, clock=CLOCK)


@pytest.mark.parametrize(
    ("data_width", "max_burst", "refusal"),
    [
        (64, 12, "max_burst must be a power of two, not 12"),
        (64, 1, "max_burst must be an integer from 2 to 256, not 1"),
        (512, 128, "max_burst must be an integer from 2 to 64, not 128"),
    ],
)
def test_bursts_that_could_cross_a_page_are_refused(data_width, max_burst, refusal):
    with pytest.raises(SpecError, match=f"^BurstCutter {refusal}$"):
        BurstCutter(address_width=20, length_width=16, data_width=data_width, max_burst=max_burst)
