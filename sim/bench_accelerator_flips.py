"""Bench of the accelerator with descriptors that are wrong anywhere: it never hangs.

The folder ``HWGEN_JOB`` holds ``flips.json``: what was changed, the offset of a descriptor, and
the descriptor in hexadecimal. Whatever it does, the next right run is right.
"""

import json
from collections import Counter

import cocotb

from sim.accelerator_host import job, start


@cocotb.test()
async def no_descriptor_makes_it_hang(dut):
    host = await start(dut, 0.1)
    host.limit *= 10
    ends = Counter()
    for number, (name, offset, text) in enumerate(json.loads((job() / "flips.json").read_text())):
        host.load()
        host.memory.content[offset : offset + 128] = bytes.fromhex(text)
        try:
            await host.begin()
            await host.interrupt()
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error
        assert host.protocol.is_quiet, name
        ends[await host.field("STATUS", "ERROR")] += 1
        if number % 4 == 0:
            await host.run()
    dut._log.info("ends by error code: %s", dict(ends))
    assert len(ends) > 4
    await host.run()
