"""Bench of the accelerator's outside: stalls, counters, commands, interrupt, resets, odd accesses.

The folder ``HWGEN_JOB`` holds a program and what the C header defines. Whatever happens, the
next run must be right.
"""

from collections import Counter

import cocotb
from cocotb.triggers import FallingEdge, RisingEdge
from cocotbext.axi import AxiResp

from hwgen.spec.program import Operation, pack_descriptor, unpack_descriptor
from hwgen.spec.registers.accelerator import CAUSES
from sim.accelerator_host import AcceleratorHost, start
from sim.axi_memory import CHANNELS
from sim.axi_protocol import AxiProtocol
from sim.signals import number

WORDS = ("cycles", *CAUSES)


def descriptors(host: AcceleratorHost) -> list[dict[str, int]]:
    """Fields of every descriptor but END."""
    count = len(host.program.steps)
    return [unpack_descriptor(host.program.image[128 * n :][:128]) for n in range(count)]


@cocotb.test()
@cocotb.parametrize(stalling=[(name,) for name in CHANNELS] + [CHANNELS])
async def every_channel_may_stall(dut, stalling):
    host = await start(dut, 0.7, stalling=stalling)
    for _ in range(2):
        await host.run()


@cocotb.test()
async def bursts_end_at_pages(dut):
    host = await start(dut)
    split = 0
    for offset in range(128, host.program.memory_bytes, 256):
        host.base = host.memory.origin = 0x3000 - offset
        await host.run()
        bursts = [(address, beats * host.lanes) for address, beats, _ in host.protocol.bursts["ar"]]
        ends = {address + size for address, size in bursts}
        split += 0x3000 in ends & {address for address, _ in bursts}
        host.protocol.bursts["ar"].clear()
    assert split > 2


async def follow(dut, layers: list[Counter], total: Counter) -> None:
    """Count every cycle as the circuit's own signals tell."""
    layer = Counter()
    while True:
        await FallingEdge(dut.clk)
        if not number(dut.executor.busy):
            continue
        cause = number(dut.executor.cause)
        assert cause.bit_count() == 1, f"a cycle has the causes {cause:#b}"
        for counts in (layer, total):
            counts.update(("cycles", WORDS[cause.bit_length()]))
        if number(dut.executor.ended):
            layers.append(layer)
            layer = Counter()


@cocotb.test()
@cocotb.parametrize(share=[0.0, 0.5])
async def counters_tell_what_cycles_were_spent_on(dut, share):
    host = await start(dut, share)
    await host.run()  # what it leaves must not count
    layers, total = [], Counter()
    watcher = cocotb.start_soon(follow(dut, layers, total))
    await host.run()
    watcher.cancel()
    found = {name: await host.read(f"{name.upper()}_CYCLES") for name in CAUSES}
    found["cycles"] = await host.read("CYCLES_LOW") | await host.read("CYCLES_HIGH") << 32
    assert found == {name: total[name] for name in WORDS}
    assert found["cycles"] == sum(found[name] for name in CAUSES)
    assert len(layers) == len(host.program.steps)
    for index, layer in enumerate(layers):
        entry = index * host.macros["LAYERS_STRIDE"]
        words = [
            await host.read("LAYERS", entry + host.macros[f"LAYERS_{name.upper()}"])
            for name in WORDS
        ]
        assert words == [layer[name] for name in WORDS], f"descriptor {index}"
    assert await host.read("CYCLES_LOW") == found["cycles"], "it counts while idle"
    positions = Counter()
    for fields in descriptors(host):
        kind = {1: "streaming", 2: "streaming", 6: None, 7: None}.get(
            fields["operation"], "pooling"
        )
        fast = 0 if fields["operation"] == Operation.SUM else fields["passes"] - 1
        slow = (fields["passes"] - fast) * fields["spacing"]
        positions[kind] += fields["groups"] * fields["height"] * fields["width"] * (fast + slow)
    assert {name: positions[name] for name in ("streaming", "pooling")} == {
        name: found[name] for name in ("streaming", "pooling")
    }


