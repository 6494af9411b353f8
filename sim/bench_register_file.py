"""Bench of the register file: every field of its document, over AXI4-Lite.

The environment names the document (``HWGEN_DOCUMENT``, Markdown) and a seed (``HWGEN_SEED``). What
the document says is all that the bench knows of the registers; the circuit's other side it finds
by the names of ports.
"""

import os
import random
import re
from dataclasses import dataclass
from pathlib import Path

import cocotb
from cocotb.triggers import FallingEdge, RisingEdge
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiResp

from sim.axi_protocol import handshakes
from sim.clocked import reset
from sim.signals import number
from sim.streams import stalls

ROW = re.compile(r"^\| (?:(\d+):)?(\d+) \| (\w+) \| (rw|ro|constant|w1s|w1c) \| (0x\w+)? \|", re.M)


@dataclass(frozen=True)
class Documented:
    """A field as the document has it."""

    offset: int
    port: str
    low: int
    width: int
    access: str
    reset: int

    @property
    def mask(self) -> int:
        """Ones in its bits of the register."""
        return ((1 << self.width) - 1) << self.low


def documented() -> tuple[dict[int, list[Documented]], list[tuple[str, int, int, int, int]]]:
    """Fields by their register's offset; name, offset, entries, stride and words of windows."""
    text = Path(os.environ["HWGEN_DOCUMENT"]).read_text(encoding="utf-8")
    registers, windows = {}, []
    for section in text.split("\n## ")[1:]:
        title = re.match(r"(\w+): (0x\w+)", section)
        if title is None:  # of no register
            continue
        name, offset = title.groups()
        window = re.search(r"(\d+) entries, read only; .* begins at (0x\w+) \+ (0x\w+)", section)
        if window:
            words = len(re.findall(r"^\| 0x\w+ \| \w+ \|", section, re.M))
            windows.append((name, int(offset, 0), int(window[1]), int(window[3], 0), words))
            continue
        registers[int(offset, 0)] = [
            Documented(
                offset=int(offset, 0),
                port=f"{name}_{field}",
                low=int(low),
                width=int(high or low) - int(low) + 1,
                access=access,
                reset=int(value or "0", 0),
            )
            for high, low, field, access, value in ROW.findall(section)
        ]
    return registers, windows


class Driver:
    """A driver's accesses."""

    def __init__(self, dut, share: float) -> None:
        self.dut = dut
        self.rng = rng = random.Random(int(os.environ["HWGEN_SEED"]))
        self.bus = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axi"), dut.clk)
        writes, reads = self.bus.write_if, self.bus.read_if
        channels = (writes.aw_channel, writes.w_channel, writes.b_channel)
        for channel in (*channels, reads.ar_channel, reads.r_channel):
            channel.log.setLevel("WARNING")
            if share:
                channel.set_pause_generator(stalls(rng, share))
        for interface in (writes, reads):
            interface.log.setLevel("WARNING")

    async def read(self, offset: int) -> int:
        """Value of a register."""
        answer = await self.bus.read(offset, 4)
        assert answer.resp == AxiResp.OKAY, f"reading {offset:#x}: {answer.resp!r}"
        return int.from_bytes(answer.data, "little")

    async def write(self, offset: int, value: int, lane: int = 0, size: int = 4) -> AxiResp:
        """Write ``size`` bytes of a register's value from ``lane`` on."""
        data = value.to_bytes(4, "little")[lane : lane + size]
        return (await self.bus.write(offset + lane, data)).resp

    async def check(self, field: Documented, wanted: int) -> None:
        """The field reads as ``wanted``."""
        value = (await self.read(field.offset) & field.mask) >> field.low
        assert value == wanted, f"{field.port} reads {value:#x}, not {wanted:#x}"


async def start(dut, share: float):
    registers, windows = documented()
    fields = [field for group in registers.values() for field in group]
    inputs = [field.port for field in fields if field.access == "ro"]
    inputs += [f"{field.port}_clear" for field in fields if field.access in ("w1s", "w1c")]
    inputs += [f"{field.port}_set" for field in fields if field.access == "w1c"]
    inputs += [f"{name}_data" for name, *_ in windows]
    await reset(dut, **dict.fromkeys(inputs, 0))
    driver = Driver(dut, share)
    for channel, names in (("b", ["resp"]), ("r", ["data", "resp"])):
        cocotb.start_soon(follow(dut, f"s_axi_{channel}", names))
    return driver, registers, windows


async def follow(dut, channel: str, names: list[str]) -> None:
    """Answers stay until they are taken."""
    async for _ in handshakes(dut, channel, names):
        pass


async def pulse(dut, name: str, value: int) -> None:
    """Give an input a value for one cycle."""
    await FallingEdge(dut.clk)
    dut[name].value = value
    await FallingEdge(dut.clk)
    dut[name].value = 0


