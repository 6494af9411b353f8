"""Sums become codes in the same way on every path, for all parameters and near every step."""

import numpy as np
import pytest

from hwgen.golden import requantize as golden_requantize
from hwgen.kernels.layers.elementwise.addition import Addition, elementwise_paths
from hwgen.kernels.layers.factored.factored import Factored, factored_paths
from hwgen.kernels.layers.geometry import Geometry
from hwgen.kernels.layers.output import Output, Sums
from hwgen.kernels.layers.steps import (
    BY_FLOAT,
    BY_FLOAT_EXCEPT,
    BY_INTEGER,
    BY_SHIFT,
    float_way,
    requantize,
)
from hwgen.network.graph import Rescale

LEAST, MOST = -(1 << 31), (1 << 31) - 1
FILTERS = 37  # a vector of every width, and a part of one
KINDS = ("usual", "any", "powers of two", "shifts", "shifted left", "tiny", "dead")


def output_of(kind, rounding, seed=0):
    rng = np.random.default_rng(seed)
    double = rounding == "double"
    extra = 0 if double else 31
    multiplier = rng.integers(1 << 30, 1 << 31, FILTERS)
    left, right = np.zeros(FILTERS, np.int64), rng.integers(5, 12, FILTERS) + extra
    if kind == "any":
        multiplier >>= rng.integers(0, 31, FILTERS)
        right = rng.integers(0, 32 + extra, FILTERS)
    elif kind == "powers of two":  # ties at every step
        multiplier = 1 << rng.integers(0, 31, FILTERS)
        right = rng.integers(0, 32 + extra, FILTERS)
    elif kind == "shifts":
        multiplier = np.ones(FILTERS, np.int64)
        right = rng.integers(1, 32, FILTERS)
    elif kind == "shifted left" and double:
        left = rng.integers(0, 31, FILTERS)
    elif kind == "tiny":
        right = rng.integers(20, 32, FILTERS) + extra
    elif kind == "dead":
        multiplier[::2] = 0
    low, high = sorted(rng.integers(0, 256, 2).tolist()) if seed % 2 else (0, 255)
    return Output(
        multiplier=multiplier,
        left=left,
        right=right,
        rounding=rounding,
        zero_point=int(rng.integers(256)),
        low=low,
        high=high,
    )


def sums_of(output, seed):
    """256 sums of each filter: around steps, at the ends, anywhere."""
    rng = np.random.default_rng(seed)
    exponent = output.left - output.right - (31 if output.rounding == "double" else 0)
    scale = np.ldexp(output.multiplier.astype(np.float64), exponent)
    codes = rng.integers(-20, 300, (256, FILTERS)) - output.zero_point - 0.5
    sums = np.clip(codes / np.maximum(scale, 1e-12), LEAST, MOST).astype(np.int64)
    sums += rng.integers(-2, 3, sums.shape)
    sums[:5] = np.array([LEAST, LEAST + 1, 0, MOST - 1, MOST])[:, None]
    sums[5:40] = rng.integers(LEAST, MOST, (35, FILTERS))
    return np.clip(sums, LEAST, MOST).astype(np.int32)


def by_definition(sums, output):
    rescale = [
        Rescale(*(int(x) for x in numbers))
        for numbers in zip(output.multiplier, output.left, output.right, strict=True)
    ]
    scaled = golden_requantize(sums, rescale, output.rounding) + output.zero_point
    return np.clip(scaled, output.low, output.high).astype(np.uint8)


@pytest.fixture(params=range(4))
def seed(request):
    return request.param


@pytest.fixture(params=["single", "double"])
def rounding(request):
    return request.param


@pytest.mark.parametrize("kind", KINDS)
def test_codes_are_golden_s(kind, rounding, seed):
    output = output_of(kind, rounding, seed)
    sums = sums_of(output, seed)
    assert np.array_equal(requantize(sums, output), by_definition(sums, output))


