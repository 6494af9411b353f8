import pytest

from hwgen.control.host import HostPort
from hwgen.spec.host import REGION_BITS, Region

CLOCK = 10e-9  # seconds
WORD_BITS = 6
STROBES = {
    Region.DESCRIPTORS: "write_descriptors",
    Region.WEIGHTS: "write_weights",
    Region.PARAMETERS: "write_parameters",
    Region.ACTIVATIONS: "write_activations",
}


@pytest.fixture
def host():
    return HostPort(address_width=WORD_BITS + REGION_BITS)


def strobes(ctx, host):
    names = (*STROBES.values(), "start")
    return {name for name in names if ctx.get(getattr(host, name))}


def test_a_write_reaches_the_region_its_address_names_and_no_other(host, simulate):
    async def bench(ctx):
        ctx.set(host.write_data, 0xFFFF_FFFF)
        for region in range(1 << REGION_BITS):
            for word in (0, 1, 37, 63):
                wanted = {STROBES[region]} if region in STROBES else set()
                if (region, word) == (Region.CONTROL, 0):
                    wanted = {"start"}
                ctx.set(host.address, region << WORD_BITS | word)
                ctx.set(host.write, 1)
                assert strobes(ctx, host) == wanted
                assert ctx.get(host.word) == word
                ctx.set(host.busy, 1)
                assert strobes(ctx, host) == set()  # ignored while the program runs
                ctx.set(host.busy, 0)
                ctx.set(host.write, 0)
                assert strobes(ctx, host) == set()
        ctx.set(host.address, 0)
        ctx.set(host.write, 1)
        ctx.set(host.write_data, 0xFFFF_FFFE)
        assert strobes(ctx, host) == set()  # bit 0 starts

    simulate(host, bench, clock=CLOCK)


def test_control_reads_status_and_the_cycles_of_the_last_run(host, simulate):
    async def bench(ctx):
        async def read(region, word):
            ctx.set(host.address, region << WORD_BITS | word)
            await ctx.tick()
            return ctx.get(host.read_data)

        for status in range(8):
            for bit, name in enumerate(("busy", "done", "error")):
                ctx.set(getattr(host, name), status >> bit & 1)
            assert await read(Region.CONTROL, 0) == status
        for name in ("busy", "done", "error"):
            ctx.set(getattr(host, name), 0)

        for length in (5, 3):
            ctx.set(host.address, 0)
            ctx.set(host.write, 1)
            ctx.set(host.write_data, 1)
            await ctx.tick()
            ctx.set(host.write, 0)
            ctx.set(host.busy, 1)
            await ctx.tick().repeat(length)
            ctx.set(host.busy, 0)
            assert await read(Region.CONTROL, 1) == length
            assert await read(Region.CONTROL, 1) == length  # it stands still

        ctx.set(host.activation, 0xA5)
        assert await read(Region.ACTIVATIONS, 9) == 0xA5
        assert await read(Region.CONTROL, 0) == 0

    simulate(host, bench, clock=CLOCK)
