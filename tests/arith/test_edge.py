"""Multipliers taken apart: a transform at the array's edge, and a narrower core."""

import numpy as np
import pytest

from hwgen.arith.catalogue import CATALOGUE, find
from hwgen.arith.edge import EdgeTransform
from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.errors import SpecError

# Masks that speak of the rows that are rounded, midpoints, constants, narrow operands.
OTHERS = (
    "RoundedTruncated(a_bits=6, w_bits=8, cut=1)",
    "RoundedTruncated(a_bits=6, w_bits=8, cut=2)",
    "RoundedTruncated(a_bits=6, w_bits=8, cut=0, midpoint=True)",
    "Truncated(cut=8, a_rows=3, compensated=True)",
    "Truncated(cut=9, a_rows=2)",
    "Precision(a_bits=5, w_bits=7, a_kind=u7)",
    "Precision(a_bits=3, w_bits=8)",
    "Perforated(a_rows=5)",
    "TruncatedBooth(a_bits=6, w_bits=8, cut=1, a_kind=s8)",
    "PR(perforated=1, rounded=3, a_kind=s8)",
    "Roup(perforated=3, rounded=7)",
)
TAKEN_APART = {
    name: find(name).edge for name in (*CATALOGUE, *OTHERS) if find(name).edge is not None
}


@pytest.mark.parametrize("name", TAKEN_APART)
def test_the_core_behind_the_edge_gives_every_product(name):
    multiplier, (transform, core) = find(name), TAKEN_APART[name]
    a, w = multiplier.a_kind.values[:, None], multiplier.w_kind.values[None, :]
    shortened = transform.compute(a)
    assert core.a_kind == transform.core_kind
    assert core.a_kind.low <= shortened.min() <= shortened.max() <= core.a_kind.high
    products = core.compute(shortened, w) << TAKEN_APART[name].scale
    assert np.array_equal(products, multiplier.compute(a, w))
    assert core.a_kind.width < multiplier.a_kind.width or transform.shift == 1


CIRCUITS = [name for name in TAKEN_APART if name.startswith(("precision", "Precision", "Rounded"))]
CIRCUITS += ["pr_1_3_s8", "booth_7_6x8", "truncated_8_a3"]


def test_circuits_of_cores_give_the_products_of_all_activations_that_occur(circuit_tables):
    cores = [TAKEN_APART[name].core for name in CIRCUITS]
    for name, core, (table,) in zip(CIRCUITS, cores, circuit_tables(cores), strict=True):
        transform = TAKEN_APART[name].transform
        codes = core.a_kind.encode(np.unique(transform.compute(transform.kind.values)))
        assert np.array_equal(table[codes], core.table()[codes]), name


def test_these_families_can_be_taken_apart():
    families = {type(find(name)).__name__ for name in TAKEN_APART}
    assert families == {
        "PR",
        "Perforated",
        "Precision",
        "RoundedTruncated",
        "Roup",
        "Truncated",
        "TruncatedBooth",
    }


@pytest.mark.parametrize(
    "name",
    [
        "exact",
        "truncated_8",
        "posneg_2",  # some modes only
        "scalable_a3",
        "pr_a_1_2",  # the weight is rounded
        "roup_0_6",  # every row at its own bit
        "RoundedTruncated(a_bits=6, w_bits=8, cut=2)",  # a mask on the rows that are rounded
        "Precision(a_bits=2, w_bits=8)",  # 3 bits would be left
        "column_masked",
    ],
)
def test_others_cannot(name):
    assert find(name).edge is None


@pytest.mark.parametrize(
    ("kind", "shift", "rounding", "core"),
    [
        (U8, 2, "half_up", OperandKind(7, False)),
        (U8, 2, "down", OperandKind(6, False)),
        (S8, 3, "half_up", OperandKind(6, True)),
        (S8, 3, "down", OperandKind(5, True)),
        (U8, 0, "half_up", U8),
    ],
)
def test_what_is_left_of_an_activation(kind, shift, rounding, core):
    transform = EdgeTransform(kind=kind, shift=shift, rounding=rounding)
    exact = kind.values / 2**shift
    wanted = np.floor(exact + 0.5) if rounding == "half_up" else np.floor(exact)
    assert np.array_equal(transform.compute(kind.values), wanted)
    assert transform.core_kind == core


def test_a_transform_that_leaves_nothing_is_refused():
    message = r"^EdgeTransform shift must be an integer from 0 to 7, not 8$"
    with pytest.raises(SpecError, match=message):
        EdgeTransform(kind=U8, shift=8)
    message = r"^EdgeTransform rounding must be "
    with pytest.raises(SpecError, match=message):
        EdgeTransform(kind=U8, shift=1, rounding="up")
