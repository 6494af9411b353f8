"""A host and a memory for the accelerator in Python's simulator."""

import numpy as np
from amaranth.sim import Simulator

from hwgen.spec.registers.of_spec import registers_of
from sim.reference.replay import memory_with
from tests.bus.memory import serve

__all__ = ["execute", "register"]

_BASE = 0x1000


def register(spec, name):
    """Offset of a register."""
    return next(x.offset for x in registers_of(spec).registers if x.name == name)


async def write(ctx, dut, offset, value):
    """Write a register; the slave takes address and data at once, and answers."""
    ctx.set(dut.s_axi_awaddr, offset)
    ctx.set(dut.s_axi_awvalid, 1)
    ctx.set(dut.s_axi_wdata, value)
    ctx.set(dut.s_axi_wstrb, 15)
    ctx.set(dut.s_axi_wvalid, 1)
    ctx.set(dut.s_axi_bready, 1)
    await ctx.tick()
    ctx.set(dut.s_axi_awvalid, 0)
    ctx.set(dut.s_axi_wvalid, 0)
    await ctx.tick().until(dut.s_axi_bvalid)


async def read(ctx, dut, offset):
    """Read a register."""
    ctx.set(dut.s_axi_araddr, offset)
    ctx.set(dut.s_axi_arvalid, 1)
    ctx.set(dut.s_axi_rready, 1)
    await ctx.tick()
    ctx.set(dut.s_axi_arvalid, 0)
    (data,) = await ctx.tick().sample(dut.s_axi_rdata).until(dut.s_axi_rvalid)
    return data


async def serve_writes(ctx, dut, content, running):
    """Memory behind the write channels: every burst is taken at once."""
    lanes = len(dut.m_axi_wdata) // 8
    bursts, answers = [], 0
    ctx.set(dut.m_axi_awready, 1)
    ctx.set(dut.m_axi_wready, 1)
    while running():
        ctx.set(dut.m_axi_bvalid, answers > 0)
        _, _, awvalid, awaddr, awlen, wvalid, wdata, wstrb, bready = await ctx.tick().sample(
            dut.m_axi_awvalid,
            dut.m_axi_awaddr,
            dut.m_axi_awlen,
            dut.m_axi_wvalid,
            dut.m_axi_wdata,
            dut.m_axi_wstrb,
            dut.m_axi_bready,
        )
        if answers and bready:
            answers -= 1
        if awvalid:
            bursts.append([awaddr, awlen + 1])
        if wvalid:
            assert bursts, "data before their address"
            address = bursts[0][0] // lanes * lanes
            for lane in range(lanes):
                if wstrb >> lane & 1:
                    content[address + lane] = wdata >> (8 * lane) & 255
            bursts[0] = [address + lanes, bursts[0][1] - 1]
            if not bursts[0][1]:
                bursts.pop(0)
                answers += 1


def execute(dut, program, image, limit=200_000, latency=1):
    """Run a program; returns memory from its base on, and what the registers say."""
    spec = program.spec
    content = bytearray(_BASE) + bytearray(memory_with(program, image).tobytes()) + bytearray(256)
    found = {}
    ended = []

    async def host(ctx):
        await write(ctx, dut, register(spec, "descriptor_low"), _BASE)
        await write(ctx, dut, register(spec, "control"), 0b101)
        for _ in range(limit):
            await ctx.tick()
            if ctx.get(dut.interrupt):
                break
        for name in ("status", "position", "cycles_low"):
            found[name] = await read(ctx, dut, register(spec, name))
        for name in ("streaming", "weight_wait", "drain", "pooling", "memory_wait"):
            found[name] = await read(ctx, dut, register(spec, f"{name}_cycles"))
        ended.append(True)

    async def reads(ctx):
        await serve(ctx, dut, content, lambda: not ended, latency=latency)

    async def writes(ctx):
        await serve_writes(ctx, dut, content, lambda: not ended)

    simulator = Simulator(dut)
    simulator.add_clock(1e-6)
    for bench in (host, reads, writes):
        simulator.add_testbench(bench)
    simulator.run()
    return np.frombuffer(bytes(content[_BASE:]), np.uint8), found
