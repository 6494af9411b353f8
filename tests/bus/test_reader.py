import numpy as np
import pytest

from hwgen.bus.reader import AxiReader
from hwgen.errors import SpecError
from tests.bus.memory import serve
from tests.bus.streams import feed, take

CLOCK = 10e-9  # seconds
CONTENT = np.random.default_rng(0).integers(256, size=1 << 14, dtype=np.uint8).tobytes()


def read(simulate, reader, address, size, latency):
    """Cycles of the beats of one run, and the most bursts under way."""
    lanes = reader.data_width // 8
    cycles, most = [], []
    going = [True]

    async def source(ctx):
        await feed(ctx, reader.command, [{"address": address, "bytes": size}])

    async def sink(ctx):
        beats = await take(ctx, reader.data, -(-size // lanes), cycles=cycles)
        run = b"".join(beat.data.to_bytes(lanes, "little") for beat in beats)[:size]
        assert run == CONTENT[address : address + size]
        await ctx.tick()
        assert ctx.get(reader.idle)
        going.clear()

    async def memory(ctx):
        most.append(await serve(ctx, reader, CONTENT, lambda: going, latency=latency))

    simulate(reader, source, sink, memory, clock=CLOCK)
    return cycles, most[0]


@pytest.mark.parametrize(
    ("data_width", "alignment", "max_burst", "outstanding", "latency"),
    [(64, 8, 16, 4, 40), (64, 1, 16, 4, 40), (32, 4, 8, 8, 48), (128, 16, 64, 2, 60)],
)
def test_bursts_under_way_hide_the_latency_of_memory(
    data_width, alignment, max_burst, outstanding, latency, simulate
):
    reader = AxiReader(
        address_width=16,
        data_width=data_width,
        max_burst=max_burst,
        outstanding=outstanding,
        alignment=alignment,
    )
    size = 250 * data_width // 8
    cycles, most = read(simulate, reader, 4 * alignment, size, latency)
    assert cycles == list(range(cycles[0], cycles[0] + 250))
    assert most == min(outstanding, -(-251 // max_burst))


def test_one_burst_under_way_waits_for_each_answer(simulate):
    reader = AxiReader(address_width=16, max_burst=8, outstanding=1)
    cycles, most = read(simulate, reader, 0, 64 * 8, 40)
    assert most == 1
    assert cycles[-1] - cycles[0] > 7 * 40


def test_a_stalled_consumer_does_not_hold_up_the_port(simulate):
    """Only what the reader has room for is asked for, and taken at once when it comes."""
    reader = AxiReader(address_width=16, max_burst=16, outstanding=4, depth=40)
    asked = []

    async def bench(ctx):
        await feed(ctx, reader.command, [{"address": 0, "bytes": 4096}])
        ctx.set(reader.m_axi_arready, 1)
        for _ in range(30):
            _, _, valid, length = await ctx.tick().sample(reader.m_axi_arvalid, reader.m_axi_arlen)
            asked.extend([length + 1] * valid)
        assert asked == [16, 16]  # a third one would not fit
        ctx.set(reader.m_axi_rvalid, 1)
        for beat in range(32):
            assert ctx.get(reader.m_axi_rready)
            ctx.set(reader.m_axi_rlast, beat % 16 == 15)
            ctx.set(reader.m_axi_rdata, beat)
            await ctx.tick()
        ctx.set(reader.m_axi_rvalid, 0)
        assert not ctx.get(reader.m_axi_arvalid)
        assert [beat.data for beat in await take(ctx, reader.data, 8)] == list(range(8))
        await ctx.tick().repeat(2)
        assert ctx.get(reader.m_axi_arlen) == 15
        assert not ctx.get(reader.idle)

    simulate(reader, bench, clock=CLOCK)


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"max_burst": 3}, "AxiReader max_burst must be a power of two, not 3"),
        ({"depth": 8}, "AxiReader depth must be an integer from 16 to 65536, not 8"),
        ({"data_width": 48}, "AXI data_width must be one of 32, 64, 128, 256, 512, not 48"),
        ({"alignment": 16}, "AxiReader alignment must be an integer from 1 to 8, not 16"),
        ({"outstanding": 65}, "AxiReader outstanding must be an integer from 1 to 64, not 65"),
        ({"address_width": 8}, "AXI address_width must be an integer from 12 to 64, not 8"),
    ],
)
def test_sizes_that_no_bus_has_are_refused(arguments, refusal):
    with pytest.raises(SpecError, match=f"^{refusal}$"):
        AxiReader(**{"address_width": 32, **arguments})
