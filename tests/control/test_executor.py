"""Which error is told."""

from itertools import combinations

import pytest

from hwgen.control.executor import Executor
from hwgen.spec.program import Operation
from hwgen.spec.registers import ErrorCode

CODES = {
    "descriptor_error": ErrorCode.DESCRIPTOR_READ,
    "parameter_error": ErrorCode.PARAMETER_READ,
    "weight_error": ErrorCode.WEIGHT_READ,
    "activation_error": ErrorCode.ACTIVATION_READ,
    "write_error": ErrorCode.ACTIVATION_WRITE,
    "foreign": ErrorCode.FOREIGN_DESCRIPTOR,
    "bad": ErrorCode.BAD_DESCRIPTOR,
    "outside": ErrorCode.ADDRESS_RANGE,
    "unreachable": ErrorCode.ADDRESS_RANGE,
    "no_weights": ErrorCode.WEIGHTS_EXHAUSTED,
    "weights_exhausted": ErrorCode.WEIGHTS_EXHAUSTED,
    "weights_left": ErrorCode.WEIGHTS_LEFT,
    "no_parameters": ErrorCode.PARAMETERS_EXHAUSTED,
    "parameters_left": ErrorCode.PARAMETERS_LEFT,
}


async def start(ctx, dut):
    """Begin a program, everything around being idle."""
    for name in ("passes_done", "move_done", "lanes_ready", "flushed", "start"):
        ctx.set(getattr(dut, name), 1)
    await ctx.tick()
    ctx.set(dut.start, 0)


async def ended(ctx, dut):
    """What comes out until the executor is idle: ``error`` and how often ``done``."""
    errors, done = [], 0
    for _ in range(20):
        await ctx.delay(0)
        if not ctx.get(dut.busy):
            return errors, done
        if ctx.get(dut.error):
            errors.append(ctx.get(dut.error))
        done += ctx.get(dut.done)
        await ctx.tick()
    raise AssertionError("the executor does not stop")


@pytest.mark.parametrize("at_end", [False, True])
def test_the_lowest_code_counts(at_end, simulate):
    """Also where the program would end in the same cycle: then it is not done."""
    dut = Executor()

    async def bench(ctx):
        assert set(CODES.values()) == set(ErrorCode) - {ErrorCode.NONE}
        for names in [(name,) for name in CODES] + list(combinations(CODES, 2)):
            await start(ctx, dut)
            await ctx.tick().repeat(6)
            ctx.set(dut.next.payload.operation, Operation.END)
            ctx.set(dut.next.valid, at_end)
            for name in names:
                ctx.set(getattr(dut, name), 1)
            await ctx.tick()
            ctx.set(dut.next.valid, 0)
            for name in names:
                ctx.set(getattr(dut, name), 0)
            errors, done = await ended(ctx, dut)
            assert errors == [min(CODES[name] for name in names)], names
            assert not done

    simulate(dut, bench, clock=1e-6)


def test_what_is_wrong_with_the_next_descriptor_waits_for_its_turn(simulate):
    dut = Executor()

    async def bench(ctx):
        await start(ctx, dut)
        ctx.set(dut.next.payload.operation, Operation.LOAD)
        ctx.set(dut.next.valid, 1)
        while not ctx.get(dut.begin_move):
            await ctx.tick()
        ctx.set(dut.next.valid, 0)
        ctx.set(dut.move_done, 0)
        ctx.set(dut.bad, 1)
        await ctx.tick().repeat(30)
        assert not ctx.get(dut.error)
        assert ctx.get(dut.position) == 0
        ctx.set(dut.move_done, 1)
        errors, _ = await ended(ctx, dut)
        assert errors == [ErrorCode.BAD_DESCRIPTOR]
        assert ctx.get(dut.position) == 1

    simulate(dut, bench, clock=1e-6)


def test_a_reset_beside_a_start_wins(simulate):
    dut = Executor()

    async def bench(ctx):
        ctx.set(dut.reset, 1)
        for name in ("passes_done", "move_done", "lanes_ready", "flushed", "start"):
            ctx.set(getattr(dut, name), 1)
        await ctx.delay(0)
        assert not ctx.get(dut.fetch_descriptors)
        for _ in range(5):
            await ctx.tick()
            if ctx.get(dut.stopped):
                break
        assert ctx.get(dut.stopped)
        assert not ctx.get(dut.error)

    simulate(dut, bench, clock=1e-6)
