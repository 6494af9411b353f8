"""Every emulation kernel against the definition: a loop over ``Multiplier.compute``."""

from dataclasses import dataclass

import numpy as np
import pytest

from hwgen import golden
from hwgen.arith.catalogue import CATALOGUE
from hwgen.arith.exact import Exact
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.errors import SpecError
from hwgen.network.graph import Convolution, Quantization, Rescale

ZERO_POINT = 37


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


def layer(filters=4, kernel=(3, 2), channels=3, size=(5, 4), stride=(2, 1), padding=(1, 0, 2, 1)):
    rng = np.random.default_rng(7)
    shape = tuple(
        (size[i] + padding[i] + padding[i + 2] - kernel[i]) // stride[i] + 1 for i in (0, 1)
    )
    weights = rng.integers(-128, 128, (filters, *kernel, channels), np.int8)
    weights.flat[:3] = -128, 127, 0
    return Convolution(
        name="layer",
        inputs=("image",),
        shape=(*shape, filters),
        quantization=Quantization(1.0, 0),
        weights=weights,
        bias=np.zeros(filters, np.int32),
        stride=stride,
        padding=padding,
        rescale=(Rescale(1 << 30, 0, 30),) * filters,
    )


def images(size=(5, 4), channels=3, count=2):
    codes = np.random.default_rng(8).integers(0, 256, (count, *size, channels), np.uint8)
    codes.flat[:2] = 0, 255
    return codes


def naive(layer, multiplier, mode, codes, zero_point):
    """The arithmetic contract, word by word."""
    filters, height, width, channels = layer.weights.shape
    zero_w = 0 if multiplier.w_kind.signed else 128
    encoded = layer.weights.astype(np.int64) + zero_w
    sums = np.zeros((len(codes), *layer.shape), np.int64)
    for n, row, column in np.ndindex(len(codes), *layer.shape[:2]):
        a = np.full((height, width, channels), zero_point)
        for y, x in np.ndindex(height, width):
            at = row * layer.stride[0] + y - layer.padding[0]
            left = column * layer.stride[1] + x - layer.padding[1]
            if 0 <= at < codes.shape[1] and 0 <= left < codes.shape[2]:
                a[y, x] = codes[n, at, left]
        products = multiplier.compute(np.broadcast_to(a, encoded.shape), encoded, mode)
        for f in range(filters):
            sums[n, row, column, f] = (
                products[f].sum()
                - zero_w * a.sum()
                - zero_point * encoded[f].sum()
                + a.size * zero_point * zero_w
            )
    return sums


def check(layer, multiplier, mode=0, codes=None):
    codes = images() if codes is None else codes
    expected = naive(layer, multiplier, mode, codes, ZERO_POINT)
    found = golden.accumulate(layer, multiplier, mode, codes, ZERO_POINT)
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        (name, mode)
        for name, x in CATALOGUE.items()
        if x.a_kind == U8 and x.w_kind.width == 8
        for mode in range(len(x.modes))
    ],
)
def test_sums_are_those_of_the_catalogue(name, mode):
    check(layer(), CATALOGUE[name], mode)


@pytest.mark.parametrize("filters", [1, 4, 40])
@pytest.mark.parametrize("rank", [0, 2, 4, 10])
@pytest.mark.parametrize("w_kind", [S8, U8])
def test_products_of_zeros_count_whatever_the_kernel(filters, rank, w_kind):
    check(layer(filters), Offset(rank=rank, w_kind=w_kind))


@pytest.mark.parametrize(
    ("gain", "spread"),
    [(1 << 9, 1), (1 << 15, 1), (1 << 15, 1 << 15), (1, 1 << 30)],
    ids=["above float32", "above int32", "factors above float32", "factors above float64"],
)
@pytest.mark.parametrize("rank", [0, 4])
def test_large_products_stay_exact(gain, spread, rank):
    check(layer(filters=40), Offset(gain, rank, spread))


def test_sums_beyond_the_reach_of_float32_stay_exact():
    wide = layer(filters=1, kernel=(3, 3), channels=70, size=(3, 3), padding=(0, 0, 0, 0))
    wide.weights[...] = -127
    wide.weights.flat[0] = -126  # an odd sum above 2**24, which float32 cannot hold
    codes = np.full((1, 3, 3, 70), 255, np.uint8)
    check(wide, Exact(), codes=codes)
    (total,) = golden.accumulate(wide, Exact(), 0, codes, 0).ravel()
    assert int(np.float32(total)) != total == 255 * (-127 * 630 + 1)


def test_many_images_are_taken_in_pieces():
    check(layer(), Offset(rank=2, w_kind=U8), codes=images(count=7))
    big = layer(filters=4, kernel=(5, 5), channels=16, size=(9, 9), stride=(1, 1))
    codes = images((9, 9), 16, count=90)
    found = golden.accumulate(big, Exact(), 0, codes, ZERO_POINT)
    apart = [golden.accumulate(big, Exact(), 0, x[None], ZERO_POINT) for x in codes]
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


@pytest.mark.parametrize(
    ("a_kind", "w_kind", "found"),
    [(S8, S8, "s8 and s8"), (U8, OperandKind(6, True), "u8 and s6")],
)
def test_a_multiplier_of_other_operands_is_refused(a_kind, w_kind, found):
    rule = "a layer's multiplier must take u8 activations and 8-bit weights"
    with pytest.raises(SpecError, match=rf"^{rule}, not {found}$"):
        golden.accumulate(layer(), Exact(a_kind=a_kind, w_kind=w_kind), 0, images(), 0)
