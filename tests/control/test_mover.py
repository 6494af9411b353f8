"""Lines go between memory and banks, whoever is slow."""

import numpy as np
import pytest

from hwgen.control.mover import Mover
from hwgen.spec.program import Operation
from tests.bus.streams import feed, now_and_then, take

CLOCK = 10e-9  # seconds
WIDTH = 64
LANES = WIDTH // 8
SIZE = 512  # bytes of the banks
BASE = 0x9000
SLOW = [(0.0, 0.0), (0.6, 0.0), (0.0, 0.6), (0.4, 0.4)]
MOVES = [
    {"height": 1, "run_bytes": 1, "target": 5, "target_line_step": 0, "memory_step": 0},
    {"height": 1, "run_bytes": 8, "target": 0, "target_line_step": 0, "memory_step": 0},
    {"height": 4, "run_bytes": 7, "target": 40, "target_line_step": 9, "memory_step": 7},
    {"height": 3, "run_bytes": 37, "target": 77, "target_line_step": 37, "memory_step": 50},
    {"height": 5, "run_bytes": 16, "target": 3, "target_line_step": 20, "memory_step": 16},
]
RUNS = sum(move["height"] for move in MOVES)


class Moving:
    """A mover between a memory and banks, and the end of its bench."""

    def __init__(self):
        rng = np.random.default_rng(1)
        self.dut = Mover(address_width=32, data_width=WIDTH, bank_width=9)
        self.memory = rng.integers(256, size=1024).astype(np.uint8)
        self.banks = rng.integers(256, size=SIZE + LANES).astype(np.uint8)
        self.ended = False

    async def execute(self, ctx, operation, move, limit=2000):
        """Begin a move and wait for its end."""
        ctx.set(self.dut.base, BASE)
        ctx.set(self.dut.layer, {"operation": operation, "memory": 100, **move})
        ctx.set(self.dut.begin, 1)
        await ctx.tick()
        ctx.set(self.dut.begin, 0)
        ctx.set(self.dut.base, 0)
        for _ in range(limit):
            if ctx.get(self.dut.done):
                return
            await ctx.tick()
        raise AssertionError("it never ends")

    async def write_banks(self, ctx):
        """Banks that take what the mover writes."""
        dut = self.dut
        while not self.ended:
            _, _, load, first, *lanes = await ctx.tick().sample(
                dut.load, dut.load_address, *dut.load_enable, *dut.load_data
            )
            for lane, (enable, byte) in enumerate(zip(lanes[:LANES], lanes[LANES:], strict=True)):
                if load and enable:
                    self.banks[first + lane] = byte

    async def read_banks(self, ctx):
        """Banks that give a beat a cycle after its address, and nonsense otherwise."""
        dut = self.dut
        while not self.ended:
            _, _, store, first = await ctx.tick().sample(dut.store, dut.store_address)
            beat = self.banks[first : first + LANES] if store else [0xEE] * LANES
            for port, byte in zip(dut.store_data, beat, strict=True):
                ctx.set(port, int(byte))


def lines(move):
    """Of every line: addresses of its bytes in the banks, and where it lies in memory."""
    for line in range(move["height"]):
        first = move["target"] + line * move["target_line_step"]
        yield np.arange(first, first + move["run_bytes"]), 100 + line * move["memory_step"]


def runs():
    """What is to be asked for."""
    return [(BASE + place, move["run_bytes"]) for move in MOVES for _, place in lines(move)]


@pytest.mark.parametrize(("slow_asks", "slow_data"), SLOW)
def test_loaded_lines_lie_where_they_belong_and_nothing_else_changes(
    slow_asks, slow_data, simulate
):
    work = Moving()
    dut, rng = work.dut, np.random.default_rng(2)
    asked = []

    async def reader(ctx):
        for _ in range(RUNS):
            (run,) = await take(ctx, dut.read, 1, now_and_then(rng, slow_asks))
            asked.append((run.address, run.bytes))
            place = run.address - BASE
            beats = [
                {"data": int.from_bytes(work.memory[x : x + LANES].tobytes(), "little")}
                for x in range(place, place + run.bytes, LANES)
            ]
            await feed(ctx, dut.loaded, beats, now_and_then(rng, slow_data))

    async def bench(ctx):
        for move in MOVES:
            wanted = work.banks.copy()
            for inside, place in lines(move):
                wanted[inside] = work.memory[place : place + move["run_bytes"]]
            await work.execute(ctx, Operation.LOAD, move)
            assert (work.banks == wanted).all()
            assert not ctx.get(dut.write.valid)
        work.ended = True

    simulate(dut, bench, reader, work.write_banks, clock=CLOCK)
    assert asked == runs()


@pytest.mark.parametrize(("slow_asks", "slow_data"), SLOW)
def test_stored_lines_reach_the_writer_in_order_and_the_end_waits_for_it(
    slow_asks, slow_data, simulate
):
    work = Moving()
    dut, rng = work.dut, np.random.default_rng(3)
    asked, lines_seen, writing = [], [], [False]

    async def asks(ctx):
        for run in await take(ctx, dut.write, RUNS, now_and_then(rng, slow_asks)):
            asked.append((run.address, run.bytes))

    async def writer(ctx):
        for _, size in runs():
            beats = await take(ctx, dut.stored, -(-size // LANES), now_and_then(rng, slow_data))
            writing[0] = True
            ctx.set(dut.written, 0)
            whole = b"".join(beat.to_bytes(LANES, "little") for beat in beats)
            lines_seen.append(whole[:size])
            await ctx.tick().repeat(3)
            writing[0] = False
            ctx.set(dut.written, 1)

    async def bench(ctx):
        ctx.set(dut.written, 1)
        for move in MOVES:
            before = len(lines_seen)
            await work.execute(ctx, Operation.STORE, move)
            assert not writing[0]
            assert len(lines_seen) == before + move["height"]
            assert not ctx.get(dut.read.valid)
            assert not ctx.get(dut.load)
        work.ended = True

    simulate(dut, bench, asks, writer, work.read_banks, clock=CLOCK)
    assert asked == runs()
    wanted = [work.banks[inside].tobytes() for move in MOVES for inside, _ in lines(move)]
    assert lines_seen == wanted


def test_clear_ends_a_move_at_once(simulate):
    work = Moving()
    dut = work.dut

    async def bench(ctx):
        for operation in (Operation.LOAD, Operation.STORE):
            ctx.set(dut.layer, {"operation": operation, **MOVES[3]})
            ctx.set(dut.begin, 1)
            await ctx.tick()
            ctx.set(dut.begin, 0)
            await ctx.tick().repeat(5)
            assert not ctx.get(dut.done)
            ctx.set(dut.clear, 1)
            await ctx.tick()
            ctx.set(dut.clear, 0)
            for _ in range(5):
                assert ctx.get(dut.done)
                active = (dut.read.valid, dut.write.valid, dut.stored.valid, dut.loaded.ready)
                assert not any(ctx.get(x) for x in active)
                await ctx.tick()

    simulate(dut, bench, clock=CLOCK)
