"""Codes that the vector unit writes are those of golden's functions."""

import numpy as np
import pytest
from amaranth.hdl import signed
from amaranth.lib import data

from hwgen.memory.token import Update
from hwgen.vector.sums import Sums
from hwgen.vector.unit import VectorUnit
from tests.replay import record, replay
from tests.vector.driver import run
from tests.vector.work import Layer, Place, addition, multiplication, pooling

CLOCK = 10e-9  # seconds
COLS, DELAY = 4, 5

NONE = Sums()
ACTIVATIONS = Sums(width=14)
ALL = Sums(
    width=14, variate_bits=3, variate_width=12, variate_factor_width=12, lane_width=8, lowest=0
)
OWN = Sums(width=14, lane_width=8)
VARIATE = Sums(variate_bits=2, variate_width=12, variate_factor_width=16)


def make(sums, requantizers=COLS, *, scattered=False):
    """A unit with what the sums need."""
    fields = {"bias": signed(32), "multiplier": 31, "left": 5, "right": 6}
    if sums.width:
        fields["sum_factor"] = signed(9)
    if sums.variate_bits:
        fields["variate_factor"] = signed(sums.variate_factor_width)
    if scattered:
        fields |= {"channel": 16, "slot": 3}
    return VectorUnit(
        total=signed(14),
        cols=COLS,
        requantizers=requantizers,
        width=32,
        depth=16,
        delay=DELAY,
        address_width=12,
        parameters=data.StructLayout(fields),
        sums=sums,
        activation_total_width=9 if sums.width else 0,
        variate_total_width=5 if sums.variate_bits else 0,
        diagonal=COLS if sums.lane_width else 0,
    )


def draw_layer(rng, sums, *, diagonal=False, scattered=False):
    """A layer without passes: its size and what is constant in it."""
    size = (int(rng.integers(1, 4)), int(rng.integers(1, 5)))
    pixel = 24 + int(rng.integers(4))
    constants = {
        "double_rounding": int(rng.integers(2)),
        "zero": int(rng.integers(256)),
        "low": int(rng.integers(0, 20)),
        "high": int(rng.integers(200, 256)),
        "origin": int(rng.integers(100)),
        "column_step": pixel,
        "line_step": size[1] * pixel + int(rng.integers(9)),
    }
    if sums.variate_bits:
        constants["fraction"] = int(rng.integers(6))
    if sums.own_variate:
        constants["diagonal"] = int(diagonal)
        constants |= {"variate_mask": int(rng.integers(1, 8)), "variate_or": int(rng.integers(2))}
    if scattered:
        constants["slots"] = 3
    return Layer(size=size, constants=constants)


def draw_places(rng, count, *, scattered=False):
    """Groups of neighbouring channels, the last one not full; or channels anywhere."""
    places = []
    for group in range(count):
        columns = COLS if group < count - 1 else int(rng.integers(1, COLS + 1))
        channels = [group * COLS + col for col in range(COLS)]
        slots = [0] * COLS
        if scattered:
            channels = [group * COLS + int(col) for col in rng.permutation(COLS)]
            channels[int(rng.integers(COLS))] = 0xFFFF
            slots = rng.integers(0, 3, COLS).tolist()
        places.append(Place(channels=channels, slots=slots, columns=columns))
    return places


def simulate_layers(simulate, unit, layers, rng, bubbles=0.0):
    async def bench(ctx):
        for number, layer in enumerate(layers):
            written, tokens, writes = await run(ctx, unit, layer, rng, bubbles=bubbles)
            assert written == layer.written, number
            found.append((tokens, writes))

    found = []
    simulate(unit, bench, clock=CLOCK)
    return found


@pytest.mark.parametrize("requantizers", [COLS, 2, 1])
@pytest.mark.parametrize("sums", [NONE, ACTIVATIONS, OWN, VARIATE, ALL])
def test_layers_of_every_kind_write_the_codes_of_golden(sums, requantizers, simulate):
    unit = make(sums, requantizers)
    rng = np.random.default_rng([sums.stages, requantizers, sums.width])
    spacing = COLS // requantizers
    layers = []
    for number in range(7):
        diagonal = bool(sums.lane_width) and number % 2 == 1
        layer = draw_layer(rng, sums, diagonal=diagonal and number < 4)
        places = draw_places(rng, int(rng.integers(1, 4)))
        common = {"cols": COLS, "sums": sums, "spacing": spacing, "places": places}
        passes = int(rng.integers(1, 4))
        if number < 4:
            multiplication(rng, layer, passes=passes, diagonal=diagonal, **common)
        elif number < 6:
            update = Update.MAXIMUM if number % 2 else Update.ADD
            pooling(rng, layer, passes=passes, update=update, **common)
        else:
            addition(rng, layer, **common)
        layers.append(layer)
    simulate_layers(simulate, unit, layers, rng, bubbles=0.2)


def test_columns_write_where_their_channels_are_in_the_slots_that_are_theirs(simulate):
    unit = make(NONE, scattered=True)
    rng = np.random.default_rng(3)
    layers = []
    for _ in range(4):
        layer = draw_layer(rng, NONE, scattered=True)
        places = draw_places(rng, 3, scattered=True)
        multiplication(rng, layer, passes=1, cols=COLS, sums=NONE, spacing=3, places=places)
        layers.append(layer)
    simulate_layers(simulate, unit, layers, rng)


@pytest.mark.parametrize("sums", [NONE, ACTIVATIONS, ALL])
def test_a_code_is_written_when_the_latency_says_and_passes_leave_no_gap(sums, simulate):
    unit = make(sums)
    rng = np.random.default_rng(4)
    layer = draw_layer(rng, sums)
    object.__setattr__(layer, "size", (4, 4))
    layer.constants["line_step"] = 4 * layer.constants["column_step"]
    places = draw_places(rng, 2)
    multiplication(rng, layer, passes=3, cols=COLS, sums=sums, spacing=1, places=places)
    ((tokens, writes),) = simulate_layers(simulate, unit, [layer], rng)
    assert tokens == list(range(2 * 3 * 16))
    final = [*range(32, 48), *range(80, 96)]
    assert writes == [cycle + unit.latency for cycle in final]
    assert unit.latency == DELAY + COLS - 1 + 2 + sums.stages + 6


@pytest.mark.tool
@pytest.mark.parametrize(("sums", "scattered"), [(ALL, False), (NONE, True)])
def test_the_verilog_of_the_unit_does_the_same(sums, scattered, tmp_path):
    unit = make(sums, requantizers=2, scattered=scattered)
    rng = np.random.default_rng(6)

    async def bench(ctx):
        for diagonal in (False, bool(sums.lane_width)):
            layer = draw_layer(rng, sums, diagonal=diagonal, scattered=scattered)
            places = draw_places(rng, 2, scattered=scattered)
            common = {"cols": COLS, "sums": sums, "spacing": 3, "places": places}
            multiplication(rng, layer, passes=2, diagonal=diagonal, **common)
            written, _, _ = await run(ctx, unit, layer, rng, bubbles=0.1)
            assert written == layer.written
        layer = draw_layer(rng, sums, scattered=scattered)
        addition(rng, layer, cols=COLS, sums=sums, spacing=3, places=places)
        written, _, _ = await run(ctx, unit, layer, rng, bubbles=0.1)
        assert written == layer.written

    trace = record(unit, bench, clock=CLOCK)
    assert replay(make(sums, requantizers=2, scattered=scattered), trace, tmp_path)
    trace["cycles"][-9][-1] ^= 1  # the bench looks
    assert not replay(make(sums, requantizers=2, scattered=scattered), trace, tmp_path / "again")
