"""Banks return what was written, by lanes, columns and beats."""

import numpy as np
import pytest

from hwgen.memory.banks import ActivationBanks

CLOCK = 10e-9  # seconds


def draw_reads(rng, banks, lanes, size):
    """Addresses on banks one after the other, of any row."""
    first = int(rng.integers(size))
    rows = rng.integers(0, size // banks, lanes)
    rows[0] = first // banks
    return [int(rows[lane]) * banks + (first + lane) % banks for lane in range(lanes)]


def draw_writes(rng, banks, cols, size, scattered):
    """Addresses of the columns: anywhere on different banks, or one after the other."""
    if not scattered:
        first = int(rng.integers(size - cols + 1))
        return list(range(first, first + cols))
    chosen = rng.permutation(banks)[:cols]
    return [int(rng.integers(size // banks)) * banks + int(bank) for bank in chosen]


@pytest.mark.parametrize("scattered", [False, True])
@pytest.mark.parametrize(
    ("banks", "lanes", "cols", "beat", "rows"),
    [(8, 8, 8, 8, 5), (16, 5, 11, 8, 3), (2, 2, 2, 2, 9)],
)
def test_bytes_are_where_they_were_written(banks, lanes, cols, beat, rows, scattered, simulate):
    size = banks * rows
    dut = ActivationBanks(
        size=size, banks=banks, lanes=lanes, cols=cols, beat=beat, scattered=scattered
    )
    rng = np.random.default_rng([banks, scattered])
    memory = np.zeros(size, np.uint8)

    async def bench(ctx):
        for _ in range(300):
            load, store = rng.random(2) < 0.3
            ctx.set(dut.load, int(load))
            ctx.set(dut.store, int(store))
            reads = draw_reads(rng, banks, lanes, size)
            for lane, address in enumerate(reads):
                ctx.set(dut.read_address[lane], address)
            start = int(rng.integers(size - beat + 1))
            ctx.set(dut.store_address, start)
            wanted = memory[start : start + beat] if store else memory[reads]
            wanted = wanted.tolist()

            targets = draw_writes(rng, banks, cols, size, scattered)
            if scattered:
                for col, address in enumerate(targets):
                    ctx.set(dut.write_address[col], address)
            else:
                ctx.set(dut.write_address, targets[0])
            beat_start = int(rng.integers(size - beat + 1))
            ctx.set(dut.load_address, beat_start)
            beat_targets = range(beat_start, beat_start + beat)
            for ports, addresses, used in (
                ((dut.write_enable, dut.write_data), targets, not load),
                ((dut.load_enable, dut.load_data), beat_targets, load),
            ):
                for index, address in enumerate(addresses):
                    enable, byte = int(rng.random() < 0.6), int(rng.integers(256))
                    ctx.set(ports[0][index], enable)
                    ctx.set(ports[1][index], byte)
                    if enable and used:
                        memory[address] = byte
            await ctx.tick()
            found = dut.store_data if store else dut.read_data
            assert [ctx.get(byte) for byte in found] == wanted

    simulate(dut, bench, clock=CLOCK)


def test_two_bytes_of_a_write_on_one_bank_are_noticed(simulate):
    dut = ActivationBanks(size=32, banks=4, lanes=4, cols=2, beat=4, scattered=True)

    async def bench(ctx):
        for col, address in enumerate((1, 9)):
            ctx.set(dut.write_address[col], address)
            ctx.set(dut.write_enable[col], 1)
        await ctx.tick()

    with pytest.raises(AssertionError, match="Assertion violated"):
        simulate(dut, bench, clock=CLOCK)
