"""Descriptors are begun one after the other, each when what came before has left room."""

import numpy as np
import pytest

from hwgen.control.executor import Executor
from hwgen.spec.program import Operation
from hwgen.spec.registers import ErrorCode
from hwgen.spec.registers.accelerator import CAUSES

CLOCK = 10e-9  # seconds
SETTLE = 4  # cycles from a pass's end until the vector unit is busy with the last of it
MOVES = (Operation.LOAD, Operation.STORE)
MULTIPLY = (Operation.DENSE, Operation.DIAGONAL)


class Accelerator:
    """Everything that an executor controls, in Python: parts that take a while."""

    def __init__(self, rng, operations):
        self.rng = rng
        self.dut = Executor()
        self.program = [
            {"operation": x, "target": int(rng.integers(1 << 24))} for x in (*operations, 0)
        ]
        self.number = 0  # of the descriptor that is offered next
        self.offered_in = 0
        self.left = dict.fromkeys(("lanes", "passes", "settling", "vector", "move", "flush"), 0)
        self.seen = {
            "begun": [],
            "written": [],
            "ended": 0,
            "causes": [],
            "done": 0,
            "stopped": 0,
            "errors": [],
        }

    async def cycle(self, ctx):
        """One cycle: what the parts say, what the executor wants of them."""
        dut, left = self.dut, self.left
        offered = self.number < len(self.program) and not self.offered_in
        self.offered_in = max(0, self.offered_in - 1)
        ctx.set(dut.next.valid, offered)
        if offered:
            ctx.set(dut.next.payload, self.program[self.number])
        for name in ("passes_done", "move_done", "lanes_ready"):
            ctx.set(getattr(dut, name), left[name.split("_")[0]] == 0)
        ctx.set(dut.vector_busy, left["vector"] > 0)
        ctx.set(dut.walking, left["passes"] > 1)
        ctx.set(dut.waits_weights, left["passes"] == 1)
        ctx.set(dut.flushed, left["flush"] == 0)
        self.look(ctx)
        taken = offered and ctx.get(dut.next.ready)
        strobes = {
            name: ctx.get(getattr(dut, name))
            for name in ("set_lanes", "begin_passes", "begin_move", "clear")
        }
        await ctx.tick()
        self.go_on(taken, strobes)

    def look(self, ctx):
        """Note what happens, and hold it to the rules."""
        dut, left, seen = self.dut, self.left, self.seen
        if ctx.get(dut.begin_passes | dut.begin_move):
            assert not any(left[name] for name in ("passes", "settling", "vector", "move"))
            layer = ctx.get(dut.layer)
            moves = layer.operation in MOVES
            assert ctx.get(dut.begin_move) == moves
            assert ctx.get(dut.begin_passes) != moves
            assert moves or not left["lanes"]
            seen["begun"].append({"operation": layer.operation, "target": layer.target})
        if ctx.get(dut.set_lanes):
            assert not left["passes"]  # the lanes are in use
            assert not left["settling"]
        if ctx.get(dut.ended):
            assert not any(left[name] for name in ("passes", "settling", "vector", "move"))
            seen["ended"] += 1
            written = ctx.get(dut.written)
            seen["written"].append({"operation": written.operation, "target": written.target})
        seen["done"] += ctx.get(dut.done)
        seen["stopped"] += ctx.get(dut.stopped)
        if ctx.get(dut.error):
            seen["errors"].append(ctx.get(dut.error))
        if ctx.get(dut.busy):
            names = [name for i, name in enumerate(CAUSES) if ctx.get(dut.cause) >> i & 1]
            assert len(names) == 1
            seen["causes"].append((names[0], left["passes"], ctx.get(dut.layer.operation)))

    def go_on(self, taken, strobes):
        """The parts in the next cycle."""
        left, rng = self.left, self.rng
        if left["passes"] == 1:
            left["settling"], left["vector"] = SETTLE, SETTLE + int(rng.integers(1, 9))
        for name in left:
            left[name] = max(0, left[name] - 1) if name != "vector" or left["passes"] == 0 else 0
        if taken:
            self.number += 1
            self.offered_in = int(rng.choice([0, 0, rng.integers(9)]))
        if strobes["set_lanes"]:
            left["lanes"] = int(rng.integers(1, 9))
        if strobes["begin_passes"]:
            left["passes"] = int(rng.integers(1, 9))
        if strobes["begin_move"]:
            left["move"] = int(rng.integers(1, 9))
        if strobes["clear"]:
            left["flush"], left["passes"], left["move"] = 5, 0, 0

    async def start(self, ctx):
        self.number = 0
        ctx.set(self.dut.start, 1)
        await self.cycle(ctx)
        ctx.set(self.dut.start, 0)

    async def until_idle(self, ctx, limit=2000):
        for _ in range(limit):
            if not ctx.get(self.dut.busy):
                return
            await self.cycle(ctx)
        raise AssertionError("it never ends")