async def check_field(driver: Driver, field: Documented, written: bool) -> None:
    """Use a field in all ways that its access allows."""
    dut, top = driver.dut, (1 << field.width) - 1
    await driver.check(field, field.reset)
    if field.access in ("constant", "ro"):
        response = await driver.write(field.offset, 0xFFFF_FFFF ^ (driver.rng.getrandbits(32)))
        assert (response == AxiResp.OKAY) == written
        await driver.check(field, field.reset)
    if field.access == "ro":
        for value in (top, driver.rng.randrange(top + 1), 0):
            dut[field.port].value = value
            await driver.check(field, value)
    if field.access == "rw":
        for value in (top, driver.rng.randrange(top + 1), 0):
            assert await driver.write(field.offset, value << field.low) == AxiResp.OKAY
            await driver.check(field, value)
            assert number(dut[field.port]) == value
        await check_strobes(driver, field)
    if field.access == "w1s":
        await driver.write(field.offset, field.mask)
        await driver.check(field, top)
        await driver.write(field.offset, 0)
        await driver.check(field, top)
        assert number(dut[field.port]) == top
        await pulse(dut, f"{field.port}_clear", 1)
        await driver.check(field, 0)
    if field.access == "w1c":
        first = driver.rng.randrange(1, top + 1)
        await pulse(dut, f"{field.port}_set", first)
        await pulse(dut, f"{field.port}_set", first ^ top or top)
        await driver.check(field, first)
        await driver.write(field.offset, 0xFFFF_FFFF ^ field.mask)
        await driver.check(field, first)
        await driver.write(field.offset, 1 << field.low)
        await driver.check(field, 0)
        await pulse(dut, f"{field.port}_set", first)
        await pulse(dut, f"{field.port}_clear", 1)
        await driver.check(field, 0)


async def check_strobes(driver: Driver, field: Documented) -> None:
    """Only the bytes change whose strobes are set."""
    await driver.write(field.offset, 0)
    for lane in range(4):
        await driver.write(field.offset, 0xFFFF_FFFF, lane, 1)
        seen = await driver.read(field.offset) & field.mask
        assert seen == field.mask & ((1 << 8 * (lane + 1)) - 1), f"{field.port}, byte {lane}"
    await driver.write(field.offset, field.reset << field.low)


@cocotb.test()
@cocotb.parametrize(share=[0.0, 0.5])
async def every_field_is_as_documented(dut, share):
    driver, registers, _ = await start(dut, share)
    assert sum(map(len, registers.values())) > 15
    for fields in registers.values():
        written = any(field.access not in ("ro", "constant") for field in fields)
        for field in fields:
            await check_field(driver, field, written)
            for other in fields:  # writing it changed no other one
                if other.access == "rw":
                    await driver.write(other.offset, other.reset << other.low)


@cocotb.test()
async def windows_show_memories_and_nothing_else_is_there(dut):
    driver, registers, windows = await start(dut, 0.3)
    memories = {}
    for name, offset, entries, stride, listed in windows:
        words = [driver.rng.getrandbits(32) for _ in range(entries * stride // 4)]
        memories |= {
            offset + 4 * index: word
            for index, word in enumerate(words)
            if index % (stride // 4) < listed
        }
        cocotb.start_soon(serve(dut, name, words))
    size = 1 << len(dut.s_axi_araddr)
    for offset in range(0, size, 4):
        answer = await driver.bus.read(offset, 4)
        if offset in memories:
            assert int.from_bytes(answer.data, "little") == memories[offset], f"{offset:#x}"
        known = offset in registers or offset in memories
        assert answer.resp == (AxiResp.OKAY if known else AxiResp.SLVERR), f"{offset:#x}"
        assert known or not any(answer.data)
        if offset not in registers:
            assert await driver.write(offset, 0xFFFF_FFFF) == AxiResp.SLVERR


async def serve(dut, name: str, words: list[int]) -> None:
    """A memory of the circuit: its word comes a cycle after its address."""
    while True:
        await RisingEdge(dut.clk)
        if number(dut.s_axi_arvalid):
            address = number(dut[f"{name}_address"])
            dut[f"{name}_data"].value = words[address] if address < len(words) else 0


@cocotb.test()
async def an_error_that_comes_while_the_last_one_is_cleared_is_kept(dut):
    driver, registers, _ = await start(dut, 0.0)
    field = next(x for group in registers.values() for x in group if x.access == "w1c")
    await pulse(dut, f"{field.port}_set", 1)
    dut[f"{field.port}_set"].value = 1
    assert await driver.write(field.offset, field.mask) == AxiResp.OKAY
    await driver.check(field, 1)


@cocotb.test()
@cocotb.parametrize(share=[0.0, 0.7])
async def accesses_that_do_not_wait_for_each_other_are_all_answered(dut, share):
    driver, registers, _ = await start(dut, share)
    field = next(x for group in registers.values() for x in group if x.access == "rw")
    unknown = next(x for x in range(0, 4096, 4) if x not in registers)
    values = [driver.rng.getrandbits(field.width) for _ in range(20)]
    writes, reads = [], []
    for value in values:
        writes.append(cocotb.start_soon(driver.write(field.offset, value << field.low)))
        writes.append(cocotb.start_soon(driver.write(unknown, 0)))
        reads.append(cocotb.start_soon(driver.bus.read(unknown, 4)))
        reads.append(cocotb.start_soon(driver.bus.read(field.offset, 4)))
    assert [await task for task in writes] == [AxiResp.OKAY, AxiResp.SLVERR] * 20
    assert [(await task).resp for task in reads] == [AxiResp.SLVERR, AxiResp.OKAY] * 20
    await driver.check(field, values[-1])
