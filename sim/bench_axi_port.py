"""Bench of a whole port: two readers behind an arbiter, and a writer that gets what one reads.

The environment names ``HWGEN_SEED``. The memory is cocotbext-axi's ``AxiRam``, which finds the
port by the names of its signals.
"""

import os
import random

import cocotb
from cocotb.triggers import RisingEdge
from cocotbext.axi import AxiBus, AxiRam

from sim.axi_protocol import AxiProtocol
from sim.clocked import reset
from sim.signals import number
from sim.streams import StreamSink, StreamSource, stalls

HALF = 1 << 13  # what is read; the copies come after it
PATIENCE = 30_000  # cycles


@cocotb.test()
@cocotb.parametrize(share=[0.0, 0.4])
async def runs_are_copied_while_others_are_read(dut, share):
    rng = random.Random(int(os.environ["HWGEN_SEED"]))
    names = ("source", "target", "other")
    inputs = [f"{name}__{part}" for name in names for part in ("valid", "payload")]
    answers = ("arready", "rid", "rdata", "rresp", "rlast", "rvalid", "awready", "wready")
    inputs += [f"m_axi_{name}" for name in (*answers, "bid", "bresp", "bvalid")]
    await reset(dut, **dict.fromkeys([*inputs, "read__ready"], 0))

    ram = AxiRam(AxiBus.from_prefix(dut, "m_axi"), dut.clk, size=2 * HALF)
    content = rng.randbytes(HALF)
    wanted = bytearray(2 * HALF)
    wanted[:HALF] = content
    ram.write(0, bytes(wanted))
    reads, writes = ram.read_if, ram.write_if
    channels = (writes.aw_channel, writes.w_channel, writes.b_channel)
    for channel in (*channels, reads.ar_channel, reads.r_channel):
        if share:
            channel.set_pause_generator(stalls(rng, share))
    protocol = AxiProtocol(dut)
    queues = {name: StreamSource(dut, name, stalls(rng, share)).queue for name in names}
    beats = []
    StreamSink(dut, "read", stalls(rng, share), beats.append)

    lanes, address_width = len(dut.m_axi_rdata) // 8, len(dut.m_axi_araddr)
    expected = []
    for _ in range(25):
        start, end = rng.randrange(HALF - 400), HALF + rng.randrange(HALF - 400)
        size = rng.randrange(1, 400)
        queues["source"].append(start | size << address_width)
        queues["target"].append(end | size << address_width)
        wanted[end : end + size] = content[start : start + size]
        start = rng.randrange(HALF - 400)
        queues["other"].append(start | size << address_width)
        expected.append(content[start : start + size])
    count = sum(-(-len(run) // lanes) for run in expected)

    for _ in range(PATIENCE):
        await RisingEdge(dut.clk)
        if not any(queues.values()) and len(beats) == count and number(dut.idle):
            break
    else:
        raise AssertionError(f"{len(beats)} of {count} beats came; {queues} are left")
    assert protocol.is_quiet
    assert ram.read(0, 2 * HALF) == wanted
    mask = (1 << 8 * lanes) - 1
    line = b"".join((beat & mask).to_bytes(lanes, "little") for beat in beats)
    for run in expected:
        assert line[: len(run)] == run
        line = line[-(-len(run) // lanes) * lanes :]
    assert {number for _, _, number in protocol.bursts["ar"]} == {0, 1}
