"""Fast sums of products against adding them up one by one."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from hwgen import golden
from hwgen.arith.exact import Exact
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.golden.convolution import naive_sums
from hwgen.golden.emulate import product_sums
from hwgen.golden.products import Products, products_of
from hwgen.spec.mapping import LayerMapping
from tests.golden.random_layer import ZERO_POINT, images, layer


@dataclass(frozen=True)
class Offset(Multiplier):
    """Not zero-preserving: ``a * w * gain + 3``, with factors of a chosen rank or none.

    Factors beyond rank 2 cancel in pairs; ``spread`` is how large those are.
    """

    gain: int = 1
    rank: int = 0
    spread: int = 1
    a_kind: OperandKind = U8
    w_kind: OperandKind = S8

    def compute(self, a, w, mode=0):
        return np.asarray(a, dtype=np.int64) * np.asarray(w) * self.gain + 3

    def factors(self, mode=0):
        if not self.rank:
            return None
        a, w = self.a_kind.values, self.w_kind.values
        u = [a * self.gain, np.full(256, 3), *[np.full(256, self.spread)] * (self.rank - 2)]
        signs = [self.spread * (-1) ** index for index in range(self.rank - 2)]
        v = [w, np.ones(256), *[np.full(256, sign) for sign in signs]]
        return np.array(u, dtype=np.int32), np.array(v, dtype=np.int32)

    def create(self):
        raise AssertionError("the reference needs no circuit")


def resolved(found, *multipliers):
    """Products of multipliers that need no name; they take the weights in turn."""
    choice = np.arange(found.weights.size).reshape(found.weights.shape) % len(multipliers)
    return Products(
        tables=tuple(x.table() for x in multipliers),
        factors=tuple(x.factors() for x in multipliers),
        names=tuple(map(repr, multipliers)),
        choice=choice.astype(np.uint8),
        codes=found.weights.view(np.uint8),
        bias=np.zeros(len(found.weights), np.int64),
        sum_factor=np.zeros(len(found.weights), np.int64),
    )


def check_fast(found, products, codes):
    expected = naive_sums(found, products, codes, ZERO_POINT)
    np.testing.assert_array_equal(product_sums(found, products, codes, ZERO_POINT), expected)


@pytest.mark.parametrize("filters", [1, 4, 40])
@pytest.mark.parametrize("rank", [0, 2, 4, 10])
def test_products_of_zeros_count_whatever_the_kernel(filters, rank):
    found = layer(filters)
    check_fast(found, resolved(found, Offset(rank=rank)), images())
    check_fast(found, resolved(found, Offset(rank=rank), Exact(), Offset(3, rank)), images())


@pytest.mark.parametrize(
    ("gain", "spread"),
    [(1 << 9, 1), (1 << 15, 1), (1 << 15, 1 << 15), (1, 1 << 30)],
    ids=["above float32", "above int32", "factors above float32", "factors above float64"],
)
@pytest.mark.parametrize("rank", [0, 4])
@pytest.mark.parametrize("groups", [1, 3])
def test_large_products_stay_exact(gain, spread, rank, groups):
    found = layer(filters=42, groups=groups)
    check_fast(found, resolved(found, Offset(gain, rank, spread)), images())


def test_sums_beyond_the_reach_of_float32_stay_exact():
    wide = layer(filters=1, kernel=(3, 3), channels=70, size=(3, 3), padding=(0, 0, 0, 0))
    wide = replace(wide, bias=np.zeros(1, np.int32))
    wide.weights[...] = -127
    wide.weights.flat[0] = -126  # an odd sum above 2**24, which float32 cannot hold
    codes = np.full((1, 3, 3, 70), 255, np.uint8)
    exact = products_of(wide, LayerMapping(multiplier="exact"), 0)
    (total,) = golden.accumulate(wide, exact, codes, 0).ravel()
    assert int(np.float32(total)) != total == 255 * (-127 * 630 + 1)


def test_many_images_are_taken_in_pieces():
    big = layer(filters=4, kernel=(5, 5), channels=16, size=(9, 9), stride=(1, 1))
    codes = images((9, 9), 16, count=90)
    products = resolved(big, Exact())
    found = product_sums(big, products, codes, ZERO_POINT)
    apart = [product_sums(big, products, x[None], ZERO_POINT) for x in codes]
    np.testing.assert_array_equal(found, np.concatenate(apart))


def test_im2col_is_in_raster_and_channel_last_order():
    small = layer(kernel=(2, 2), channels=2, size=(2, 3), stride=(1, 2), padding=(0, 1, 1, 0))
    codes = np.arange(12, dtype=np.uint8).reshape(1, 2, 3, 2)
    z = ZERO_POINT
    assert golden.im2col(codes, small, z).tolist() == [[
        [z, z, 0, 1, z, z, 6, 7],
        [2, 3, 4, 5, 8, 9, 10, 11],
        [z, z, 6, 7, z, z, z, z],
        [8, 9, 10, 11, z, z, z, z],
    ]]  # fmt: skip


def test_im2col_puts_groups_one_after_the_other():
    small = layer(kernel=(1, 2), channels=4, size=(1, 2), padding=(0, 0, 0, 0), groups=2)
    codes = np.arange(8, dtype=np.uint8).reshape(1, 1, 2, 4)
    assert golden.im2col(codes, small, 0).tolist() == [[[0, 1, 4, 5, 2, 3, 6, 7]]]