@pytest.mark.parametrize("seed", range(4))
def test_every_descriptor_is_begun_and_ended_in_order(seed, simulate):
    rng = np.random.default_rng(seed)
    operations = [Operation(int(x)) for x in rng.integers(1, 8, 12)]
    accelerator = Accelerator(rng, operations)

    async def bench(ctx):
        for run in (1, 2):
            await accelerator.start(ctx)
            await accelerator.until_idle(ctx)
            assert accelerator.seen["done"] == run
            assert ctx.get(accelerator.dut.position) == len(operations)

    simulate(accelerator.dut, bench, clock=CLOCK)
    seen, layers = accelerator.seen, accelerator.program[:-1]
    assert seen["begun"] == seen["written"] == layers + layers
    assert seen["ended"] == 2 * len(operations)
    assert seen["errors"] == []
    for name, passes, operation in seen["causes"]:
        multiplies = operation in MULTIPLY
        if passes > 1:
            assert name == ("streaming" if multiplies else "pooling")
        assert (name == "weight_wait") == (passes == 1)


def test_a_reset_awaits_what_is_under_way_and_the_next_run_is_whole(simulate):
    rng = np.random.default_rng(9)
    operations = [Operation.LOAD, Operation.DENSE, Operation.SUM, Operation.STORE]
    accelerator = Accelerator(rng, operations)
    dut = accelerator.dut

    async def bench(ctx):
        for cycles in range(1, 60, 4):
            await accelerator.start(ctx)
            for _ in range(cycles):
                await accelerator.cycle(ctx)
            if not ctx.get(dut.busy):
                break
            ctx.set(dut.reset, 1)
            before = accelerator.seen["stopped"]
            for _ in range(50):
                await accelerator.cycle(ctx)
                if accelerator.seen["stopped"] > before:
                    break
            assert accelerator.seen["stopped"] == before + 1
            ctx.set(dut.reset, 0)
            assert not ctx.get(dut.busy)
            assert not any(accelerator.left[x] for x in ("flush", "passes", "vector", "move"))
            accelerator.seen["begun"].clear()
            await accelerator.start(ctx)
            await accelerator.until_idle(ctx)
            assert accelerator.seen["begun"] == accelerator.program[:-1]

    simulate(dut, bench, clock=CLOCK)


@pytest.mark.parametrize(
    ("signals", "code"),
    [
        (("weight_error",), ErrorCode.WEIGHT_READ),
        (("write_error", "weights_exhausted"), ErrorCode.ACTIVATION_WRITE),
        (("weights_exhausted",), ErrorCode.WEIGHTS_EXHAUSTED),
        (("weights_left", "descriptor_error"), ErrorCode.DESCRIPTOR_READ),
    ],
)
def test_the_first_error_counts_and_is_told_at_the_end(signals, code, simulate):
    accelerator = Accelerator(np.random.default_rng(3), [Operation.DENSE, Operation.STORE])
    dut = accelerator.dut

    async def bench(ctx):
        await accelerator.start(ctx)
        while not accelerator.left["passes"]:
            await accelerator.cycle(ctx)
        for signal in signals:
            ctx.set(getattr(dut, signal), 1)
        await accelerator.cycle(ctx)
        for signal in signals:
            ctx.set(getattr(dut, signal), 0)
        await accelerator.until_idle(ctx)
        assert accelerator.seen["errors"] == [code]
        assert accelerator.seen["done"] == 0
        assert ctx.get(dut.position) == 0

    simulate(dut, bench, clock=CLOCK)
