"""What every multiplier promises, as tests of a dict of multipliers."""

import dataclasses
from typing import ClassVar

import numpy as np
import pytest

from hwgen.arith.metrics import measure
from hwgen.arith.multiplier import Multiplier

__all__ = ["Contract"]


class Contract:
    """Tests of ``multipliers``, which a subclass sets: multipliers by name."""

    multipliers: ClassVar[dict[str, Multiplier]]

    def pytest_generate_tests(self, metafunc):
        if "name" in metafunc.fixturenames:
            metafunc.parametrize("name", self.multipliers)

    @pytest.fixture(scope="class")
    @classmethod
    def circuits(cls, circuit_tables):
        """Tables of all circuits, by name and mode."""
        tables = circuit_tables(list(cls.multipliers.values()))
        return dict(zip(cls.multipliers, tables, strict=True))

    def test_circuit_computes_what_the_definition_says(self, name, circuits):
        multiplier = self.multipliers[name]
        a, w = multiplier.a_kind.values[:, None], multiplier.w_kind.values[None, :]
        assert len(circuits[name]) == len(multiplier.modes)
        for mode, table in enumerate(circuits[name]):
            assert np.array_equal(table, multiplier.compute(a, w, mode)), multiplier.modes[mode]

    def test_one_product_equals_its_place_in_the_table(self, name):
        multiplier = self.multipliers[name]
        rng = np.random.default_rng(3)
        for mode in range(len(multiplier.modes)):
            for a_code, w_code in rng.integers(multiplier.table().shape, size=(5, 2)):
                a, w = int(multiplier.a_kind.values[a_code]), int(multiplier.w_kind.values[w_code])
                assert multiplier.compute(a, w, mode) == multiplier.table(mode)[a_code, w_code]

    def test_product_kind_is_the_narrowest_that_holds_every_product(self, name):
        multiplier = self.multipliers[name]
        tables = np.stack([multiplier.table(mode) for mode in range(len(multiplier.modes))])
        kind = multiplier.product_kind
        assert kind.low <= tables.min() <= tables.max() <= kind.high
        assert kind.signed == (tables.min() < 0)
        assert not (2 * kind.low <= tables.min() * 4 and tables.max() * 2 <= kind.high)

    def test_factors_multiply_to_the_table(self, name):
        multiplier = self.multipliers[name]
        for mode in range(len(multiplier.modes)):
            factors = multiplier.factors(mode)
            if type(multiplier).factors is Multiplier.factors:
                assert factors is None
                continue
            u, v = factors
            assert u.dtype == v.dtype == np.int32
            assert len(u) == len(v) <= multiplier.a_kind.width + 1
            assert np.array_equal(u.astype(np.int64).T @ v, multiplier.table(mode))

    def test_mode_zero_is_the_most_accurate(self, name):
        multiplier = self.multipliers[name]
        errors = [measure(multiplier, mode).mae for mode in range(len(multiplier.modes))]
        assert errors[0] == min(errors)
        assert len(set(multiplier.modes)) == len(multiplier.modes)

    def test_equal_parameters_are_equal_multipliers(self, name):
        twin = dataclasses.replace(self.multipliers[name])
        assert (twin, hash(twin)) == (self.multipliers[name], hash(self.multipliers[name]))
        assert [other for other, x in self.multipliers.items() if x == twin] == [name]

    def test_table_cannot_be_written(self, name):
        with pytest.raises(ValueError, match=r"^assignment destination is read-only$"):
            self.multipliers[name].table()[0, 0] = 1
