"""Convolution by table look-up: every path gives what adding up the tables' entries gives."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.kernels.layers.lookup import columns
from hwgen.kernels.layers.lookup.lookup import Lookup, lookup_paths
from hwgen.kernels.layers.output import Sums
from hwgen.kernels.layers.steps import requantize
from tests.kernels.layers.lookup_cases import (
    SHAPES,
    TABLES,
    case,
    geometry_of,
    images_of,
    layer_of,
    naive,
)


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


@pytest.mark.parametrize("shape", SHAPES)
def test_sums_of_codes_that_columns_do_not_hold(path, shape, monkeypatch):
    monkeypatch.setattr(columns, "_MOST", 0)
    layer, codes, sums = case(shape, "products")
    assert np.array_equal(Lookup(**layer, path=path).accumulate(codes), sums)


def test_a_factor_of_the_sum_of_codes_takes_an_encoding_back():
    """Columns of weights 128 higher, less 128 times the code, are those of the weights."""
    weights = np.arange(-128, 128)[:, None, None, None]
    table = np.multiply.outer(np.arange(256), np.arange(256)).astype(np.int32)
    codes = (weights + 128).astype(np.uint8)
    factor = np.full(256, -128)
    found = columns.columns_of((table,), np.zeros_like(codes), codes, factor)
    assert not found.sum_factor.any()
    wanted = np.multiply.outer(np.arange(-128, 128), np.arange(256))
    assert np.array_equal(found.products[found.of_weight[:, 0]], wanted)


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
