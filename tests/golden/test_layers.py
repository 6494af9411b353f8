"""Layers as defined, on numbers worked out by hand or in floats that are exact."""

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.golden.add import add
from hwgen.golden.convolution import convolve
from hwgen.golden.pool import pool
from hwgen.network.graph import Add, Convolution, Pool, Quantization, Rescale
from hwgen.spec.mapping import LayerMapping

ONE = Rescale(1 << 30, 0, 30)
COMMON = {"name": "layer", "inputs": ("x",)}


def convolution(**fields):
    standard = {
        "shape": (1, 1, 2),
        "quantization": Quantization(1.0, 10),
        "weights": np.array([[[[1]]], [[[-1]]]], np.int8),
        "bias": np.array([5, 0], np.int32),
        "stride": (1, 1),
        "padding": (0, 0, 0, 0),
        "rescale": (ONE, ONE),
    }
    return Convolution(**COMMON, **standard | fields)


def codes(*values):
    return np.array(values, np.uint8).reshape(1, 1, 1, -1)


def test_a_convolution_adds_bias_and_zero_point_and_clamps():
    exact = LayerMapping(multiplier="exact")
    assert convolve(convolution(), exact, codes(104), 4).ravel().tolist() == [115, 0]
    clamped = convolution(low=20, high=110)
    assert convolve(clamped, exact, codes(104), 4).ravel().tolist() == [110, 20]


def test_a_bias_update_is_added_to_the_bias():
    mapping = LayerMapping(multiplier="exact", bias_update=(-7, 100))
    assert convolve(convolution(), mapping, codes(104), 4).ravel().tolist() == [108, 10]


def test_accumulators_wrap_at_32_bits():
    layer = convolution(bias=np.array([2**31 - 100, -(2**31)], np.int32))
    exact = LayerMapping(multiplier="exact")
    assert convolve(layer, exact, codes(104), 4).ravel().tolist() == [0, 255]


def test_a_bias_update_of_another_length_is_refused():
    mapping = LayerMapping(multiplier="exact", bias_update=(1, 2, 3))
    with pytest.raises(
        SpecError, match=r"^mapping layer layer: bias_update must hold 2 values, not 3$"
    ):
        convolve(convolution(), mapping, codes(1), 0)


def test_a_sum_rescales_both_operands():
    layer = Add(
        name="sum",
        inputs=("a", "b"),
        shape=(1, 1, 4),
        quantization=Quantization(1.0, 100),
        operands=(Rescale(3 << 20, 0, 0), Rescale(1 << 20, 0, 0)),
        total=Rescale(1, 0, 21),
    )
    a, b = codes(10, 12, 0, 255), codes(0, 1, 2, 255)
    # 1.5 * (a - 10) + 0.5 * (b - 1), ties to even, plus 100
    assert add(layer, (a, b), (10, 1)).ravel().tolist() == [100, 103, 86, 255]


def test_a_sum_with_double_rounding_is_tflites():
    """TFLite's Add: operands shifted left by 20, each rescaled, then the total."""
    layer = Add(
        name="sum",
        inputs=("a", "b"),
        shape=(1, 1, 3),
        quantization=Quantization(0.5, 0),
        rounding="double",
        # Scales 0.25 and 0.5 into twice the larger one; back into units of 0.5.
        operands=(Rescale(1 << 30, 20, 1), Rescale(1 << 30, 20, 0)),
        total=Rescale(1 << 30, 0, 18),
    )
    a, b = codes(1, 2, 255), codes(1, 8, 20)
    # 0.5 * (a - 3) + (b - 8), ties away from zero.
    assert add(layer, (a, b), (3, 8)).ravel().tolist() == [0, 0, 138]
    up = add(layer, (codes(4, 6, 8), codes(8, 8, 8)), (3, 8))
    assert up.ravel().tolist() == [1, 2, 3]


def pooling(kind, **fields):
    standard = {
        "shape": (2, 2, 1),
        "quantization": Quantization(1.0, 3),
        "kernel": (2, 2),
        "stride": (2, 2),
        "padding": (0, 0, 0, 0),
        "rescale": ONE,
    }
    return Pool(**COMMON, kind=kind, **standard | fields)


IMAGE = np.array([[1, 2, 3, 4], [5, 6, 7, 9], [0, 0, 1, 0], [0, 1, 0, 1]], np.uint8)[
    None, ..., None
]


def test_a_maximum_is_moved_to_its_own_zero_point():
    assert pool(pooling("max"), IMAGE, 1).ravel().tolist() == [8, 11, 3, 3]


def test_padding_never_wins_a_maximum():
    layer = pooling("max", shape=(3, 3, 1), padding=(1, 1, 1, 1), quantization=Quantization(1.0, 0))
    dark = np.zeros((1, 4, 4, 1), np.uint8)
    assert not pool(layer, dark, 0).any()
    assert pool(layer, IMAGE, 0)[0, ..., 0].tolist() == [[1, 3, 4], [5, 7, 9], [0, 1, 1]]


def test_an_average_is_rounded_to_even_when_rounded_once():
    layer = pooling("average", rescale=Rescale(1 << 30, 0, 32))
    # Sums of (a - 1): 10, 19, -3, -2; quarters 2.5, 4.75, -0.75, -0.5.
    assert pool(layer, IMAGE, 1).ravel().tolist() == [5, 8, 2, 3]


def test_an_average_is_rounded_away_from_zero_in_double_rounding():
    layer = pooling("average", rescale=Rescale(1 << 30, 1, 2), rounding="double")
    assert pool(layer, IMAGE, 1).ravel().tolist() == [6, 8, 2, 2]


def test_an_average_whose_padding_does_not_count_divides_by_the_taps_inside():
    layer = pooling(
        "average",
        shape=(3, 3, 1),
        padding=(1, 1, 1, 1),
        rescale=Rescale(1 << 30, 0, 32),
        by_taps=(ONE, Rescale(1 << 30, 0, 31), ONE, Rescale(1 << 30, 0, 32)),
    )
    rows = pool(layer, IMAGE, 0)[0, ..., 0].tolist()
    # Corners have 1 tap; edges 2: halves 2.5, 2.5, 4.5, 0.5 to even; the centre 14 / 4.
    assert rows == [[4, 5, 7], [5, 7, 7], [3, 3, 4]]


def test_padding_that_counts_adds_nothing_to_the_sum():
    layer = pooling(
        "average", shape=(3, 3, 1), padding=(1, 1, 1, 1), rescale=Rescale(1 << 30, 0, 32)
    )
    # Sums of (a - 1) at the corners: 0, 3, -1, 0.
    found = pool(layer, IMAGE, 1)[0, ..., 0]
    assert found[[0, 0, 2, 2], [0, 2, 0, 2]].tolist() == [3, 4, 3, 3]


def test_an_average_is_rounded_about_its_offset():
    layer = pooling("average", rescale=Rescale(1 << 30, 1, 2), rounding="double", offset=4)
    # Sums of (a - 4): -2, 7, -15, -14; quarters -0.5 away from zero, 1.75, -3.75, -3.5.
    assert pool(layer, IMAGE, 1).ravel().tolist() == [3, 6, 0, 0]
