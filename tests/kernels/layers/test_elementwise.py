"""Layers without weights: every path gives golden's codes."""

import numpy as np
import pytest

from hwgen import golden
from hwgen.errors import SpecError
from hwgen.golden.add import add
from hwgen.golden.pool import pool
from hwgen.kernels.layers.elementwise.addition import Addition, elementwise_paths
from hwgen.kernels.layers.elementwise.pooling import Pooling
from hwgen.kernels.layers.geometry import Geometry
from hwgen.kernels.layers.output import Output
from hwgen.network.graph import Add, Pool, Quantization, Rescale

WINDOWS = {
    "halving": {"kernel": (2, 2), "stride": (2, 2)},
    "overlapping": {"kernel": (3, 3), "stride": (2, 2), "padding": (1, 1, 1, 1)},
    "uneven": {"kernel": (3, 2), "stride": (1, 3), "padding": (0, 1, 2, 0)},
    "everything": {"kernel": (7, 9), "stride": (7, 9)},
    "recoding": {"kernel": (1, 1), "stride": (1, 1)},
    "skipping": {"kernel": (1, 1), "stride": (2, 2)},
}
CODES = np.arange(256)


@pytest.fixture(params=elementwise_paths())
def path(request):
    return request.param


@pytest.fixture(params=["single", "double"])
def rounding(request):
    return request.param


def random_rescale(rng, rounding, left=0, right=(2, 9)):
    extra = 0 if rounding == "double" else 31
    return Rescale(int(rng.integers(1 << 30, 1 << 31)), left, int(rng.integers(*right)) + extra)


def output_of(layer, rescales, zero_point):
    numbers = {
        field: np.array([getattr(x, field) for x in rescales], np.int64)
        for field in ("multiplier", "left", "right")
    }
    return Output(
        **numbers,
        rounding=layer.rounding,
        zero_point=zero_point,
        low=layer.low,
        high=layer.high,
    )


def random_add(rng, rounding):
    """As importers make it: exact sums rounded once, or TFLite's."""
    if rounding == "single":
        operands = tuple(Rescale(int(rng.integers(1 << 20, 1 << 22)), 0, 0) for _ in range(2))
        total = Rescale(1, 0, int(rng.integers(20, 24)))
    else:
        operands = tuple(random_rescale(rng, rounding, 20, (0, 3)) for _ in range(2))
        total = random_rescale(rng, rounding, 0, (17, 21))
    return Add(
        name="sum",
        inputs=("a", "b"),
        shape=(9, 11, 13),
        quantization=Quantization(1.0, int(rng.integers(256))),
        low=int(rng.integers(20)),
        high=int(rng.integers(200, 256)),
        rounding=rounding,
        operands=operands,
        total=total,
    )


@pytest.mark.parametrize("seed", range(8))
def test_a_sum_of_all_pairs_is_golden_s(path, rounding, seed):
    rng = np.random.default_rng(seed)
    layer = random_add(rng, rounding)
    zeros = tuple(int(x) for x in rng.integers(0, 256, 2))
    first, second = (
        golden.requantize(CODES - zero, rescale, rounding).astype(np.int32)
        for zero, rescale in zip(zeros, layer.operands, strict=True)
    )
    output = output_of(layer, [layer.total], layer.quantization.zero_point)
    a, b = (np.ascontiguousarray(x, np.uint8) for x in np.meshgrid(CODES, CODES))
    out = np.empty_like(a)
    Addition(first, second, output, path).run(a, b, out)
    assert np.array_equal(out, add(layer, (a, b), zeros))
    assert len(np.unique(out)) > 20


def test_any_tables_can_be_added(path):
    rng = np.random.default_rng(0)
    first, second = rng.integers(-(1 << 31), 1 << 31, (2, 256)).astype(np.int32)
    layer = random_add(rng, "double")
    output = output_of(layer, [Rescale((1 << 31) - 1, 0, 23)], 100)
    a, b = rng.integers(0, 256, (2, 3, 700), dtype=np.uint8)
    out = np.empty_like(a)
    Addition(first, second, output, path).run(a, b, out)
    sums = (first[a].astype(np.int64) + second[b]).astype(np.int32)
    scaled = golden.requantize(sums, Rescale((1 << 31) - 1, 0, 23), "double") + 100
    assert np.array_equal(out, np.clip(scaled, layer.low, layer.high))


