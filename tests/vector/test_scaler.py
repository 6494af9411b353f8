"""Columns that share MAC+ and requantizer, against golden's functions."""

from collections import defaultdict

import numpy as np
import pytest

from hwgen.golden.requantize import requantize, wrap
from hwgen.network.graph import Rescale
from hwgen.vector.requantizer import Requantizer
from hwgen.vector.scaler import Scaler
from hwgen.vector.sums import Sums

CLOCK = 10e-9  # seconds
POSITIONS, FRACTION = 25, 5
SUM = {"width": 20}
VARIATE = {"variate_bits": 3, "variate_width": 14, "variate_factor_width": 16}
FORMS = {
    "bias": Sums(),
    "sum": Sums(**SUM),
    "variate": Sums(**VARIATE),
    "own": Sums(**SUM, **VARIATE, lane_width=8),
}


def draw_filter(rng, sums, double):
    """Parameters of one position's filter: every position has others."""
    factors = {"bias": int(rng.integers(-5000, 5000))}
    if sums.width:
        factors["sum_factor"] = int(rng.integers(-256, 256))
    if sums.variate_bits:
        factors["variate_factor"] = int(rng.integers(-500, 500))
    right = int(rng.integers(5, 9)) + (0 if double else 31)
    return factors, {"multiplier": int(rng.integers(1 << 29, 1 << 31)), "left": 0, "right": right}


def corrected(sums, factors, total, activations, x):
    value = total + factors["bias"]
    if sums.width:
        value += factors["sum_factor"] * activations
    if sums.variate_bits:
        value += (factors["variate_factor"] * x + (1 << FRACTION >> 1)) >> FRACTION
    return value


class Schedule:
    """Ports by cycle, and the outputs that must be there: what is not set is noise."""

    def __init__(self):
        self.ports = defaultdict(list)  # name, index or None, value
        self.outputs = defaultdict(dict)

    def position(self, rng, dut, cycle, column, diagonal, double):
        """One sum of one column, with parameters that hold for the cycles that count."""
        sums = dut.sums
        factors, rescale = draw_filter(rng, sums, double)
        total, activations = int(rng.integers(-3000, 3000)), int(rng.integers(1 << 6))
        x, own = (int(v) for v in rng.integers(0, 1 << 10, 2))
        value_at = cycle + dut.value_latency
        self.ports[cycle] += [("sum", column, total), ("select", None, 1 << column)]
        if sums.own_variate:
            self.ports[cycle].append(("own_variate", column, own))
        shared = [("correction", column, factors), ("correcting", None, 1 << column)]
        shared += [("activation_sum", None, activations)] if sums.width else []
        shared += [("variate_sum", None, x)] if sums.variate_bits else []
        self.ports[cycle + 1] += shared
        self.ports[value_at] += [("rescale", column, rescale), ("scaling", None, 1 << column)]

        value = corrected(sums, factors, total, activations, own if diagonal else x)
        scale = Rescale(rescale["multiplier"], rescale["left"], rescale["right"])
        mode = "double" if double else "single"
        scaled = int(requantize(wrap(np.array([value])), [scale], mode)[0])
        code = int(np.clip(scaled + 100, 10, 250))
        self.outputs[value_at + Requantizer.SCALED_LATENCY]["scaled"] = scaled
        self.outputs[value_at + Requantizer.LATENCY]["code"] = code


def set_noise(rng, ctx, dut):
    """Sums and parameters of columns whose turn it is not."""
    for name in ("select", "correcting", "scaling"):
        ctx.set(getattr(dut, name), 0)
    for column in range(dut.columns):
        factors, rescale = draw_filter(rng, dut.sums, double=False)
        ctx.set(dut.sum[column], int(rng.integers(-3000, 3000)))
        ctx.set(dut.correction[column], factors)
        ctx.set(dut.rescale[column], rescale)
        if dut.sums.own_variate:
            ctx.set(dut.own_variate[column], int(rng.integers(1 << 10)))
    for name in ("activation_sum", "variate_sum"):
        if name in dut.signature.members:
            ctx.set(getattr(dut, name), int(rng.integers(1 << 10)))


@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize(("form", "diagonal"), [*((form, 0) for form in FORMS), ("own", 1)])
def test_each_column_s_sum_is_corrected_with_parameters_of_its_own(
    columns, form, diagonal, simulate
):
    sums = FORMS[form]
    dut = Scaler(columns=columns, width=32, sums=sums)
    rng = np.random.default_rng([columns, sums.stages, diagonal])
    double = bool(rng.integers(2))
    schedule = Schedule()
    cycle = 0
    for _ in range(POSITIONS):
        for column in range(columns):
            schedule.position(rng, dut, cycle + column, column, diagonal, double)
        cycle += columns + int(rng.integers(2))
    checked = 0

    async def bench(ctx):
        nonlocal checked
        given = {"double_rounding": double, "zero": 100, "low": 10, "high": 250}
        given |= {"fraction": FRACTION, "diagonal": diagonal}
        for name in dut.constants:
            ctx.set(getattr(dut, name), int(given[name]))
        for now in range(max(schedule.outputs) + 1):
            set_noise(rng, ctx, dut)
            for name, index, value in schedule.ports[now]:
                port = getattr(dut, name)
                ctx.set(port if index is None else port[index], value)
            for name, value in schedule.outputs[now].items():
                assert ctx.get(getattr(dut, name)) == value, (now, name)
                checked += 1
            await ctx.tick()

    simulate(dut, bench, clock=CLOCK)
    assert checked == 2 * POSITIONS * columns
