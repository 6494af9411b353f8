"""Convolution by matrix products: every path gives what adding up all products gives."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.kernels.layers.factored import Factored, factored_paths
from hwgen.kernels.layers.geometry import Geometry
from hwgen.kernels.layers.output import Output, Sums, Variate
from hwgen.kernels.layers.steps import requantize

SMALL = {
    "height": 7,
    "width": 6,
    "channels": 5,
    "filters": 9,
    "kernel": (3, 3),
    "stride": (1, 1),
    "padding": (1, 1, 1, 1),
    "groups": 1,
    "fill": 3,
}
BARE = {"padding": (0, 0, 0, 0)}
SHAPES = {
    "same": {},
    "one image": {"images": 1},
    "one position": {"height": 1, "width": 1},
    "pixelwise": {"kernel": (1, 1), "channels": 40, **BARE},
    "strided": {"stride": (2, 3), "padding": (0, 1, 2, 0)},
    "stride beyond the kernel": {"stride": (4, 4), "kernel": (2, 1), **BARE},
    "uneven kernel": {"kernel": (2, 4), "padding": (0, 3, 1, 0)},
    "margin alone": {"height": 1, "width": 1, "kernel": (2, 2), "padding": (3, 3, 3, 3)},
    "columns of three": {"width": 3, "height": 9},
    "rows of three": {"width": 9, "height": 3},
    "fewer outputs": {"padding": (1, 1, 3, 4), "out": (3, 2)},
    "connected": {"height": 3, "width": 4, "kernel": (3, 4), "images": 11, **BARE},
    "thousands of taps": {"height": 9, "width": 9, "channels": 33, "kernel": (8, 8)},
    "two vectors": {"filters": 32},
    "three vectors": {"filters": 41, "width": 16},
    "several chunks": {"filters": 150},
    "groups": {"groups": 3, "channels": 12, "filters": 12},
    "wide groups": {"groups": 2, "channels": 36, "filters": 40},
    "depthwise": {"groups": 21, "channels": 21, "filters": 21},
    "several bands": {"height": 90, "width": 70, "channels": 16, "images": 2},
}
CODES = np.arange(256)


def geometry_of(changes):
    values = SMALL | changes
    images, out = values.pop("images", 3), values.pop("out", None)
    top, left, bottom, right = values["padding"]
    (kh, kw), (sy, sx) = values["kernel"], values["stride"]
    height = (values["height"] + top + bottom - kh) // sy + 1
    width = (values["width"] + left + right - kw) // sx + 1
    height, width = out or (height, width)
    return Geometry(**values, out_height=height, out_width=width), images


def ranks_of(kind, shape, rng):
    """Left factors, and limits of right factors, that take each of the ways of a term."""
    whole = (-(1 << 31), 1 << 31)
    return {
        "exact": [(CODES, (-128, 128))],
        "unsigned": [(CODES & 0xF0, (0, 256))],
        "equal and opposite": [(CODES >> 3, (-9, 9)), (5 - (CODES >> 3) * 4, (-9, 9))],
        "three": [(CODES & 0xC0, (-128, 128)), (CODES & 0x3C, (-60, 9)), (CODES & 3, (-9, 99))],
        "rounded": [((CODES + 8) >> 4 << 4, (-128, 128))],
        "constant": [(np.full(256, -7), (-128, 128))],
        "none": [],
        "two digits": [(CODES, (-300, 300)), (CODES & 15, (-2, 3))],
        "many digits": [(rng.integers(*whole, 256), whole), (CODES, whole)],
    }[kind]


def layer_of(geometry, kind, sides="none", seed=0):
    """Arguments of Factored."""
    rng = np.random.default_rng(seed)
    shape, filters = geometry.weight_shape, geometry.filters
    ranks = ranks_of(kind, shape, rng)
    left = np.array([u for u, _ in ranks]).reshape(-1, 256)
    right = np.array([rng.integers(*limits, shape) for _, limits in ranks]).reshape(-1, *shape)
    own = rng.integers(-300, 300, filters)
    factor = {"none": 0 * own, "shared": 0 * own - 128, "own": own, "variate": own}[sides]
    variate = Variate(
        x=(3 * (CODES & 7) - 4).astype(np.int32),
        factor=rng.integers(-(1 << 16), 1 << 16, filters),
        fraction=9,
    )
    return {
        "geometry": geometry,
        "sums": Sums(
            bias=rng.integers(-3000, 3000, filters) + (rng.integers(-9, 9, filters) << 32),
            sum_factor=factor,
            variate=variate if sides == "variate" else None,
        ),
        "output": output_of(geometry, rng),
        "left": left.astype(np.int32),
        "right": right.astype(np.int32),
    }


def output_of(geometry, rng):
    return Output(
        multiplier=rng.integers(1 << 30, 1 << 31, geometry.filters),
        left=np.zeros(geometry.filters, np.int64),
        right=rng.integers(35, 41, geometry.filters) + geometry.taps.bit_length(),
        rounding="single",
        zero_point=17,
        low=2,
        high=250,
    )


def naive(layer, codes):
    """The definition, output by output; each product wraps, which no sum of 32 bits shows."""
    g, sums = layer["geometry"], layer["sums"]
    top, left, bottom, right = g.padding
    width = ((0, 0), (top, bottom), (left, right), (0, 0))
    padded = np.pad(codes, width, constant_values=g.fill)
    u, v = layer["left"].astype(np.int64), layer["right"].astype(np.int64)
    inner, per_group = g.channels // g.groups, g.filters // g.groups
    found = np.zeros((len(codes), *g.out_shape), np.int64)
    for y, x in np.ndindex(g.out_height, g.out_width):
        y0, x0 = y * g.stride[0], x * g.stride[1]
        window = padded[:, y0 : y0 + g.kernel[0], x0 : x0 + g.kernel[1]]
        for group in range(g.groups):
            taps = window[..., group * inner : (group + 1) * inner].reshape(len(codes), 1, -1)
            filters = slice(group * per_group, (group + 1) * per_group)
            total = sums.bias[filters] + sums.sum_factor[filters] * taps.sum(-1, dtype=np.int64)
            for rank in range(len(u)):
                weights = v[rank, filters].reshape(per_group, -1)
                total = total + (u[rank][taps] * weights).astype(np.int32).sum(-1, dtype=np.int64)
            if sums.variate is not None:
                z = sums.variate
                product = z.factor[filters] * z.x[taps].sum(-1, dtype=np.int64)
                total += (product + (1 << z.fraction) // 2) >> z.fraction
            found[:, y, x, filters] = total
    return found.astype(np.int32)


@cache
def case(shape, kind="three", sides="none"):
    """A layer, images, and their sums by the definition."""
    geometry, images = geometry_of(SHAPES[shape])
    layer = layer_of(geometry, kind, sides)
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 256, (images, *geometry.in_shape), dtype=np.uint8)
    return layer, codes, naive(layer, codes)


KINDS = ("exact", "unsigned", "equal and opposite", "three", "rounded", "constant", "none")
KINDS += ("two digits", "many digits")


@pytest.fixture(params=factored_paths())
def path(request):
    return request.param


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", ["same", "groups", "depthwise"])
def test_sums_of_any_factors_are_those_of_the_definition(path, shape, kind):
    layer, codes, sums = case(shape, kind)
    assert np.array_equal(Factored(**layer, path=path).accumulate(codes), sums)


@pytest.mark.parametrize("shape", SHAPES)
def test_sums_of_any_shape_are_those_of_the_definition(path, shape):
    layer, codes, sums = case(shape)
    assert np.array_equal(Factored(**layer, path=path).accumulate(codes), sums)


@pytest.mark.parametrize("sides", ["shared", "own", "variate"])
@pytest.mark.parametrize("shape", ["same", "strided", "connected", "groups", "several bands"])
def test_sums_over_the_window_are_added(path, shape, sides):
    layer, codes, sums = case(shape, "unsigned", sides)
    assert np.array_equal(Factored(**layer, path=path).accumulate(codes), sums)


@pytest.mark.parametrize("sides", ["shared", "own"])
def test_a_depthwise_layer_adds_up_codes(path, sides):
    layer, codes, sums = case("depthwise", "three", sides)
    assert np.array_equal(Factored(**layer, path=path).accumulate(codes), sums)


@pytest.mark.parametrize("shape", SHAPES)
def test_codes_are_requantized_sums(path, shape):
    layer, codes, sums = case(shape)
    out = np.empty((len(codes), *layer["geometry"].out_shape), np.uint8)
    Factored(**layer, path=path).run(codes, out)
    assert np.array_equal(out, requantize(sums, layer["output"]))
    assert len(np.unique(out)) > 2


@pytest.mark.parametrize("weight", [-128, 127, 255])
def test_products_that_are_all_at_their_largest(path, weight):
    geometry, images = geometry_of({"channels": 64, "kernel": (5, 5), "padding": (2, 2, 2, 2)})
    layer = layer_of(geometry, "exact")
    layer["right"] = np.full_like(layer["right"], weight)
    codes = np.full((images, *geometry.in_shape), 255, np.uint8)
    assert np.array_equal(Factored(**layer, path=path).accumulate(codes), naive(layer, codes))


def test_no_images(path):
    layer, codes, _ = case("same")
    found = Factored(**layer, path=path).accumulate(codes[:0])
    assert found.shape == (0, *layer["geometry"].out_shape)


def test_slices_run_in_threads(path):
    layer, codes, sums = case("several bands")
    factored = Factored(**layer, path=path)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(factored.accumulate, [codes[k % 2 : k % 2 + 1] for k in range(8)]))
    assert all(np.array_equal(x[0], sums[k % 2]) for k, x in enumerate(found))


def test_refusals(path):
    layer, codes, _ = case("same")
    with pytest.raises(SpecError, match=r"^factored left must be int32 \(3, 256\), not int64 "):
        Factored(**layer | {"left": layer["left"].astype(np.int64)}, path=path)
    with pytest.raises(SpecError, match=r"^factored right must be int32 \(3, 9, 3, 3, 5\), not "):
        Factored(**layer | {"right": layer["right"][:, :, :2]}, path=path)
    with pytest.raises(SpecError, match=r"^kernels codes must have the shape "):
        Factored(**layer, path=path).accumulate(codes[:, :3])
    with pytest.raises(SpecError, match=r"^kernels path must be one of numpy.*, not 'mmx'$"):
        Factored(**layer, path="mmx")


@pytest.mark.parametrize("path", factored_paths()[1:])
def test_a_variate_that_bytes_do_not_hold_is_left_to_tables(path):
    layer, _, _ = case("same", "exact", "variate")
    x = np.random.default_rng(0).integers(-500, 500, 256, dtype=np.int32)
    variate = Variate(x=x, factor=layer["sums"].variate.factor, fraction=9)
    sums = Sums(bias=layer["sums"].bias, sum_factor=layer["sums"].sum_factor, variate=variate)
    with pytest.raises(SpecError, match=r"^factored variate x must have 256 even steps at most"):
        Factored(**layer | {"sums": sums}, path=path)
    layer, _, _ = case("depthwise", "exact")
    sums = Sums(bias=np.zeros(21, np.int64), sum_factor=np.zeros(21, np.int64), variate=None)
    variate = Variate(x=x, factor=np.ones(21, np.int64), fraction=0)
    sums = Sums(bias=sums.bias, sum_factor=sums.sum_factor, variate=variate)
    with pytest.raises(SpecError, match=r"^factored depthwise layer must have no control variate$"):
        Factored(**layer | {"sums": sums}, path=path)
