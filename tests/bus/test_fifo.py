import numpy as np
import pytest

from hwgen.bus.fifo import StreamFifo
from hwgen.errors import SpecError
from tests.bus.streams import feed, now_and_then, take

CLOCK = 10e-9  # seconds
WORDS = 200


@pytest.mark.parametrize("depth", [1, 2, 3, 16])
@pytest.mark.parametrize(("slow_in", "slow_out"), [(0.0, 0.0), (0.6, 0.1), (0.1, 0.6)])
def test_words_come_out_in_order_and_none_is_lost(depth, slow_in, slow_out, simulate):
    fifo = StreamFifo(width=12, depth=depth)
    rng = np.random.default_rng(depth)
    words = rng.integers(1 << 12, size=WORDS).tolist()

    async def source(ctx):
        await feed(ctx, fifo.i, words, now_and_then(rng, slow_in))

    async def sink(ctx):
        assert await take(ctx, fifo.o, WORDS, now_and_then(rng, slow_out)) == words
        assert ctx.get(fifo.level) == 0

    simulate(fifo, source, sink, clock=CLOCK)


def test_a_word_goes_in_and_another_one_out_in_every_cycle(simulate):
    fifo = StreamFifo(width=8, depth=2)
    cycles = []

    async def source(ctx):
        await feed(ctx, fifo.i, range(50))

    async def sink(ctx):
        assert await take(ctx, fifo.o, 50, cycles=cycles) == list(range(50))

    simulate(fifo, source, sink, clock=CLOCK)
    assert cycles == list(range(1, 51))  # from the latency on


@pytest.mark.parametrize("depth", [1, 3, 8])
def test_it_holds_as_many_words_as_it_says(depth, simulate):
    fifo = StreamFifo(width=8, depth=depth)

    async def bench(ctx):
        ctx.set(fifo.i.valid, 1)
        for word in range(depth + 3):
            assert ctx.get(fifo.level) == min(word, depth)
            assert ctx.get(fifo.i.ready) == (word < depth)
            ctx.set(fifo.i.payload, word)
            await ctx.tick()
        ctx.set(fifo.i.valid, 0)
        assert await take(ctx, fifo.o, depth) == list(range(depth))
        assert not ctx.get(fifo.o.valid)

    simulate(fifo, bench, clock=CLOCK)


def test_clear_forgets_all_words_and_the_one_that_comes(simulate):
    fifo = StreamFifo(width=8, depth=5)

    async def bench(ctx):
        await feed(ctx, fifo.i, [1, 2, 3])
        ctx.set(fifo.clear, 1)
        await feed(ctx, fifo.i, [4])
        ctx.set(fifo.clear, 0)
        assert (ctx.get(fifo.level), ctx.get(fifo.o.valid)) == (0, 0)
        await feed(ctx, fifo.i, [5, 6])
        assert await take(ctx, fifo.o, 2) == [5, 6]

    simulate(fifo, bench, clock=CLOCK)


def test_a_queue_of_nothing_is_refused():
    with pytest.raises(
        SpecError, match=r"^StreamFifo depth must be an integer from 1 to 65536, not 0$"
    ):
        StreamFifo(width=8, depth=0)