@cocotb.test()
async def the_shortest_descriptors_have_counters_of_their_own(dut):
    host = await start(dut)
    kinds = [Operation.STORE, Operation.LOAD, Operation.STORE, Operation.STORE, Operation.LOAD]
    digest, there = host.macros["IMAGE_DIGEST"], host.program.memory_bytes
    short = {"digest": digest, "height": 1, "run_bytes": 1, "memory": there}
    words = [pack_descriptor(operation=kind, **short) for kind in kinds]
    words.append(pack_descriptor(operation=Operation.END, digest=digest))
    host.memory.content[: 128 * len(words)] = b"".join(words)
    layers, total = [], Counter()
    cocotb.start_soon(follow(dut, layers, total))
    await host.begin()
    await host.interrupt()
    assert await host.read("STATUS") == host.mask("STATUS", "DONE")
    assert len(layers) == len(kinds)
    for index, layer in enumerate(layers):
        entry = index * host.macros["LAYERS_STRIDE"]
        assert await host.read("LAYERS", entry) == layer["cycles"], f"descriptor {index}"
    dut._log.info("descriptors of %s cycles", [layer["cycles"] for layer in layers])
    await host.run()


@cocotb.test()
@cocotb.parametrize(share=[0.0, 0.5])
async def a_busy_accelerator_does_not_care(dut, share):
    host = await start(dut, share)
    host.load()
    await host.begin()
    await host.until(lambda: number(dut.executor.busy), "begin")
    await host.write("DESCRIPTOR_LOW", 0xDEAD_BE00)
    starts = 0
    while number(dut.executor.busy):
        await host.write("CONTROL", host.mask("CONTROL", "START", "INTERRUPT_ENABLE"))
        starts += await host.field("STATUS", "BUSY")
        if starts == 5:
            break
    assert starts == 5
    await host.interrupt()
    await host.check_done()
    for _ in range(100):
        await RisingEdge(dut.clk)
        assert not number(dut.executor.busy), "a start was kept for later"
    assert await host.read("DESCRIPTOR_LOW") == 0xDEAD_BE00
    await host.run()


@cocotb.test()
async def the_interrupt_follows_enable_and_status(dut):
    host = await start(dut)
    host.load()
    await host.begin()
    await host.write("CONTROL", 0)
    await host.until(lambda: not number(dut.executor.busy), "end")
    for _ in range(20):
        await RisingEdge(dut.clk)
        assert not number(dut.interrupt)
    assert await host.field("STATUS", "DONE")
    await host.write("CONTROL", host.mask("CONTROL", "INTERRUPT_ENABLE"))
    await host.until(lambda: number(dut.interrupt), "interrupt")
    await host.write("STATUS", host.mask("STATUS", "ERROR", "BUSY"))
    assert number(dut.interrupt), "done was cleared by bits that are not its own"
    await host.acknowledge()
    await host.run()
    await host.begin()  # clears done, though nobody acknowledged it
    await host.until(lambda: not number(dut.interrupt), "end of the interrupt")
    await host.interrupt()
    await host.check_done()


@cocotb.test()
async def the_first_error_stays_until_it_is_cleared(dut):
    host = await start(dut)
    await host.begin()  # memory holds no program
    await host.interrupt()
    error = await host.field("STATUS", "ERROR")
    assert error == host.macros["STATUS_ERROR_FOREIGN_DESCRIPTOR"]
    await host.write("CONTROL", host.mask("CONTROL", "RESET", "INTERRUPT_ENABLE"))
    await host.until(lambda: not number(dut.executor.busy), "end of the reset")
    assert await host.field("STATUS", "ERROR") == error
    assert number(dut.interrupt)
    await host.write("STATUS", host.mask("STATUS", "DONE"))
    assert await host.field("STATUS", "ERROR") == error
    await host.acknowledge()
    await host.run()


@cocotb.test()
@cocotb.parametrize(share=[0.0, 0.5])
async def a_soft_reset_drains_the_bus(dut, share):
    host = await start(dut, share)
    amid = 0
    for _ in range(20):
        host.load()
        await host.begin()
        for _ in range(host.rng.randrange(1, 400)):
            await RisingEdge(dut.clk)
        amid += not host.protocol.is_quiet
        both = host.rng.choice([("RESET",), ("RESET", "START")])
        await host.write("CONTROL", host.mask("CONTROL", *both))
        for _ in range(host.limit):
            if not await host.field("CONTROL", "RESET"):
                break
        else:
            raise AssertionError("the reset does not end")
        assert host.protocol.is_quiet, "transfers are under way after the reset"
        assert not await host.field("CONTROL", "START")
        assert not await host.field("STATUS", "BUSY")
        await host.write("STATUS", host.mask("STATUS", "DONE"))  # a run may have ended before
        assert await host.read("STATUS") == 0
    assert amid > 5
    await host.run()