@pytest.mark.parametrize("path", factored_paths()[1:])
@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_filters(path, kind, rounding, seed):
    """A layer whose sum at each code is chosen: of one filter at a time, all others beside it."""
    output = output_of(kind, rounding, seed)
    geometry = Geometry(
        height=1,
        width=256,
        channels=1,
        filters=FILTERS,
        kernel=(1, 1),
        stride=(1, 1),
        padding=(0, 0, 0, 0),
        groups=1,
        out_height=1,
        out_width=256,
        fill=0,
    )
    wanted = sums_of(output, seed)
    bare = Sums(bias=np.zeros(FILTERS, np.int64), sum_factor=np.zeros(FILTERS, np.int64))
    codes = np.arange(256, dtype=np.uint8).reshape(1, 1, 256, 1)
    ones = np.ones((1, *geometry.weight_shape), np.int32)
    out = np.empty((1, 1, 256, FILTERS), np.uint8)
    for column in range(0, FILTERS, 6):
        left = np.ascontiguousarray(wanted[:, column])[None]
        Factored(geometry, bare, output, left, ones, path).run(codes, out)
        same = np.repeat(wanted[:, column, None], FILTERS, axis=1)
        assert np.array_equal(out[0, 0], by_definition(same, output))


@pytest.mark.parametrize("path", elementwise_paths()[1:])
@pytest.mark.parametrize("kind", KINDS)
def test_positions_of_one_filter(path, kind, rounding, seed):
    output, nothing = output_of(kind, rounding, seed), np.zeros(256, np.int32)
    wanted = sums_of(output, seed)
    codes, zeros = np.arange(256, dtype=np.uint8)[None], np.zeros((1, 256), np.uint8)
    for column in range(0, FILTERS, 5):
        numbers = {
            name: getattr(output, name)[[column]] for name in ("multiplier", "left", "right")
        }
        one = Output(
            **numbers,
            rounding=rounding,
            zero_point=output.zero_point,
            low=output.low,
            high=output.high,
        )
        out = np.empty_like(codes)
        first = np.ascontiguousarray(wanted[:, column])
        Addition(first, nothing, one, path).run(codes, zeros, out)
        assert np.array_equal(out[0], by_definition(wanted[:, [column]], one)[:, 0])


def test_every_way_is_taken():
    ways = {rounding: set() for rounding in ("single", "double")}
    for rounding in ways:
        for kind in KINDS:
            for seed in range(4):
                ways[rounding] |= set(float_way(output_of(kind, rounding, seed)).ways.tolist())
    usual = {BY_FLOAT, BY_FLOAT_EXCEPT, BY_INTEGER}
    assert ways == {"single": usual | {BY_SHIFT}, "double": usual}


def test_the_float_way_is_usual():
    """Layers of real networks scale by 2**-7 to 2**-10, and should not need integers."""
    ways = np.concatenate([float_way(output_of("usual", "single", k)).ways for k in range(8)])
    assert (ways == BY_INTEGER).mean() < 0.05


def test_a_bound_lets_filters_of_next_to_no_weight_go_by_floats(rounding, seed):
    output = output_of("tiny", rounding, seed)
    limit = 1 << 22
    found, unbounded = float_way(output, limit), float_way(output)
    assert (found.ways == BY_INTEGER).sum() < (unbounded.ways == BY_INTEGER).sum()
    sums = np.clip(sums_of(output, seed), -limit, limit)
    for k in np.flatnonzero(found.ways != BY_INTEGER):
        codes = by_floats(sums[:, k], output, found, k)
        assert np.array_equal(codes, by_definition(sums, output)[:, k])


def test_a_float_way_holds_for_all_sums(rounding):
    """Every sum that changes a code, and all those between, by the formula of the kernels."""
    output = output_of("usual", rounding)
    found = float_way(output)
    sums = np.arange(-(1 << 17), 1 << 17)
    for k in np.flatnonzero(found.ways != BY_INTEGER)[:8]:
        wanted = by_definition(np.repeat(sums[:, None], FILTERS, axis=1), output)[:, k]
        assert np.array_equal(by_floats(sums, output, found, k), wanted)


def by_floats(sums, output, found, k):
    """What the compiled kernels do, in floats that hold the products: 24 bits by 24 bits."""
    product = sums.astype(np.float64) * np.float64(found.scale[k])
    total = np.rint(product + (output.zero_point & 1)) - (output.zero_point & 1)
    for where, delta in zip(found.where[:, k], found.delta[:, k], strict=True):
        total += (sums == where) * delta
    return np.clip(total + output.zero_point, output.low, output.high)
