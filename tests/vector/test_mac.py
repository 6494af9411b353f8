"""MAC+ against its formula, with every combination of sums."""

from collections import deque

import numpy as np
import pytest

from hwgen.vector.mac import MacPlus
from hwgen.vector.sums import Sums

CLOCK = 10e-9  # seconds
POSITIONS = 300
SUM = {"width": 24}
VARIATE = {"variate_bits": 3, "variate_width": 19, "variate_factor_width": 32}
FORMS = {
    "bias": Sums(),
    "sum": Sums(**SUM),
    "variate": Sums(**VARIATE),
    "both": Sums(**SUM, **VARIATE),
}


def drawn(rng, low, high):
    """Any number, and often one of the ends."""
    return int(rng.choice([low, high, 0, rng.integers(low, high + 1)], p=[0.1, 0.1, 0.1, 0.7]))


def wrap(value):
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fraction", [0, 1, 8, 31])
def test_corrections_are_added_as_the_contract_says(form, fraction, simulate):
    sums = FORMS[form]
    mac = MacPlus(width=32, sums=sums)
    rng = np.random.default_rng(fraction)
    due = deque([None] * sums.stages)

    async def bench(ctx):
        if sums.variate_bits:
            ctx.set(mac.fraction, fraction)
        for _ in range(POSITIONS):
            given = {"sum": drawn(rng, -(1 << 31), (1 << 31) - 1)}
            factors = {"bias": drawn(rng, -(1 << 31), (1 << 31) - 1)}
            wanted = given["sum"] + factors["bias"]
            if sums.width:
                factors["sum_factor"] = drawn(rng, -256, 255)
                given["activation_sum"] = drawn(rng, 0, (1 << 24) - 1)
                wanted += factors["sum_factor"] * given["activation_sum"]
            if sums.variate_bits:
                factors["variate_factor"] = drawn(rng, -(1 << 31), (1 << 31) - 1)
                given["variate_sum"] = drawn(rng, 0, (1 << 19) - 1)
                product = factors["variate_factor"] * given["variate_sum"]
                wanted += (2 * product + (1 << fraction) >> 1) >> fraction if fraction else product
            for name, value in {**given, "correction": factors}.items():
                ctx.set(getattr(mac, name), value)
            due.append(wrap(wanted))
            await ctx.tick()
            due.popleft()
            if due[0] is not None:
                assert ctx.get(mac.value) == due[0]

    simulate(mac, bench, clock=CLOCK)
