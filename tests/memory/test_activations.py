import numpy as np
import pytest

from hwgen.memory.activations import ActivationMemory

CLOCK = 10e-9  # seconds


@pytest.mark.parametrize(("size", "lanes"), [(7, 1), (16, 2), (37, 3), (40, 5), (64, 8), (64, 64)])
def test_a_vector_may_start_at_any_byte(size, lanes, simulate):
    memory = ActivationMemory(size=size, lanes=lanes)
    codes = np.random.default_rng(size).integers(0, 256, size).tolist()
    seen = {}

    async def bench(ctx):
        ctx.set(memory.write_enable, 1)
        for address, code in enumerate(codes):
            ctx.set(memory.write_address, address)
            ctx.set(memory.write_data, code)
            await ctx.tick()
        ctx.set(memory.write_enable, 0)
        ctx.set(memory.write_data, 0)
        for address in range(size - lanes + 1):
            ctx.set(memory.read_address, address)
            await ctx.tick()
            seen[address] = [ctx.get(memory.read_data[lane]) for lane in range(lanes)]

    simulate(memory, bench, clock=CLOCK)
    assert seen == {
        address: codes[address : address + lanes] for address in range(size - lanes + 1)
    }


def test_a_byte_reads_as_new_from_the_cycle_after_its_write_on(simulate):
    memory = ActivationMemory(size=64, lanes=4)
    seen = []

    async def bench(ctx):
        ctx.set(memory.read_address, 5)
        for code in (11, 22):
            ctx.set(memory.write_address, 6)
            ctx.set(memory.write_data, code)
            ctx.set(memory.write_enable, 1)
            await ctx.tick()
            seen.append(ctx.get(memory.read_data[1]))  # read in the cycle of the write
        await ctx.tick()
        seen.append(ctx.get(memory.read_data[1]))

    simulate(memory, bench, clock=CLOCK)
    assert seen == [0, 11, 22]
