import numpy as np
import pytest

from hwgen.bus.aligner import BeatAligner
from hwgen.errors import SpecError
from tests.bus.streams import feed, never, now_and_then, take

CLOCK = 10e-9  # seconds


def beats_of(run, offset, lanes, rng):
    """How a run comes out of memory: whatever lies around it comes, too."""
    around = rng.integers(256, size=2 * lanes, dtype=np.uint8).tobytes()
    end = (offset + len(run) - 1) % lanes
    line = around[:offset] + run + around[: lanes - 1 - end]
    starts = range(0, len(line), lanes)
    return [
        {
            "data": int.from_bytes(line[start : start + lanes], "little"),
            "last": start == starts[-1],
            "offset": offset,
            "end": end,
        }
        for start in starts
    ]


def bytes_of(beats, lanes):
    """Runs that beats make; every byte that counts."""
    runs, run = [], b""
    for beat in beats:
        run += beat.data.to_bytes(lanes, "little")[: beat.end + 1]
        assert beat.last or beat.end == lanes - 1
        if beat.last:
            runs.append(run)
            run = b""
    assert run == b""
    return runs


@pytest.mark.parametrize(("data_width", "alignment"), [(32, 1), (64, 1), (64, 2), (128, 8)])
@pytest.mark.parametrize("share", [0.0, 0.4])
def test_runs_start_in_lane_0(data_width, alignment, share, simulate):
    aligner = BeatAligner(data_width=data_width, alignment=alignment)
    rng = np.random.default_rng(data_width)
    lanes = data_width // 8
    sizes = [*range(1, 3 * lanes), *rng.integers(1, 99, 60).tolist()]
    runs = [rng.integers(256, size=size, dtype=np.uint8).tobytes() for size in sizes]
    offsets = (rng.integers(lanes // alignment, size=len(runs)) * alignment).tolist()
    beats = [
        beat
        for run, offset in zip(runs, offsets, strict=True)
        for beat in beats_of(run, offset, lanes, rng)
    ]
    stalls = now_and_then(rng, share) if share else never
    count = sum(-(-len(run) // lanes) for run in runs)

    async def source(ctx):
        await feed(ctx, aligner.i, beats, stalls)

    async def sink(ctx):
        assert bytes_of(await take(ctx, aligner.o, count, stalls), lanes) == runs
        assert not ctx.get(aligner.o.valid)

    simulate(aligner, source, sink, clock=CLOCK)


@pytest.mark.parametrize(("offset", "first"), [(0, 0), (3, 1)])
def test_a_long_run_loses_a_cycle_at_most(offset, first, simulate):
    aligner = BeatAligner(data_width=64, alignment=1)
    rng = np.random.default_rng(1)
    run = rng.integers(256, size=8 * 30, dtype=np.uint8).tobytes()
    cycles = []

    async def source(ctx):
        await feed(ctx, aligner.i, beats_of(run, offset, 8, rng))

    async def sink(ctx):
        assert bytes_of(await take(ctx, aligner.o, 30, cycles=cycles), 8) == [run]

    simulate(aligner, source, sink, clock=CLOCK)
    assert cycles == list(range(first, first + 30))


def test_clear_forgets_what_is_held(simulate):
    aligner = BeatAligner(data_width=32, alignment=1)
    rng = np.random.default_rng(2)

    async def bench(ctx):
        await feed(ctx, aligner.i, beats_of(bytes(7), 2, 4, rng)[:1])
        ctx.set(aligner.clear, 1)
        await ctx.tick()
        ctx.set(aligner.clear, 0)
        ctx.set(aligner.o.ready, 1)
        ctx.set(aligner.i.payload, beats_of(b"abc", 1, 4, rng)[0])
        ctx.set(aligner.i.valid, 1)
        assert ctx.get(aligner.o.valid)
        assert ctx.get(aligner.o.payload.data).to_bytes(4, "little")[:3] == b"abc"

    simulate(aligner, bench, clock=CLOCK)


def test_an_alignment_that_is_no_power_of_two_is_refused():
    with pytest.raises(SpecError, match=r"^BeatAligner alignment must be a power of two, not 3$"):
        BeatAligner(data_width=64, alignment=3)
