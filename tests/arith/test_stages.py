"""Multipliers with registers inside: a product every cycle, ``stages`` cycles late."""

import numpy as np
import pytest

from hwgen.arith.catalogue import find

CLOCK = 10e-9  # seconds
PAIRS = 60

# One of every circuit: masked matrices with and without zero skipping, Booth rows of all kinds,
# a carry-save array, the synthesizer's own, logarithmic ones, gates that are given.
CIRCUITS = [
    "column_masked",
    "drum_5_s8",
    "dypr",
    "exact",
    "exact_array",
    "exact_booth_fast_u8",
    "exact_dadda_s8",
    "heam_u8",
    "lvrm",
    "evolved_m0015_u8",
    "Mitchell(a_kind=u4, w_kind=s8)",
    "posneg_2",
    "roba",
    "scalable_booth_5",
    "truncated_9_c",
]


def operands(multiplier):
    """Pairs that stream in, with the mode of each."""
    rng = np.random.default_rng(5)
    a, w = (rng.choice(kind.values, PAIRS) for kind in (multiplier.a_kind, multiplier.w_kind))
    return a, w, rng.integers(0, len(multiplier.modes), PAIRS)


@pytest.mark.parametrize("stages", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("name", CIRCUITS)
def test_a_product_comes_stages_cycles_after_its_operands(name, stages, simulate):
    multiplier = find(name)
    circuit = multiplier.create(stages=stages)
    a, w, mode = operands(multiplier)
    wanted = [int(multiplier.compute(*x)) for x in zip(a, w, mode, strict=True)]
    seen = []

    async def bench(ctx):
        for cycle in range(PAIRS + stages):
            now = min(cycle, PAIRS - 1)
            ctx.set(circuit.a, int(a[now]))
            ctx.set(circuit.w, int(w[now]))
            if multiplier.mode_width:
                ctx.set(circuit.mode, int(mode[now]))
            if cycle >= stages:
                seen.append(ctx.get(circuit.p))
            if stages:
                await ctx.tick()

    simulate(circuit, bench, clock=CLOCK if stages else None)
    assert seen == wanted
