"""Convolution by table look-up: every path gives what adding up the tables' entries gives."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.kernels.layers.geometry import Geometry
from hwgen.kernels.layers.lookup import Lookup, lookup_paths
from hwgen.kernels.layers.output import Output, Sums, Variate
from hwgen.kernels.layers.steps import requantize

SMALL = {
    "height": 7,
    "width": 5,
    "channels": 6,
    "filters": 9,
    "kernel": (3, 3),
    "stride": (1, 1),
    "padding": (1, 1, 1, 1),
    "groups": 1,
    "fill": 3,
}
SHAPES = {
    "same": {},
    "one image": {"images": 1},
    "one position": {"height": 1, "width": 1, "padding": (1, 1, 1, 1), "images": 1},
    "pixelwise": {"kernel": (1, 1), "padding": (0, 0, 0, 0), "channels": 40},
    "strided": {"stride": (2, 3), "padding": (0, 1, 2, 0)},
    "stride beyond the kernel": {"stride": (4, 4), "kernel": (2, 1), "padding": (0, 0, 0, 0)},
    "uneven kernel": {"kernel": (2, 4), "padding": (0, 3, 1, 0)},
    "wide margin": {"kernel": (5, 5), "padding": (4, 4, 4, 4)},
    "margin alone": {"height": 1, "width": 1, "kernel": (2, 2), "padding": (3, 3, 3, 3)},
    "fewer outputs": {"padding": (1, 1, 3, 4), "out": (3, 2)},
    "connected": {"height": 4, "width": 4, "channels": 20, "kernel": (4, 4), "padding": (0,) * 4},
    "thousands of taps": {"height": 9, "width": 9, "channels": 33, "kernel": (8, 8)},
    "many channels": {"channels": 37, "filters": 33},
    "many filters": {"filters": 75},
    "one filter": {"filters": 1},
    "groups": {"groups": 3, "filters": 12},
    "uneven groups": {"groups": 2, "channels": 36, "filters": 40},
    "depthwise": {"groups": 6, "filters": 6},
    "wide depthwise": {"groups": 21, "channels": 21, "filters": 42},
    "several slices": {"height": 30, "width": 31, "channels": 3, "filters": 20, "images": 9},
    "rows of an image": {"height": 90, "width": 70, "channels": 2, "filters": 32, "images": 2},
}
TABLES = {
    "products": (-(1 << 14), 1 << 14),
    "unsigned": (0, 1 << 16),
    "small": (-3, 20),
    "beyond 16 bits": (-(1 << 16), 1 << 16),
    "wrapping": (-(1 << 31), 1 << 31),
}


def geometry_of(changes):
    values = SMALL | changes
    images, out = values.pop("images", 3), values.pop("out", None)
    top, left, bottom, right = values["padding"]
    (kh, kw), (sy, sx) = values["kernel"], values["stride"]
    height = (values["height"] + top + bottom - kh) // sy + 1
    width = (values["width"] + left + right - kw) // sx + 1
    height, width = out or (height, width)
    return Geometry(**values, out_height=height, out_width=width), images


def layer_of(geometry, limits, seed=0, tables=3, variate=True):
    """Arguments of Lookup: tables that are not symmetric, of which each weight takes its own."""
    rng = np.random.default_rng(seed)
    filters = geometry.filters
    low, high = limits
    sums = Sums(
        bias=rng.integers(-(1 << 20), 1 << 20, filters),
        sum_factor=rng.integers(-300, 300, filters) * variate,
        variate=Variate(
            x=rng.integers(-500, 500, 256, dtype=np.int32),
            factor=rng.integers(-(1 << 16), 1 << 16, filters),
            fraction=int(rng.integers(0, 20)),
        )
        if variate
        else None,
    )
    return {
        "geometry": geometry,
        "sums": sums,
        "output": output_of(geometry, rng),
        "tables": tuple(rng.integers(low, high, (256, 256), dtype=np.int32) for _ in range(tables)),
        "choice": rng.integers(0, tables, geometry.weight_shape, dtype=np.uint8),
        "codes": rng.integers(0, 256, geometry.weight_shape, dtype=np.uint8),
    }


def output_of(geometry, rng):
    return Output(
        multiplier=rng.integers(1 << 30, 1 << 31, geometry.filters),
        left=np.zeros(geometry.filters, np.int64),
        right=rng.integers(42, 50, geometry.filters),
        rounding="single",
        zero_point=17,
        low=2,
        high=250,
    )


def images_of(geometry, count, seed=1):
    shape = (count, *geometry.in_shape)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def naive(layer, codes):
    """The definition, output by output, in integers that do not wrap before the end."""
    g, sums = layer["geometry"], layer["sums"]
    top, left, bottom, right = g.padding
    width = ((0, 0), (top, bottom), (left, right), (0, 0))
    padded = np.pad(codes, width, constant_values=g.fill)
    tables = np.stack(layer["tables"]).astype(np.int64)
    found = np.zeros((len(codes), *g.out_shape), np.int64)
    inner = g.channels // g.groups
    for y, x in np.ndindex(g.out_height, g.out_width):
        y0, x0 = y * g.stride[0], x * g.stride[1]
        window = padded[:, y0 : y0 + g.kernel[0], x0 : x0 + g.kernel[1]]
        for f in range(g.filters):
            group = f // (g.filters // g.groups)
            taps = window[..., group * inner : (group + 1) * inner]
            total = tables[layer["choice"][f], taps, layer["codes"][f]].sum(axis=(1, 2, 3))
            total += sums.bias[f] + sums.sum_factor[f] * taps.sum(axis=(1, 2, 3), dtype=np.int64)
            if sums.variate is not None:
                v = sums.variate
                product = v.factor[f] * v.x[taps].sum(axis=(1, 2, 3), dtype=np.int64)
                total += (product + (1 << v.fraction) // 2) >> v.fraction
            found[:, y, x, f] = total
    return found.astype(np.int32)


@cache
def case(shape, limits):
    """A layer, images, and their sums by the definition."""
    geometry, images = geometry_of(SHAPES[shape])
    layer = layer_of(geometry, TABLES[limits])
    codes = images_of(geometry, images)
    return layer, codes, naive(layer, codes)


@pytest.fixture(params=lookup_paths())
def path(request):
    return request.param


@pytest.mark.parametrize("limits", TABLES)
@pytest.mark.parametrize("shape", SHAPES)
def test_sums_are_those_of_the_definition(path, shape, limits):
    layer, codes, sums = case(shape, limits)
    assert np.array_equal(Lookup(**layer, path=path).accumulate(codes), sums)


@pytest.mark.parametrize("shape", SHAPES)
def test_codes_are_requantized_sums(path, shape):
    layer, codes, sums = case(shape, "products")
    lookup = Lookup(**layer, path=path)
    out = np.empty((len(codes), *layer["geometry"].out_shape), np.uint8)
    lookup.run(codes, out)
    assert np.array_equal(out, requantize(sums, layer["output"]))
    assert len(np.unique(out)) > 2


def test_without_sums_of_codes_only_products_count(path):
    geometry, images = geometry_of({"filters": 40})
    layer = layer_of(geometry, TABLES["products"], variate=False)
    codes = images_of(geometry, images)
    assert np.array_equal(Lookup(**layer, path=path).accumulate(codes), naive(layer, codes))


def test_sums_of_codes_alone(path):
    geometry, images = geometry_of({"groups": 3})
    layer = layer_of(geometry, TABLES["small"])
    layer["sums"] = replace(layer["sums"], variate=None)
    codes = images_of(geometry, images)
    assert np.array_equal(Lookup(**layer, path=path).accumulate(codes), naive(layer, codes))


@pytest.mark.parametrize("largest", [4095, 4096, 8191, 16383, 32767, 65535])
def test_sums_at_the_limit_of_16_bits(path, largest):
    """As many products as just fit, or just do not, all at their largest at once."""
    geometry, images = geometry_of({"channels": 64, "kernel": (1, 1), "padding": (0,) * 4})
    layer = layer_of(geometry, (0, 1))
    table = np.full((256, 256), largest, np.int32)
    table[0] = 0
    layer["tables"] = (table,) * 3
    codes = np.full((images, *geometry.in_shape), 255, np.uint8)
    assert np.array_equal(Lookup(**layer, path=path).accumulate(codes), naive(layer, codes))


def test_few_and_no_images(path):
    layer, codes, sums = case("same", "products")
    lookup = Lookup(**layer, path=path)
    assert lookup.accumulate(codes[:0]).shape == (0, *layer["geometry"].out_shape)
    assert np.array_equal(lookup.accumulate(codes[1:2]), sums[1:2])


def test_threads_share_a_layer(path):
    layer, codes, sums = case("several slices", "products")
    lookup = Lookup(**layer, path=path)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lookup.accumulate, [codes] * 8):
            assert np.array_equal(found, sums)


def test_the_fastest_path_is_taken():
    layer, *_ = case("same", "products")
    assert Lookup(**layer).path == lookup_paths()[-1]


def test_an_unknown_path_is_refused():
    layer, *_ = case("same", "products")
    with pytest.raises(SpecError, match=r"^kernels path must be one of numpy.*, not 'mmx'$"):
        Lookup(**layer, path="mmx")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tables": (np.zeros((256, 256)),)}, r"look-up tables must be int32 \(256, 256\), not"),
        ({"choice": np.full((9, 3, 3, 6), 3, np.uint8)}, "look-up choice must be below 3 tables"),
        ({"choice": np.zeros((9, 3, 3, 6))}, "look-up choice must be uint8"),
        ({"codes": np.zeros((9, 3, 3, 5), np.uint8)}, "look-up codes must have the shape"),
        ({"sums": Sums(bias=np.zeros(8, np.int64), sum_factor=np.zeros(8, np.int64))}, "sums bias"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    layer, *_ = case("same", "products")
    with pytest.raises(SpecError, match=f"^{message}"):
        Lookup(**layer | change)


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (np.zeros((1, 7, 5, 6), np.int8), "kernels codes must be an array of uint8, not int8"),
        (
            np.zeros((1, 7, 5, 5), np.uint8),
            r"kernels codes must have the shape \(images, 7, 5, 6\)",
        ),
        (np.zeros((7, 5, 6), np.uint8), "kernels codes must have the shape"),
        (np.zeros((1, 14, 5, 6), np.uint8)[:, ::2], "kernels codes must be C-contiguous"),
    ],
)
def test_codes_that_do_not_fit_are_refused(path, codes, message):
    layer, *_ = case("same", "products")
    lookup = Lookup(**layer, path=path)
    with pytest.raises(SpecError, match=f"^{message}"):
        lookup.accumulate(codes)
    with pytest.raises(SpecError, match=f"^{message}"):
        lookup.run(codes, np.empty((1, 7, 5, 9), np.uint8))


def test_room_for_the_output_must_fit(path):
    layer, codes, _ = case("same", "products")
    with pytest.raises(SpecError, match=r"^kernels out must have the shape \(3, 7, 5, 9\), not"):
        Lookup(**layer, path=path).run(codes, np.empty((2, 7, 5, 9), np.uint8))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stride": (0, 1)}, "convolution stride must be an integer from 1 to 1048576, not 0"),
        ({"groups": 4}, "convolution channels must be a multiple of 4 groups, not 6"),
        ({"out_height": 8}, "convolution out_height must keep windows of 3 at stride 1 within 9"),
        ({"padding": (1, 1)}, "convolution padding must hold 4 integers"),
        ({"height": 1 << 19, "width": 1 << 19}, "convolution padded input must have fewer"),
    ],
)
def test_a_shape_that_makes_no_sense_is_refused(change, message):
    geometry, _ = geometry_of({})
    with pytest.raises(SpecError, match=f"^{message}"):
        replace(geometry, **change)
