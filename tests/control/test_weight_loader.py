"""Every block is in place when its swap comes, and not before the last one's has gone by."""

import numpy as np
import pytest

from hwgen.arith.operand import OperandKind
from hwgen.array.range_modes import ModeRange, RangeModes
from hwgen.control.weight_loader import WeightLoader
from tests.bus.streams import feed, never, now_and_then

CLOCK = 10e-9  # seconds
AHEAD = 3  # cycles from the taking of a block to its swap in row 0, column 0
BITS = 8


class Loading:
    """A loader, and what it did: ``loads`` are (cycle, row, weights, tile)."""

    def __init__(self, rows, cols, **options):
        self.rows, self.cols = rows, cols
        self.loader = WeightLoader(rows=rows, cols=cols, weight_bits=BITS, ahead=AHEAD, **options)
        self.loads, self.takes, self.lasts = [], [], []

    async def step(self, ctx):
        """One cycle."""
        strobes = ctx.get(self.loader.load)
        weights = tuple(ctx.get(weight) for weight in self.loader.weight)
        tile = ctx.get(self.loader.tile)
        rows = [row for row in range(self.rows) if strobes >> row & 1]
        assert len(rows) <= 1
        self.loads += [(self.cycle, row, weights, tile) for row in rows]
        await ctx.tick()
        self.cycle += 1

    async def take(self, ctx, blocks, waits=never):
        """Take so many blocks, each as soon as it is ready and ``waits`` allows."""
        self.cycle = 0
        for _ in range(blocks):
            while not ctx.get(self.loader.ready) or waits():
                await self.step(ctx)
            self.takes.append(self.cycle)
            self.lasts.append(ctx.get(self.loader.last))
            ctx.set(self.loader.take, 1)
            await self.step(ctx)
            ctx.set(self.loader.take, 0)
        for _ in range(3 * (self.rows + self.cols)):
            assert not ctx.get(self.loader.ready)  # there is none beyond the last
            await self.step(ctx)


def drawn(rng, rows, cols, jobs):
    """Jobs of (blocks, diagonal): their payloads, words, and rows of weights of every block."""
    payloads, words, blocks = [], [], []
    for number, (count, diagonal) in enumerate(jobs):
        payloads.append({"diagonal": diagonal, "tile": number % 8})
        own = rng.integers(1 << BITS, size=(count, 1 if diagonal else rows, cols)).tolist()
        lines = [line for block in own for line in block]
        for line in lines:
            code = sum(weight << BITS * col for col, weight in enumerate(line))
            words.append({"data": code, "last": line is lines[-1]})
        blocks += [(block * rows if diagonal else block, number % 8) for block in own]
    return payloads, words, blocks


@pytest.mark.parametrize(("rows", "cols"), [(2, 2), (2, 5), (4, 3), (6, 2)])
@pytest.mark.parametrize(("slow_in", "slow_out"), [(0.0, 0.0), (0.5, 0.0), (0.0, 0.8), (0.3, 0.5)])
def test_blocks_in_the_shadow_of_those_before(rows, cols, slow_in, slow_out, simulate):
    work = Loading(rows, cols)
    rng = np.random.default_rng(rows * cols)
    jobs = [(3, 0), (1, 0), (4, 1), (1, 1), (2, 0)]
    payloads, words, blocks = drawn(rng, rows, cols, jobs)

    async def jobs_of(ctx):
        await feed(ctx, work.loader.job, payloads, now_and_then(rng, slow_in))

    async def words_of(ctx):
        await feed(ctx, work.loader.word, words, now_and_then(rng, slow_in))

    async def passes(ctx):
        await work.take(ctx, len(blocks), now_and_then(rng, slow_out))

    simulate(work.loader, jobs_of, words_of, passes, clock=CLOCK)
    ends = np.cumsum([count for count, _ in jobs]) - 1
    assert [number for number, last in enumerate(work.lasts) if last] == ends.tolist()
    assert len(work.loads) == rows * len(blocks)
    free = [0] * rows  # when the last swap has crossed the row
    for number, ((block, tile), take) in enumerate(zip(blocks, work.takes, strict=True)):
        for row in range(rows):
            swap = take + AHEAD + row
            (cycle, at, weights, into) = work.loads[rows * number + row]
            assert (at, list(weights), into) == (row, block[row], tile)
            assert free[row] <= cycle < swap
            free[row] = swap + cols - 1


