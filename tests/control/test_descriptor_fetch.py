"""Descriptors are asked for one by one, up to END."""

import numpy as np
import pytest

from hwgen.control.descriptor_fetch import DescriptorFetch
from hwgen.spec.program import (
    DESCRIPTOR,
    DESCRIPTOR_BYTES,
    IMAGE_ALIGNMENT,
    Operation,
    pack_descriptor,
)
from tests.bus.streams import now_and_then, take

CLOCK = 10e-9  # seconds
BASE = 0x4680


def drawn(rng, count):
    """So many descriptors of random fields, then END."""
    found = []
    for number in range(count + 1):
        fields = {
            name: int(rng.integers(1 << width)) - (1 << (width - 1)) * is_signed
            for name, (width, is_signed) in DESCRIPTOR.items()
        }
        fields["operation"] = Operation.END if number == count else int(rng.integers(1, 8))
        found.append(fields)
    return found


@pytest.mark.parametrize("slow", [0.0, 0.5])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_descriptors_come_in_order_and_none_after_end(count, slow, simulate):
    dut = DescriptorFetch(address_width=32)
    rng = np.random.default_rng(count)
    programs = [drawn(rng, count), drawn(rng, 2)]
    asked = []

    async def memory(ctx):
        for program in programs:
            for number, fields in enumerate(program):
                (run,) = await take(ctx, dut.command, 1, now_and_then(rng, slow))
                asked.append((run.address, run.bytes))
                assert run.address == BASE + number * DESCRIPTOR_BYTES
                assert not ctx.get(dut.command.valid)  # the next one only after this one
                await ctx.tick().repeat(int(rng.integers(1, 5)))
                word = int.from_bytes(pack_descriptor(**fields), "little")
                ctx.set(dut.word.payload, {"data": word, "last": 1})
                ctx.set(dut.word.valid, 1)
                await ctx.tick().until(dut.word.ready)
                ctx.set(dut.word.valid, 0)

    async def reader(ctx):
        for program in programs:
            ctx.set(dut.base, BASE)
            ctx.set(dut.start, 1)
            await ctx.tick()
            ctx.set(dut.start, 0)
            ctx.set(dut.base, 0)
            for fields in program:
                (found,) = await take(ctx, dut.descriptor, 1, now_and_then(rng, slow))
                assert {name: found[name] for name in DESCRIPTOR} == fields
            for _ in range(10):
                assert not ctx.get(dut.command.valid)
                assert not ctx.get(dut.outside)
                await ctx.tick()

    simulate(dut, memory, reader, clock=CLOCK)
    assert {size for _, size in asked} == {DESCRIPTOR_BYTES}
    assert len(asked) == count + 1 + 3


async def start(ctx, dut, base):
    ctx.set(dut.base, base)
    ctx.set(dut.start, 1)
    await ctx.tick()
    ctx.set(dut.start, 0)


@pytest.mark.parametrize("bit", range(IMAGE_ALIGNMENT.bit_length() - 1))
def test_a_program_that_is_not_aligned_is_outside(bit, simulate):
    dut = DescriptorFetch(address_width=32)

    async def bench(ctx):
        assert not ctx.get(dut.outside)
        await start(ctx, dut, BASE | 1 << bit)
        assert ctx.get(dut.outside)
        assert not ctx.get(dut.command.valid)

    simulate(dut, bench, clock=CLOCK)


def test_there_is_no_descriptor_beyond_the_address_space(simulate):
    dut = DescriptorFetch(address_width=32)

    async def bench(ctx):
        await start(ctx, dut, (1 << 32) - DESCRIPTOR_BYTES)
        (run,) = await take(ctx, dut.command, 1)
        assert run.address == (1 << 32) - DESCRIPTOR_BYTES
        assert not ctx.get(dut.outside)
        ctx.set(dut.word.payload.data, int.from_bytes(pack_descriptor(operation=1), "little"))
        ctx.set(dut.word.valid, 1)
        ctx.set(dut.descriptor.ready, 1)
        await ctx.tick()
        ctx.set(dut.word.valid, 0)
        assert ctx.get(dut.outside)
        assert not ctx.get(dut.command.valid)

    simulate(dut, bench, clock=CLOCK)


def test_clear_takes_back_what_was_not_asked_for_yet(simulate):
    dut = DescriptorFetch(address_width=32)

    async def bench(ctx):
        await start(ctx, dut, BASE)
        ctx.set(dut.clear, 1)
        await ctx.tick()
        ctx.set(dut.clear, 0)
        for _ in range(5):
            assert not ctx.get(dut.command.valid)
            await ctx.tick()
        await start(ctx, dut, BASE + 256)
        (run,) = await take(ctx, dut.command, 1)
        assert run.address == BASE + 256

    simulate(dut, bench, clock=CLOCK)
