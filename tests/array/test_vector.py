import numpy as np
import pytest

from hwgen import golden
from hwgen.array.vector import VectorUnit
from hwgen.memory.accumulators import Update
from hwgen.network.graph import Rescale

CLOCK = 10e-9  # seconds
COLS, CYCLES, OUTSIDE = 3, 120, -256
LAYER = {"double_rounding": 1, "zero_out": 30, "low": 10, "high": 240, "weight_zero": 128}


def draw(rng):
    """One element: what comes with its access, and what the memories say a cycle later."""
    return {
        "access": int(rng.random() < 0.8),
        "draining": int(rng.integers(2)),
        "zero": int(rng.integers(256)),
        "update": rng.choice(list(Update)),
        "position": int(rng.integers(16)),
        "column": int(rng.integers(COLS)),
        "address": int(rng.integers(64)),
    }, {
        "value": rng.integers(-20000, 20000, COLS).tolist(),
        "activation_value": int(rng.integers(0, 2000)),
        "byte": int(rng.integers(256)),
        "inside": int(rng.random() < 0.8),
        "bias": int(rng.integers(-9000, 9000)),
        "multiplier": int(rng.integers(1 << 29, 1 << 31)),
        "left": int(rng.integers(3)),
        "right": int(rng.integers(9)),
    }


def scaled(access, answer, sum_column):
    """What the requantizer makes of an element."""
    if access["draining"]:
        value = answer["value"][access["column"]] + answer["bias"]
        value -= LAYER["weight_zero"] * answer["activation_value"] if sum_column else 0
    else:
        value = answer["byte"] - access["zero"] if answer["inside"] else OUTSIDE
    rescale = Rescale(*(answer[name] for name in ("multiplier", "left", "right")))
    return int(golden.requantize(np.array([value]), rescale, "double")[0])


@pytest.mark.parametrize("sum_column", [False, True])
def test_drains_and_gathers_of_all_kinds_come_out_when_the_latencies_say(sum_column, simulate):
    unit = VectorUnit(
        cols=COLS, accumulator_width=32, position_width=4, address_width=6, sum_column=sum_column
    )
    rng = np.random.default_rng(7)
    drawn = [draw(rng) for _ in range(CYCLES)]
    seen, wanted = [], []
    for cycle, (access, answer) in enumerate(drawn):
        if not access["access"]:
            continue
        result = scaled(access, answer, sum_column)
        if access["draining"]:
            code = min(max(result + LAYER["zero_out"], LAYER["low"]), LAYER["high"])
            wanted.append((cycle + unit.DRAIN_LATENCY, access["address"], code))
        else:
            update = (access["update"], access["position"], access["column"], result)
            wanted.append((cycle + unit.GATHER_LATENCY, *update))

    async def bench(ctx):
        for name, value in LAYER.items():
            if sum_column or name != "weight_zero":
                ctx.set(getattr(unit, name), value)
        for cycle in range(CYCLES + unit.DRAIN_LATENCY + 1):
            access, _ = drawn[min(cycle, CYCLES - 1)]
            for name, value in access.items():
                ctx.set(getattr(unit, name), value)
            if cycle >= CYCLES:
                ctx.set(unit.access, 0)
            _, answer = drawn[max(0, min(cycle, CYCLES) - 1)]
            for col in range(COLS):
                ctx.set(unit.value[col], answer["value"][col])
            if sum_column:
                ctx.set(unit.activation_value, answer["activation_value"])
            ctx.set(unit.byte, answer["byte"])
            ctx.set(unit.inside, answer["inside"])
            names = ("bias", "multiplier", "left", "right")
            ctx.set(unit.parameter, {name: answer[name] for name in names})
            if ctx.get(unit.write_enable):
                seen.append((cycle, ctx.get(unit.write_address), ctx.get(unit.write_data)))
            if ctx.get(unit.vector_valid):
                names = ("update", "address", "column", "data")
                values = (ctx.get(getattr(unit, f"vector_{name}")) for name in names)
                seen.append((cycle, *values))
            await ctx.tick()

    simulate(unit, bench, clock=CLOCK)
    assert sorted(seen, key=str) == sorted(wanted, key=str)