def random_pool(rng, rounding, kind, window, by_taps, offset):
    window = {"padding": (0, 0, 0, 0)} | WINDOWS[window]
    extents = [
        (size + window["padding"][i] + window["padding"][i + 2] - window["kernel"][i])
        // window["stride"][i]
        + 1
        for i, size in enumerate((7, 9))
    ]
    taps = int(np.prod(window["kernel"]))
    return Pool(
        name="pool",
        inputs=("a",),
        shape=(extents[0], extents[1], 19),
        quantization=Quantization(1.0, int(rng.integers(256))),
        rounding=rounding,
        kind=kind,
        rescale=random_rescale(rng, rounding),
        by_taps=tuple(random_rescale(rng, rounding) for _ in range(taps)) if by_taps else (),
        offset=offset,
        **window,
    )


def geometry_of(layer):
    channels = layer.shape[2]
    return Geometry(
        height=7,
        width=9,
        channels=channels,
        filters=channels,
        kernel=layer.kernel,
        stride=layer.stride,
        padding=layer.padding,
        groups=channels,
        out_height=layer.shape[0],
        out_width=layer.shape[1],
        fill=0,
    )


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize("by_taps", [False, True])
@pytest.mark.parametrize("offset", [None, 128])
@pytest.mark.parametrize("window", WINDOWS)
def test_pooling_is_golden_s(path, rounding, window, by_taps, offset, kind):
    rng = np.random.default_rng(1)
    layer = random_pool(rng, rounding, kind, window, by_taps, offset)
    codes = rng.integers(0, 256, (3, 7, 9, 19), dtype=np.uint8)
    zero = int(rng.integers(256))
    base = layer.quantization.zero_point if offset is None else offset
    output = output_of(layer, layer.by_taps or [layer.rescale], base)
    pooling = Pooling(geometry_of(layer), kind, zero if offset is None else offset, output, path)
    out = np.empty((3, *layer.shape), np.uint8)
    pooling.run(codes, out)
    assert np.array_equal(out, pool(layer, codes, zero))


def test_a_maximum_of_codes_that_keep_their_meaning(path):
    layer = random_pool(np.random.default_rng(1), "single", "max", "overlapping", False, None)
    codes = np.random.default_rng(2).integers(0, 256, (2, 7, 9, 19), dtype=np.uint8)
    output = output_of(layer, [Rescale(1, 0, 0)], 30)
    out = np.empty((2, *layer.shape), np.uint8)
    Pooling(geometry_of(layer), "max", 30, output, path).run(codes, out)
    assert out[0, 1, 1, 0] == codes[0, 1:4, 1:4, 0].max()
    assert out[1, 0, 0, 18] == codes[1, :2, :2, 18].max()


def test_refusals(path):
    rng = np.random.default_rng(0)
    layer = random_pool(rng, "single", "max", "halving", False, None)
    one, two = (output_of(layer, [layer.rescale] * count, 0) for count in (1, 2))
    table, geometry = np.zeros(256, np.int32), geometry_of(layer)
    with pytest.raises(SpecError, match=r"^addition operands must be int32 \(256,\), not int64 "):
        Addition(table.astype(np.int64), table, one, path)
    addition, codes = Addition(table, table, one, path), np.zeros((2, 3), np.uint8)
    with pytest.raises(
        SpecError, match=r"^kernels out must have the shape \(2, 3\), not \(2, 4\)$"
    ):
        addition.run(codes, codes, np.zeros((2, 4), np.uint8))
    with pytest.raises(SpecError, match=r"^pooling output must have 1 or 4 factors, not 2$"):
        Pooling(geometry, "max", 0, two, path)
    with pytest.raises(SpecError, match=r"^pooling kind must be one of max, average, not 'least'$"):
        Pooling(geometry, "least", 0, one, path)
    with pytest.raises(SpecError, match=r"^kernels path must be one of numpy.*, not 'mmx'$"):
        Pooling(geometry, "max", 0, one, "mmx")
