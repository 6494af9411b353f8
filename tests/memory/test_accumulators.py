import numpy as np
from amaranth.hdl import signed, unsigned

from hwgen.memory.accumulators import AccumulatorLane, Accumulators, Update

CLOCK = 10e-9  # seconds
WIDTH, DEPTH = 10, 6


def wrapped(value):
    """``value`` as ``WIDTH`` bits in two's complement hold it."""
    half = 1 << (WIDTH - 1)
    return (value + half) % (2 * half) - half


def combined(update, old, data):
    """What an accumulator holds after an update."""
    if update == Update.ADD:
        return wrapped(old + data)
    return max(old, data) if update == Update.MAXIMUM else data


def test_a_lane_takes_an_update_every_cycle_even_of_one_address(simulate):
    lane = AccumulatorLane(width=WIDTH, depth=DEPTH)
    rng = np.random.default_rng(1)
    model = [0] * DEPTH

    async def bench(ctx):
        for run in range(30):
            ctx.set(lane.valid, 1)
            for _ in range(int(rng.integers(1, 20))):
                address = int(rng.integers(DEPTH)) if run % 3 else run % DEPTH
                update = rng.choice(list(Update))
                data = int(rng.integers(-(1 << 9), 1 << 9))
                ctx.set(lane.address, address)
                ctx.set(lane.update, update)
                ctx.set(lane.data, data)
                model[address] = combined(update, model[address], data)
                await ctx.tick()
            ctx.set(lane.valid, 0)
            for address, wanted in enumerate(model):
                ctx.set(lane.address, address)
                await ctx.tick()
                assert ctx.get(lane.value) == wanted, (run, address)

    simulate(lane, bench, clock=CLOCK)


def test_sums_meet_the_updates_that_belong_to_them_column_by_column(simulate):
    cols, delay, positions = 3, 4, 5
    accumulators = Accumulators(
        total=signed(8),
        activation_total=unsigned(9),
        cols=cols,
        width=WIDTH,
        depth=DEPTH,
        delay=delay,
    )
    rng = np.random.default_rng(2)
    passes = rng.integers(-128, 128, (2, positions, cols))
    activations = rng.integers(0, 512, (2, positions))
    enable = 0b011  # the last column does not take part

    async def bench(ctx):
        ctx.set(accumulators.column_enable, enable)
        count = 2 * positions
        for cycle in range(count + delay + cols):
            streams = cycle < count
            ctx.set(accumulators.stream_valid, streams)
            ctx.set(accumulators.stream_update, Update.ADD if cycle >= positions else Update.SET)
            ctx.set(accumulators.address, cycle % positions)
            for col in range(cols):
                issued = cycle - delay - col
                inside = 0 <= issued < count
                value = int(passes[divmod(issued, positions)][col]) if inside else 77
                ctx.set(accumulators.total[col], value)
            issued = cycle - delay
            inside = 0 <= issued < count
            value = int(activations[divmod(issued, positions)]) if inside else 333
            ctx.set(accumulators.activation_total, value)
            await ctx.tick()
        await ctx.tick()
        for position in range(positions):
            ctx.set(accumulators.address, position)
            await ctx.tick()
            sums = passes[:, position].sum(axis=0).tolist()
            seen = [ctx.get(accumulators.value[col]) for col in range(cols)]
            assert seen == [*sums[:2], 0]
            total = wrapped(int(activations[:, position].sum()))
            assert ctx.get(accumulators.activation_value) == total

    simulate(accumulators, bench, clock=CLOCK)


def test_the_vector_unit_updates_one_column_of_one_accumulator(simulate):
    accumulators = Accumulators(
        total=signed(8), activation_total=None, cols=3, width=WIDTH, depth=DEPTH, delay=2
    )

    async def bench(ctx):
        ctx.set(accumulators.vector_valid, 1)
        ctx.set(accumulators.vector_address, 4)
        for column, update, data in ((1, Update.SET, -5), (1, Update.ADD, 3), (2, Update.SET, 9)):
            ctx.set(accumulators.vector_column, column)
            ctx.set(accumulators.vector_update, update)
            ctx.set(accumulators.vector_data, data)
            await ctx.tick()
        ctx.set(accumulators.vector_valid, 0)
        ctx.set(accumulators.address, 4)
        await ctx.tick().repeat(2)
        assert [ctx.get(accumulators.value[col]) for col in range(3)] == [0, -2, 9]

    simulate(accumulators, bench, clock=CLOCK)