def test_a_block_follows_as_soon_as_the_swap_before_has_crossed_its_rows(simulate):
    rows, cols, count = 4, 3, 5
    work = Loading(rows, cols)
    payloads, words, _ = drawn(np.random.default_rng(1), rows, cols, [(count, 0)])

    async def words_of(ctx):
        await feed(ctx, work.loader.word, words)

    async def passes(ctx):
        await feed(ctx, work.loader.job, payloads)
        await work.take(ctx, count)

    simulate(work.loader, words_of, passes, clock=CLOCK)
    assert np.diff(work.takes).tolist() == [AHEAD + rows + cols] * (count - 1)


@pytest.mark.parametrize("has_layer_mode", [False, True])
def test_modes_follow_from_weights_by_the_ranges_of_the_job(has_layer_mode, simulate):
    kind = OperandKind(BITS, True)
    ranges = RangeModes(w_kind=kind, modes=3)
    rows, cols, count = 3, 4, 8
    work = Loading(rows, cols, ranges=ranges)
    rng = np.random.default_rng(2)
    bounds = [ModeRange(-40, 20, 2), ModeRange(-100, 100, 1)]
    mode = 2 if has_layer_mode else 0
    (job,), words, blocks = drawn(rng, rows, cols, [(count, 0)])
    job |= {"range_mode": mode}
    for number, (low, high, chosen) in enumerate(bounds):
        job |= {
            f"range_{number}_low": low & 255,
            f"range_{number}_high": high & 255,
            f"range_{number}_mode": chosen,
        }

    async def words_of(ctx):
        await feed(ctx, work.loader.word, words)

    async def passes(ctx):
        await feed(ctx, work.loader.job, [job])
        await work.take(ctx, count)

    simulate(work.loader, words_of, passes, clock=CLOCK)
    codes = np.array([weights for _, _, weights, _ in work.loads])
    raw = np.array([block for block, _ in blocks]).reshape(-1, cols)
    signed = np.where(raw >> (BITS - 1), raw - (1 << BITS), raw)
    modes = ranges.compute(signed, bounds, mode)
    assert set(modes.ravel()) == {mode, 1, 2}
    assert (codes == (raw | modes << BITS)).all()


def test_a_run_that_ends_amid_a_block_gives_none_until_it_is_forgotten(simulate):
    rows, cols = 3, 2
    work = Loading(rows, cols)
    rng = np.random.default_rng(3)
    (job,), words, _ = drawn(rng, rows, cols, [(2, 0)])
    cut = [*words[:4], words[4] | {"last": 1}]

    async def bench(ctx):
        await feed(ctx, work.loader.job, [job])
        await feed(ctx, work.loader.word, cut[:3])
        work.cycle = 0
        assert ctx.get(work.loader.ready)
        assert not ctx.get(work.loader.short)
        ctx.set(work.loader.take, 1)
        await ctx.tick()
        ctx.set(work.loader.take, 0)
        await feed(ctx, work.loader.word, cut[3:])
        for _ in range(20):
            assert ctx.get(work.loader.short)
            assert not ctx.get(work.loader.ready)
            await ctx.tick()
        ctx.set(work.loader.clear, 1)
        await ctx.tick()
        ctx.set(work.loader.clear, 0)
        assert not ctx.get(work.loader.short)
        await feed(ctx, work.loader.job, [job])
        for word in words[:3]:
            await feed(ctx, work.loader.word, [word])
            assert ctx.get(work.loader.ready) == (word is words[2])  # rows are counted anew

    simulate(work.loader, bench, clock=CLOCK)