@cocotb.test()
async def a_reset_of_all_amid_a_burst_leaves_nothing(dut):
    host = await start(dut, 0.3, with_reset=True)
    amid = 0
    for _ in range(12):
        host.load()
        await host.begin()
        for _ in range(host.rng.randrange(1, 300)):
            await RisingEdge(dut.clk)
        amid += not host.protocol.is_quiet
        host.protocol.stop()
        dut.rst.value = 1
        for _ in range(3):
            await FallingEdge(dut.clk)
        for name in ("arvalid", "awvalid", "wvalid"):
            assert not number(dut[f"m_axi_{name}"])
        dut.rst.value = 0
        host.protocol = AxiProtocol(dut)
        assert await host.read("STATUS") == await host.read("CONTROL") == 0
    assert amid > 3
    await host.run()


@cocotb.test()
async def odd_accesses_have_no_effect(dut):
    host = await start(dut, 0.3)
    enable = host.mask("CONTROL", "INTERRUPT_ENABLE")
    control, low = host.macros["CONTROL"], host.macros["DESCRIPTOR_LOW"]
    for lane in (1, 2, 3):  # its fields are in byte 0
        assert (await host.slave.write(control + lane, b"\xff")).resp == AxiResp.OKAY
    assert await host.read("CONTROL") == 0
    await host.slave.write(control, enable.to_bytes(1, "little"))
    assert await host.read("CONTROL") == enable
    await host.write("DESCRIPTOR_LOW", 0x1122_3344)
    await host.slave.write(low + 1, b"\x99\x88")
    assert await host.read("DESCRIPTOR_LOW") == 0x1188_9944
    for lane in range(4):
        answer = await host.slave.read(low + lane, 1)
        assert (answer.resp, answer.data[0]) == (AxiResp.OKAY, 0x1188_9944 >> 8 * lane & 255)
    for name in ("STATUS", "DIGEST", "POSITION", "CYCLES_LOW", "LAYERS"):
        answer = await host.slave.write(host.macros[name], bytes(4))
        assert answer.resp == (AxiResp.OKAY if name == "STATUS" else AxiResp.SLVERR), name
    entry = host.macros["LAYERS"] + host.macros["LAYERS_STRIDE"]
    behind = host.macros["LAYERS"] + host.macros["LAYERS_COUNT"] * host.macros["LAYERS_STRIDE"]
    for address in (0x0C, 0x1C, 0x3C, 0x7C, entry - 4, behind, host.macros["SIZE"] - 4):
        answer = await host.slave.read(address, 4)
        assert (answer.resp, any(answer.data)) == (AxiResp.SLVERR, False), f"{address:#x}"
        assert (await host.slave.write(address, b"\xff" * 4)).resp == AxiResp.SLVERR
    assert await host.read("DIGEST") == host.macros["IMAGE_DIGEST"]
    assert await host.read("IDENTIFICATION") == host.macros["IDENTIFICATION_VALUE_RESET"]
    assert not number(dut.executor.busy)
    await host.run()


@cocotb.test()
async def the_address_space_has_an_end(dut):
    host = await start(dut)
    end = 1 << host.macros["MEMORY_ADDRESS_WIDTH"]
    host.base = host.memory.origin = end - host.program.memory_bytes
    await host.run()  # up to its last byte
    for shift in (128, 256):
        host.load()
        await ends_outside(host, host.base + shift)
    host.base = host.memory.origin = end - 128
    load = descriptors(host)[0] | {"memory": 0, "height": 1, "run_bytes": 8, "target": 0}
    host.memory.content[:128] = pack_descriptor(**load)
    await ends_outside(host, host.base)
    assert await host.read("POSITION") == 1, "there is no next descriptor"


async def ends_outside(host: AcceleratorHost, base: int) -> None:
    """A program that leaves the address space."""
    host.memory.origin = base
    await host.begin(base)
    await host.interrupt()
    error = await host.field("STATUS", "ERROR")
    assert error == host.macros["STATUS_ERROR_ADDRESS_RANGE"], error
