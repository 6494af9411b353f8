import numpy as np
import pytest

from hwgen.control.loader import WeightLoader

CLOCK = 10e-9  # seconds
SWAP_LATENCY = 2  # cycles from the take of a block to its swap in row 0, column 0 of the array


def run(simulate, rows, cols, layers, wait_before_take):
    """Load layers of ``(base, count)``; when blocks were taken and which word went where.

    Returns ``takes`` (cycles) and ``loads`` (cycle, row, word address), both in order.
    """
    loader = WeightLoader(rows=rows, cols=cols, address_width=8)
    takes, loads = [], []

    async def bench(ctx):
        cycle, read_address = 0, None

        async def step(begin=False, take=False):
            nonlocal cycle, read_address
            ctx.set(loader.begin, begin)
            ctx.set(loader.take, take)
            rows_loaded = [row for row in range(rows) if ctx.get(loader.load) >> row & 1]
            assert len(rows_loaded) <= 1
            loads.extend((cycle, row, read_address) for row in rows_loaded)
            read_address = ctx.get(loader.read_address)
            if take:
                takes.append(cycle)
            await ctx.tick()
            cycle += 1

        for base, count in layers:
            ctx.set(loader.base, base)
            ctx.set(loader.count, count)
            await step(begin=True)
            ctx.set(loader.base, 0)
            for _ in range(count):
                while not ctx.get(loader.ready):
                    await step()
                for _ in range(wait_before_take()):
                    await step()
                assert ctx.get(loader.ready)
                await step(take=True)
            for _ in range(2 * (rows + cols)):
                assert not ctx.get(loader.ready)  # no block beyond the last
                await step()

    simulate(loader, bench, clock=CLOCK)
    return takes, loads


@pytest.mark.parametrize(("rows", "cols"), [(2, 1), (2, 2), (3, 5), (4, 4), (6, 2)])
def test_each_block_is_in_place_for_its_swap_and_not_before_the_last_one_is_over(
    rows, cols, simulate
):
    rng = np.random.default_rng(rows * cols)
    layers = [(3, 4), (40, 1), (100, 6)]
    takes, loads = run(simulate, rows, cols, layers, lambda: int(rng.choice((0, 0, 1, 7))))

    words = [base + i for base, count in layers for i in range(count * rows)]
    assert [word for _, _, word in loads] == words
    assert [row for _, row, _ in loads] == [i % rows for i in range(len(words))]
    for index, (cycle, row, _) in enumerate(loads):
        block = index // rows
        # The load of a row comes before the swap of its block enters that row ...
        assert cycle < takes[block] + SWAP_LATENCY + row
        if block:
            # ... and not before the last column of the row has swapped in the block before.
            assert cycle >= takes[block - 1] + SWAP_LATENCY + row + cols - 1


@pytest.mark.parametrize(("rows", "cols"), [(2, 1), (2, 2), (3, 5), (4, 4), (6, 2)])
def test_blocks_may_follow_each_other_as_fast_as_rows_and_columns_allow(rows, cols, simulate):
    takes, _ = run(simulate, rows, cols, [(0, 5)], lambda: 0)
    assert np.diff(takes).tolist() == [max(rows, cols + 1)] * 4
