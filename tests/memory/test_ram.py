import pytest

from hwgen.memory.ram import Ram

CLOCK = 10e-9  # seconds


@pytest.mark.parametrize("transparent", [False, True])
def test_a_word_written_while_it_is_read_is_new_only_if_transparent(transparent, simulate):
    ram = Ram(width=12, depth=5, transparent=transparent)

    async def bench(ctx):
        async def cycle(write=None, read=0):
            ctx.set(ram.write_enable, write is not None)
            if write is not None:
                ctx.set(ram.write_address, write[0])
                ctx.set(ram.write_data, write[1])
            ctx.set(ram.read_address, read)
            await ctx.tick()
            return ctx.get(ram.read_data)

        assert [await cycle(read=address) for address in range(5)] == [0] * 5
        for address in range(5):
            await cycle(write=(address, 100 + address))
        assert [await cycle(read=address) for address in range(5)] == [100, 101, 102, 103, 104]
        seen = await cycle(write=(4, 0xABC), read=4)
        assert seen == (0xABC if transparent else 104)
        assert await cycle(read=4) == 0xABC
        assert await cycle(write=(3, 7), read=4) == 0xABC  # another address is not forwarded
        ctx.set(ram.write_data, 9)
        assert await cycle(read=3) == 7  # no write without its enable

    simulate(ram, bench, clock=CLOCK)


def test_a_memory_of_one_word_works(simulate):
    ram = Ram(width=3, depth=1)

    async def bench(ctx):
        ctx.set(ram.write_enable, 1)
        ctx.set(ram.write_data, 5)
        await ctx.tick().repeat(2)
        assert ctx.get(ram.read_data) == 5

    simulate(ram, bench, clock=CLOCK)
