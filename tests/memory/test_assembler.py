import numpy as np
import pytest

from hwgen.memory.assembler import WordAssembler
from hwgen.spec.host import HOST_WIDTH, pieces, stride

CLOCK = 10e-9  # seconds


@pytest.mark.parametrize("width", [33, 64, 74, 96, 100])
def test_the_last_piece_of_a_word_stores_all_of_it(width, simulate):
    assembler = WordAssembler(width=width, address_width=10)
    rng = np.random.default_rng(width)
    words = [int.from_bytes(rng.bytes(16)) >> (128 - width) for _ in range(6)]
    stored = []

    async def bench(ctx):
        for address, word in enumerate(words):
            for piece in range(pieces(width)):
                # A cycle that is no write must leave the pieces alone.
                ctx.set(assembler.enable, 0)
                ctx.set(assembler.address, int(rng.integers(1 << 10)))
                ctx.set(assembler.data, int(rng.integers(1 << HOST_WIDTH)))
                assert not ctx.get(assembler.write_enable)
                await ctx.tick()
                ctx.set(assembler.enable, 1)
                ctx.set(assembler.address, address * stride(width) + piece)
                ctx.set(assembler.data, word >> (piece * HOST_WIDTH) & ((1 << HOST_WIDTH) - 1))
                last = piece == pieces(width) - 1
                assert ctx.get(assembler.write_enable) == last
                if last:
                    data, place = assembler.write_data, assembler.write_address
                    stored.append((ctx.get(place), ctx.get(data)))
                await ctx.tick()

    simulate(assembler, bench, clock=CLOCK)
    assert stored == list(enumerate(words))


@pytest.mark.parametrize("width", [1, 20, 32])
def test_a_word_of_one_piece_is_stored_as_it_comes(width, simulate):
    assembler = WordAssembler(width=width, address_width=10)

    async def bench(ctx):
        ctx.set(assembler.data, 0xDEAD_BEEF)
        ctx.set(assembler.address, 0x2A5)
        assert not ctx.get(assembler.write_enable)
        ctx.set(assembler.enable, 1)
        assert ctx.get(assembler.write_enable)
        assert ctx.get(assembler.write_address) == 0x2A5
        assert ctx.get(assembler.write_data) == 0xDEAD_BEEF % (1 << width)

    simulate(assembler, bench)
