"""The masked matrix means what its docstring says, and its circuit equals its meaning."""

import numpy as np
import pytest

from hwgen.arith.circuits import compressor
from hwgen.arith.matrix.matrix import MaskedMatrix
from hwgen.arith.matrix.setting import Conditioning, Setting
from hwgen.arith.operand import S8, U8
from hwgen.errors import SpecError

KINDS = [(a, w) for a in (U8, S8) for w in (U8, S8)]


def random_setting(rng, name):
    def sparse(shape=None):
        return rng.integers(256, size=shape) & rng.integers(256, size=shape)

    def conditioning():
        return Conditioning(
            rounding=int(rng.integers(4)),
            zeros=int(sparse() & rng.integers(256)),
            ones=int(sparse() & rng.integers(256)),
        )

    return Setting(
        name=name,
        a=conditioning(),
        w=conditioning(),
        zeros=tuple(map(int, sparse(8))),
        ones=tuple(map(int, sparse(8) & rng.integers(256, size=8))),
        constant=int(rng.integers(-1000, 1000)),
    )


def random_matrices():
    rng = np.random.default_rng(1)
    return [
        MaskedMatrix(
            a_kind=a_kind,
            w_kind=w_kind,
            settings=tuple(random_setting(rng, f"m{k}") for k in range(count)),
            zero_skip=count == 3,
        )
        for a_kind, w_kind in KINDS
        for count in (1, 3, 5)
    ]


def by_definition(matrix, setting, a_code, w_code):
    """Product of two codes, bit by bit, as the docstrings of Setting say it."""

    def digits(conditioning, kind, code):
        for bit in range(kind.width):
            value, weight = (code >> bit) & 1, 1 << bit
            if bit < conditioning.rounding - 1:
                value = 0
            if bit == conditioning.rounding - 1:
                weight *= 2
            if (conditioning.zeros >> bit) & 1:
                value = 0
            if (conditioning.ones >> bit) & 1:
                value = 1
            yield value, -weight if kind.signed and bit == kind.width - 1 else weight

    if matrix.zero_skip and not (a_code and w_code):
        return 0
    total = setting.constant
    for i, (a_bit, a_weight) in enumerate(digits(setting.a, matrix.a_kind, a_code)):
        for j, (w_bit, w_weight) in enumerate(digits(setting.w, matrix.w_kind, w_code)):
            bit = a_bit & w_bit
            if (setting.zeros[i] >> j) & 1:
                bit = 0
            if (setting.ones[i] >> j) & 1:
                bit = 1
            total += bit * a_weight * w_weight
    return total


def test_circuits_of_random_masks_equal_their_definition(circuit_tables):
    matrices = random_matrices()
    for matrix, tables in zip(matrices, circuit_tables(matrices), strict=True):
        for mode, table in enumerate(tables):
            assert np.array_equal(table, matrix.table(mode)), f"{matrix} mode {mode}"


def test_compute_follows_the_definition_bit_by_bit():
    rng = np.random.default_rng(2)
    for matrix in random_matrices():
        for mode, setting in enumerate(matrix.settings):
            for a_code, w_code in rng.integers(256, size=(5, 2)):
                expected = by_definition(matrix, setting, a_code, w_code)
                assert matrix.table(mode)[a_code, w_code] == expected


def test_factors_of_random_masks_multiply_to_the_table():
    for matrix in random_matrices():
        for mode in range(len(matrix.modes)):
            u, v = matrix.factors(mode)
            assert len(u) <= 9
            assert np.array_equal(u.T @ v, matrix.table(mode))


@pytest.mark.parametrize(("a_kind", "w_kind"), KINDS)
def test_an_unmasked_matrix_is_exact_and_has_rank_one(a_kind, w_kind):
    matrix = MaskedMatrix(a_kind=a_kind, w_kind=w_kind, settings=(Setting(),))
    assert np.array_equal(matrix.table(), np.multiply.outer(a_kind.values, w_kind.values))
    assert len(matrix.factors()[0]) == 1


def test_a_rounded_operand_does_not_wrap():
    matrix = MaskedMatrix(
        settings=(Setting(a=Conditioning(rounding=3), w=Conditioning(rounding=2)),)
    )
    assert matrix.compute(255, 127) == 256 * 128
    assert matrix.compute(3, 2) == 0 * 4
    assert matrix.compute(4, -126) == 8 * -124
    assert matrix.compute(12, -127) == 16 * -128


def test_clearing_comes_before_forcing():
    both = Conditioning(zeros=0b11, ones=0b01)
    matrix = MaskedMatrix(settings=(Setting(a=both),))
    assert matrix.compute(0, 5) == 5
    assert matrix.compute(3, 5) == 5


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"settings": ()}, r"^MaskedMatrix settings must hold at least one, not \(\)$"),
        (
            {"settings": (Setting(), Setting())},
            r"^MaskedMatrix mode names must differ, not \('fixed', 'fixed'\)$",
        ),
        (
            {"settings": (Setting(zeros=(0, 0)),)},
            r"^MaskedMatrix mode fixed zeros must hold no mask or 8, not 2$",
        ),
        (
            {"settings": (Setting(ones=(256,) * 8),)},
            r"^MaskedMatrix mode fixed ones must be an integer from 0 to 255, not 256$",
        ),
        (
            {"settings": (Setting(a=Conditioning(rounding=8)),)},
            r"^MaskedMatrix mode fixed activation rounding must be an integer from 0 to 7, not 8$",
        ),
        (
            {"settings": (Setting(w=Conditioning(zeros=-1)),)},
            r"^MaskedMatrix mode fixed weight zeros must be an integer from 0 to 255, not -1$",
        ),
        (
            {"settings": (Setting(w=Conditioning(ones=300)),)},
            r"^MaskedMatrix mode fixed weight ones must be an integer from 0 to 255, not 300$",
        ),
        (
            {"settings": (Setting(constant=-65536),)},
            r"^MaskedMatrix mode fixed constant must be an integer from -65535 to 65535, not -",
        ),
    ],
)
def test_masks_that_do_not_fit_are_refused(fields, message):
    with pytest.raises(SpecError, match=message):
        MaskedMatrix(**fields)


def test_one_wrong_adder_is_seen(circuit_tables, monkeypatch):
    right = compressor._full_adder

    def wrong(m, x, y, z):
        total, _ = right(m, x, y, z)
        monkeypatch.setattr(compressor, "_full_adder", right)  # only the first adder
        return total, total

    monkeypatch.setattr(compressor, "_full_adder", wrong)
    matrix = MaskedMatrix(settings=(Setting(),))
    [[table]] = circuit_tables([matrix])
    assert not np.array_equal(table, matrix.table())
