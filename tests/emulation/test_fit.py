"""Integer factors of tables, and which of them a layer gets."""

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.emulation.factors import LIMIT, factors_of
from hwgen.emulation.fit import excess, fit
from hwgen.golden.products import products_of
from hwgen.network import digits
from hwgen.network.onnx import load
from hwgen.spec.mapping import FilterRule, LayerMapping

PRIME = (1 << 31) - 1  # what the elimination calculates modulo


def products(u, v):
    return (np.asarray(u).T @ np.asarray(v)).astype(np.int32)


@pytest.mark.parametrize("rank", [1, 2, 5, 9])
@pytest.mark.parametrize("content", [1, 6, 64])
def test_a_matrix_of_low_rank_is_factored_exactly(rank, content):
    rng = np.random.default_rng(rank)
    table = content * products(rng.integers(0, 60, (rank, 40)), rng.integers(-50, 50, (rank, 70)))
    u, v = fit(table, 10)
    assert (u.shape, v.shape) == ((rank, 40), (rank, 70))
    assert u.dtype == v.dtype == np.int32
    np.testing.assert_array_equal(u.astype(np.int64).T @ v, table)
    assert fit(table, rank - 1) is None


def test_rows_that_are_fractions_of_each_other_still_have_integer_factors():
    """No row or column of this matrix generates the others over the integers."""
    table = np.outer([6, 10, 15], [10, 15, 6]).astype(np.int32)
    u, v = fit(table, 1)
    np.testing.assert_array_equal(u.T @ v, table)


def test_no_products_at_all_have_rank_one():
    u, v = fit(np.zeros((4, 3), np.int32), 2)
    assert (u.shape, v.shape) == ((1, 4), (1, 3))
    assert not u.any()
    assert not v.any()


@pytest.mark.parametrize("other", [0, 1, 5])
def test_a_matrix_that_looks_simpler_modulo_the_prime_is_not_taken_for_it(other):
    table = np.array([[PRIME, 0, 0], [0, other, other], [0, 0, 1]], np.int32)
    found = fit(table, 3)
    assert found is None or np.array_equal(found[0].astype(np.int64).T @ found[1], table)
    assert fit(table, 1) is None


def test_factors_are_as_narrow_as_their_operands():
    """Exact and perforated products fit u8 times s8, whatever bits the table drops."""
    for name in ("exact", "perforated_a3"):
        u, v = fit(find(name).table(), 1)
        assert excess(u, v) <= 1, name


@pytest.mark.parametrize("name", ["lvrm_u8", "scalable_t6", "drum_5", "roba", "column_masked_u8"])
def test_no_more_factors_are_found_than_a_family_knows(name):
    multiplier = find(name)
    for mode in range(len(multiplier.modes)):
        u, v = fit(multiplier.table(mode), LIMIT)
        np.testing.assert_array_equal(u.T @ v, multiplier.table(mode))
        assert len(u) <= len(multiplier.factors(mode)[0])


def test_netlists_have_the_rank_that_floats_see():
    for name in ("evolved_m0160_u8", "evolved_m0550", "simplified", "evolved_m0240_u8"):
        table = find(name).table()
        rank = int(np.linalg.matrix_rank(table.astype(float)))
        found = fit(table, LIMIT)
        assert (None if found is None else len(found[0])) == (rank if rank <= LIMIT else None)


@pytest.fixture(scope="module")
def layer():
    return load(digits.model_path()).convolutions[1]


def check(layer, mapping, rank):
    resolved = products_of(layer, mapping, 0)
    found = factors_of(resolved)
    if rank is None:
        assert found is None
        return
    left, right = found
    assert len(left) == rank
    tables = np.stack(resolved.tables)
    for code in (0, 1, 77, 255):
        wanted = tables[resolved.choice, code, resolved.codes]
        np.testing.assert_array_equal(np.tensordot(left[:, code], right, 1), wanted)


def test_modes_that_change_the_weight_alone_cost_no_more_than_one(layer):
    """Two modes of rank 1 that condition the activation alike are of rank 1 together."""
    same = LayerMapping(multiplier="perforated_w2")
    check(layer, same, 1)
    mixed = LayerMapping(
        multiplier="exact",
        filters=(FilterRule(multiplier="perforated_w2", mode=0, filters="0-2"),),
    )
    check(layer, mixed, 1)


def test_modes_that_change_the_activation_add_up(layer):
    mixed = LayerMapping(
        multiplier="exact",
        filters=(FilterRule(multiplier="perforated_a3", mode=0, filters="1"),),
    )
    check(layer, mixed, 2)


def test_a_table_of_high_rank_has_no_factors_for_a_layer(layer):
    check(layer, LayerMapping(multiplier="mitchell"), None)
    mixed = LayerMapping(
        multiplier="exact", filters=(FilterRule(multiplier="mitchell", mode=0, filters="1"),)
    )
    check(layer, mixed, None)
