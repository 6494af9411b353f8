"""The processing element with registers in its multiplier, cycle by cycle."""

from collections import deque

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.array.pe import ProcessingElement

CLOCK = 10e-9  # seconds
CYCLES = 300


def draw(rng, multiplier, kind):
    """Inputs of one cycle."""
    return {
        "a": int(rng.choice((0, 255, rng.integers(256)))),
        "valid": int(rng.random() < 0.7),
        "swap": int(rng.random() < 0.3),
        "load": int(rng.random() < 0.4),
        "w": int(rng.choice(multiplier.w_kind.values)),
        "mode": int(rng.integers(len(multiplier.modes))),
        "total": int(rng.integers(kind.low // 2, kind.high // 2)),
        "diagonal": int(rng.random() < 0.3),
        "on_diagonal": int(rng.random() < 0.5),
    }


# posneg_2 gives something else than 0 for 0 times w: bubbles must still add nothing.
@pytest.mark.parametrize("diagonal", [False, True])
@pytest.mark.parametrize("stages", [0, 1, 2, 3])
@pytest.mark.parametrize("name", ["posneg_2", "lvrm", "exact_u8"])
def test_sums_come_stages_later_whenever_weights_swap(name, stages, diagonal, simulate):
    multiplier = find(name)
    pe = ProcessingElement(multiplier, rows=4, stages=stages, diagonal=diagonal)
    rng = np.random.default_rng(stages)
    kept_diagonal = int(rng.integers(2))  # where an element stands does not change

    async def bench(ctx):
        shadow = active = (0, 0)
        products = deque([0] * stages)  # that are under way
        a_east = 0
        for cycle in range(CYCLES):
            drawn = draw(rng, multiplier, pe.total_kind) | {"on_diagonal": kept_diagonal}
            for port in ("a", "valid", "swap", "load", "total"):
                ctx.set(getattr(pe, port), drawn[port])
            raw = int(multiplier.w_kind.encode(drawn["w"]))
            ctx.set(pe.weight, drawn["mode"] << multiplier.w_kind.width | raw)
            if diagonal:
                ctx.set(pe.diagonal, drawn["diagonal"])
                ctx.set(pe.on_diagonal, kept_diagonal)
            await ctx.tick()

            counts = drawn["valid"]
            if diagonal and drawn["diagonal"] and not kept_diagonal:
                counts = 0
            products.append(int(multiplier.compute(drawn["a"], *active)) if counts else 0)
            a_east = drawn["a"] if drawn["valid"] else a_east
            if drawn["swap"]:
                active = shadow
            if drawn["load"]:
                shadow = (drawn["w"], drawn["mode"])
            assert ctx.get(pe.total_south) == drawn["total"] + products.popleft(), cycle
            seen = (ctx.get(pe.a_east), ctx.get(pe.valid_east), ctx.get(pe.swap_east))
            assert seen == (a_east, drawn["valid"], drawn["swap"])
            if diagonal:
                assert ctx.get(pe.diagonal_east) == drawn["diagonal"]

    simulate(pe, bench, clock=CLOCK)
