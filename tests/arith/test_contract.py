"""Every catalogued multiplier, and its siblings of other kinds, keeps Multiplier's promises."""

import dataclasses

import numpy as np
import pytest

from hwgen.arith.catalogue import CATALOGUE
from hwgen.arith.drum import Drum
from hwgen.arith.exact import Exact, ExactBooth, ExactMatrix
from hwgen.arith.heam import Heam
from hwgen.arith.metrics import measure
from hwgen.arith.mitchell import Mitchell
from hwgen.arith.netlist import Netlist
from hwgen.arith.operand import S8, U8
from hwgen.arith.perforated import Perforated
from hwgen.arith.posneg import PositiveNegative
from hwgen.arith.pr import PR
from hwgen.arith.precision import Precision
from hwgen.arith.roba import Roba
from hwgen.arith.rounded_truncated import RoundedTruncated
from hwgen.arith.roup import Roup
from hwgen.arith.scalable import Scalable
from hwgen.arith.truncated import Truncated, TruncatedSteps


def siblings():
    """Members of every family that takes other kinds of operands."""
    for a_kind, w_kind in ((U8, U8), (S8, S8), (S8, U8)):
        kinds = {"a_kind": a_kind, "w_kind": w_kind}
        yield from (
            Exact(**kinds),
            ExactMatrix(**kinds),
            ExactBooth(**kinds),
            ExactBooth(**kinds, encoded="a"),
            Precision(**kinds, a_bits=6, w_bits=5),
            Perforated(**kinds, a_rows=3, w_rows=1),
            Truncated(**kinds, cut=7, compensated=True),
            TruncatedSteps(**kinds),
            RoundedTruncated(**kinds, a_bits=5, w_bits=6, cut=6),
            PositiveNegative(**kinds, rows=2),
            Scalable(**kinds, steps=((0, 0), (2, 1), (3, 3)), cut=4),
            PR(**kinds, perforated=1, rounded=2),
            PR(**kinds, rounded=3, encoded="a"),
            Roup(**kinds, perforated=1, rounded=5),
            Roup(**kinds, rounded=6, encoded="a"),
            Roup(**kinds, rounded=2, symmetric=True),
            Mitchell(**kinds),
            Drum(**kinds, k=7),
            Roba(**kinds),
        )


MULTIPLIERS = {
    **CATALOGUE,
    **{
        f"{type(x).__name__}-{x.a_kind.name}-{x.w_kind.name}-{k}": x
        for k, x in enumerate(siblings())
        if x not in CATALOGUE.values()
    },
}
each = pytest.mark.parametrize("name", MULTIPLIERS)


@pytest.fixture(scope="module")
def circuits(circuit_tables):
    """Tables of all circuits, by name and mode."""
    return dict(zip(MULTIPLIERS, circuit_tables(list(MULTIPLIERS.values())), strict=True))


@each
def test_circuit_computes_what_the_definition_says(name, circuits):
    multiplier = MULTIPLIERS[name]
    a, w = multiplier.a_kind.values[:, None], multiplier.w_kind.values[None, :]
    assert len(circuits[name]) == len(multiplier.modes)
    for mode, table in enumerate(circuits[name]):
        assert np.array_equal(table, multiplier.compute(a, w, mode)), multiplier.modes[mode]


@each
def test_one_product_equals_its_place_in_the_table(name):
    multiplier = MULTIPLIERS[name]
    rng = np.random.default_rng(3)
    for mode in range(len(multiplier.modes)):
        for a_code, w_code in rng.integers(256, size=(5, 2)):
            a, w = int(multiplier.a_kind.values[a_code]), int(multiplier.w_kind.values[w_code])
            assert multiplier.compute(a, w, mode) == multiplier.table(mode)[a_code, w_code]


@each
def test_product_kind_is_the_narrowest_that_holds_every_product(name):
    multiplier = MULTIPLIERS[name]
    tables = np.stack([multiplier.table(mode) for mode in range(len(multiplier.modes))])
    kind = multiplier.product_kind
    assert kind.low <= tables.min() <= tables.max() <= kind.high
    assert kind.signed == (tables.min() < 0)
    assert not (2 * kind.low <= tables.min() * 4 and tables.max() * 2 <= kind.high)


@each
def test_factors_multiply_to_the_table(name):
    multiplier = MULTIPLIERS[name]
    for mode in range(len(multiplier.modes)):
        factors = multiplier.factors(mode)
        if factors is None:
            assert isinstance(multiplier, (Heam, Mitchell, Netlist)), (
                "this family can hand over factors"
            )
            continue
        u, v = factors
        assert u.dtype == v.dtype == np.int32
        assert len(u) == len(v) <= 9
        assert np.array_equal(u.astype(np.int64).T @ v, multiplier.table(mode))


@each
def test_mode_zero_is_the_most_accurate(name):
    multiplier = MULTIPLIERS[name]
    errors = [measure(multiplier, mode).mae for mode in range(len(multiplier.modes))]
    assert errors[0] == min(errors)
    assert len(set(multiplier.modes)) == len(multiplier.modes)


@each
def test_equal_parameters_are_equal_multipliers(name):
    twin = dataclasses.replace(MULTIPLIERS[name])
    assert (twin, hash(twin)) == (MULTIPLIERS[name], hash(MULTIPLIERS[name]))
    assert [other for other, x in MULTIPLIERS.items() if x == twin] == [name]


@each
def test_table_cannot_be_written(name):
    with pytest.raises(ValueError, match=r"^assignment destination is read-only$"):
        MULTIPLIERS[name].table()[0, 0] = 1
