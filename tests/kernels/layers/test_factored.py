"""Convolution by matrix products: every path gives what adding up all products gives."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.kernels.layers.factored.factored import Factored, factored_paths
from hwgen.kernels.layers.output import Sums, Variate
from hwgen.kernels.layers.steps import requantize
from tests.kernels.layers.factored_cases import KINDS, SHAPES, case, geometry_of, layer_of, naive


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
