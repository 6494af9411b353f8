"""What a descriptor needs is sent for once, before it goes on."""

import numpy as np
import pytest

from hwgen.control.dispatch import Dispatch
from hwgen.control.layout import WEIGHT_JOB
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.program import Operation, digest_word, parameter_bytes, weight_word_bits
from tests.bus.streams import feed, now_and_then, take

CLOCK = 10e-9  # seconds
BASE = 0x2000
SPEC = AcceleratorSpec(
    rows=4,
    cols=3,
    requantizers=3,
    form="ranges",
    multipliers=("posneg_2",),
    accumulator_depth=16,
    activation_bytes=256,
    weight_fifo_words=4,
)
COMPUTING = (Operation.DENSE, Operation.DIAGONAL, Operation.MAXIMUM, Operation.SUM)


def descriptor(operation, number):
    """A right descriptor; its streams lie elsewhere than those of other numbers."""
    passes = 3 if operation == Operation.SUM else 2
    group = SPEC.cols * parameter_bytes(SPEC) * (3 if operation == Operation.SUM else 1)
    return {
        "digest": digest_word(SPEC),
        "operation": operation,
        "height": 2,
        "width": 3,
        "filters": 6,
        "groups": 2,
        "passes": passes,
        "spacing": 1,
        "in_lines": 2,
        "line_bytes": 18,
        "kernel_lines": 1,
        "segment": 6,
        "wrap": 6,
        "column_step": 6,
        "line_step_bytes": 18,
        "target": 64,
        "target_column_step": 6,
        "target_line_step": 18,
        "weights": 0x100 * number,
        "weight_bytes": number * -(-weight_word_bits(SPEC) // 8),
        "parameters": 0x8000 + 0x80 * number,
        "parameter_bytes": 2 * group,
        "run_bytes": 18,
        "memory": 0x100,
        "memory_step": 18,
        "range_0_low": number,
        "range_0_high": 200,
        "range_0_mode": 2,
        "range_mode": 1,
    }


def streams(descriptors):
    """Runs of weights and of parameters, and jobs, that these send for."""
    multiply = [x for x in descriptors if x["operation"] in (Operation.DENSE, Operation.DIAGONAL)]
    compute = [x for x in descriptors if x["operation"] in COMPUTING]
    jobs = [
        {"diagonal": x["operation"] == Operation.DIAGONAL}
        | {name: x.get(name, 0) for name, _ in WEIGHT_JOB if name != "diagonal"}
        for x in multiply
    ]
    return (
        [(BASE + x["weights"], x["weight_bytes"]) for x in multiply],
        [(BASE + x["parameters"], x["parameter_bytes"]) for x in compute],
        jobs,
    )


@pytest.mark.parametrize("slow", [0.0, 0.5, 0.9])
def test_every_stream_is_asked_for_once_and_before_its_descriptor_goes_on(slow, simulate):
    dut = Dispatch(SPEC)
    rng = np.random.default_rng(1)
    kinds = (*COMPUTING, Operation.LOAD, Operation.DENSE, Operation.STORE, Operation.END)
    program = [descriptor(kind, number + 1) for number, kind in enumerate(kinds)]
    weights, parameters, jobs = streams(program)
    sent = {"weights": [], "parameters": [], "job": []}
    waits = now_and_then(rng, slow)

    async def source(ctx):
        ctx.set(dut.base, BASE)
        await feed(ctx, dut.i, program, waits)

    def reader(name, count):
        async def run(ctx):
            for _ in range(count):
                sent[name] += await take(ctx, getattr(dut, name), 1, waits)

        return run

    async def sink(ctx):
        for number, wanted in enumerate(program):
            (found,) = await take(ctx, dut.o, 1, waits)
            assert {name: found[name] for name in wanted} == wanted
            before = streams(program[: number + 1])
            counts = [len(sent[name]) for name in sent]
            assert counts == [len(x) for x in before]

    simulate(
        dut,
        source,
        reader("weights", len(weights)),
        reader("parameters", len(parameters)),
        reader("job", len(jobs)),
        sink,
        clock=CLOCK,
    )
    assert [(x.address, x.bytes) for x in sent["weights"]] == weights
    assert [(x.address, x.bytes) for x in sent["parameters"]] == parameters
    assert [{name: x[name] for name, _ in WEIGHT_JOB} for x in sent["job"]] == jobs


def test_a_descriptor_with_a_fault_sends_for_nothing_and_tells_it(simulate):
    dut = Dispatch(SPEC)
    right = descriptor(Operation.DENSE, 1)
    cases = {
        "foreign": {"digest": right["digest"] ^ 1},
        "bad": {"passes": 0},
        "outside": {"target": SPEC.activation_bytes - 1},
        "no_weights": {"weight_bytes": 1},
        "no_parameters": {"parameter_bytes": right["parameter_bytes"] - 1},
        "parameters_left": {"parameter_bytes": right["parameter_bytes"] + 1},
    }

    async def bench(ctx):
        for name, change in cases.items():
            ctx.set(dut.i.payload, right | change)
            ctx.set(dut.i.valid, 1)
            for _ in range(100):
                assert not ctx.get(dut.weights.valid | dut.parameters.valid | dut.job.valid)
                if ctx.get(dut.o.valid):
                    break
                await ctx.tick()
            told = [other for other in cases if ctx.get(getattr(dut, other))]
            assert told[0] == name
            ctx.set(dut.i.valid, 0)
            ctx.set(dut.clear, 1)
            await ctx.tick()
            ctx.set(dut.clear, 0)
            assert not any(ctx.get(getattr(dut, other)) for other in cases)

    simulate(dut, bench, clock=CLOCK)


def test_clear_forgets_what_was_sent_for(simulate):
    dut = Dispatch(SPEC)
    right = descriptor(Operation.DENSE, 1)

    async def bench(ctx):
        for _ in range(2):
            ctx.set(dut.i.payload, right)
            ctx.set(dut.i.valid, 1)
            (run,) = await take(ctx, dut.weights, 1, limit=100)
            assert run.address == right["weights"]
            ctx.set(dut.i.valid, 0)
            ctx.set(dut.clear, 1)
            await ctx.tick()
            ctx.set(dut.clear, 0)

    simulate(dut, bench, clock=CLOCK)
