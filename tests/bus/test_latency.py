"""Latencies that the readers' and writers' documentation states."""

import pytest

from hwgen.bus.reader import AxiReader
from hwgen.bus.writer import AxiWriter


async def until(ctx, signal):
    """Cycles until a signal is 1."""
    for cycle in range(20):
        if ctx.get(signal):
            return cycle
        await ctx.tick()
    raise AssertionError(f"{signal.name} stays 0")


async def ask(ctx, dut, address, size):
    """Give a command; returns in the cycle after it was taken."""
    ctx.set(dut.command.payload.address, address)
    ctx.set(dut.command.payload.bytes, size)
    ctx.set(dut.command.valid, 1)
    assert ctx.get(dut.command.ready)
    await ctx.tick()
    ctx.set(dut.command.valid, 0)


@pytest.mark.parametrize(("address", "size", "beats", "latency"), [(64, 16, 2, 1), (67, 16, 3, 2)])
def test_reader(address, size, beats, latency, simulate):
    dut = AxiReader(address_width=32, alignment=1)

    async def bench(ctx):
        ctx.set(dut.data.ready, 1)
        ctx.set(dut.m_axi_arready, 1)
        await ask(ctx, dut, address, size)
        assert 1 + await until(ctx, dut.m_axi_arvalid) == 2
        assert ctx.get(dut.m_axi_arlen) == beats - 1
        await ctx.tick()
        ctx.set(dut.m_axi_rvalid, 1)
        await ctx.tick()
        assert 1 + await until(ctx, dut.data.valid) == latency

    simulate(dut, bench, clock=1e-6)


def test_writer(simulate):
    dut = AxiWriter(address_width=32)

    async def bench(ctx):
        ctx.set(dut.data.valid, 1)
        await ask(ctx, dut, 64, 8)
        assert not ctx.get(dut.idle)
        assert 1 + await until(ctx, dut.m_axi_awvalid) == 2
        assert 2 + await until(ctx, dut.m_axi_wvalid) == 3  # though AW is not taken
        ctx.set(dut.m_axi_awready, 1)
        ctx.set(dut.m_axi_wready, 1)
        await ctx.tick().repeat(3)
        ctx.set(dut.m_axi_bvalid, 1)
        assert not ctx.get(dut.idle)
        await ctx.tick()
        assert ctx.get(dut.idle)

    simulate(dut, bench, clock=1e-6)
