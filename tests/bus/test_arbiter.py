from collections import Counter

import numpy as np
import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring

from hwgen.bus.arbiter import AxiReadArbiter
from hwgen.bus.axi import AxiRead
from hwgen.bus.ports import bus
from hwgen.bus.reader import AxiReader
from hwgen.errors import SpecError
from tests.bus.memory import serve
from tests.bus.streams import feed, never, now_and_then, take

CLOCK = 10e-9  # seconds
CONTENT = np.random.default_rng(0).integers(256, size=1 << 14, dtype=np.uint8).tobytes()


def shared_port(count):
    """Readers behind an arbiter: the design, its arbiter, its readers."""
    m = Module()
    arbiter = AxiReadArbiter(readers=count, address_width=16)
    readers = [
        AxiReader(address_width=16, max_burst=4, outstanding=3, alignment=1) for _ in range(count)
    ]
    m.submodules.arbiter = arbiter
    for number, reader in enumerate(readers):
        m.submodules[f"reader_{number}"] = reader
        port = bus(reader, "m_axi", AxiRead(address_width=16))
        wiring.connect(m, port, arbiter.reader_axi[number])
    return m, arbiter, readers


def runs_of(rng, count):
    return [(int(rng.integers(0, 12000)), int(rng.integers(1, 200))) for _ in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_every_reader_gets_its_own_bytes_whatever_order_they_come_in(count, simulate):
    m, arbiter, readers = shared_port(count)
    rng = np.random.default_rng(count)
    runs = [runs_of(rng, 12) for _ in readers]
    left = set(range(count))
    benches = []

    for number, reader in enumerate(readers):

        async def source(ctx, reader=reader, number=number):
            commands = [{"address": address, "bytes": size} for address, size in runs[number]]
            await feed(ctx, reader.command, commands, now_and_then(rng, 0.3))

        async def sink(ctx, reader=reader, number=number):
            stalls = now_and_then(rng, 0.3) if number else never
            for address, size in runs[number]:
                beats = await take(ctx, reader.data, -(-size // 8), stalls)
                run = b"".join(beat.data.to_bytes(8, "little") for beat in beats)[:size]
                assert run == CONTENT[address : address + size]
            left.remove(number)

        benches += [source, sink]

    async def memory(ctx):
        await serve(ctx, arbiter, CONTENT, lambda: left, latency=7, rng=rng)

    simulate(m, *benches, memory, clock=CLOCK)
    assert left == set()


def test_readers_that_always_ask_take_turns(simulate):
    arbiter = AxiReadArbiter(readers=3, address_width=16)
    taken = []

    async def bench(ctx):
        for number, reader in enumerate(arbiter.reader_axi):
            ctx.set(reader.arvalid, 1)
            ctx.set(reader.araddr, 4096 * number)
        ctx.set(arbiter.m_axi_arready, 1)
        await ctx.tick()
        for _ in range(30):
            await ctx.tick()
            assert ctx.get(arbiter.m_axi_arvalid)  # a request in every cycle
            taken.append(ctx.get(arbiter.m_axi_arid))
            assert ctx.get(arbiter.m_axi_araddr) == 4096 * taken[-1]
        ctx.set(arbiter.reader_axi[1].arvalid, 0)
        await ctx.tick().repeat(2)
        for _ in range(10):
            await ctx.tick()
            taken.append(ctx.get(arbiter.m_axi_arid))

    simulate(arbiter, bench, clock=CLOCK)
    assert taken[:30] == [(taken[0] + step) % 3 for step in range(30)]
    assert Counter(taken[30:]) == {0: 5, 2: 5}


def test_a_request_that_waits_does_not_change(simulate):
    arbiter = AxiReadArbiter(readers=2, address_width=16)

    async def bench(ctx):
        ctx.set(arbiter.reader_axi[1].arvalid, 1)
        ctx.set(arbiter.reader_axi[1].araddr, 0x1230)
        await ctx.tick()
        ctx.set(arbiter.reader_axi[1].arvalid, 0)
        ctx.set(arbiter.reader_axi[0].arvalid, 1)
        for _ in range(5):
            await ctx.tick()
            assert ctx.get(arbiter.m_axi_arvalid)
            assert (ctx.get(arbiter.m_axi_arid), ctx.get(arbiter.m_axi_araddr)) == (1, 0x1230)
            assert not ctx.get(arbiter.reader_axi[0].arready)

    simulate(arbiter, bench, clock=CLOCK)


def test_answers_to_nobody_are_dropped(simulate):
    arbiter = AxiReadArbiter(readers=3, address_width=16, id_width=4)

    async def bench(ctx):
        ctx.set(arbiter.m_axi_rvalid, 1)
        for number in range(16):
            ctx.set(arbiter.m_axi_rid, number)
            assert [ctx.get(reader.rvalid) for reader in arbiter.reader_axi] == [
                int(number == reader) for reader in range(3)
            ]
            assert ctx.get(arbiter.m_axi_rready) == (number >= 3)
        ctx.set(arbiter.m_axi_rid, 2)
        ctx.set(arbiter.reader_axi[2].rready, 1)
        assert ctx.get(arbiter.m_axi_rready)

    simulate(arbiter, bench)


def test_ids_that_do_not_tell_all_readers_apart_are_refused():
    with pytest.raises(
        SpecError, match=r"^AxiReadArbiter id_width must be an integer from 2 to 16, not 1$"
    ):
        AxiReadArbiter(readers=3, address_width=32, id_width=1)
