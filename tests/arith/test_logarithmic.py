"""Logarithmic and segment multipliers mean what their papers say, at every width."""

import re
from fractions import Fraction

import numpy as np
import pytest
from amaranth.sim import Simulator

from hwgen.arith.logarithmic.drum import Drum
from hwgen.arith.logarithmic.mitchell import Mitchell
from hwgen.arith.logarithmic.roba import Roba
from hwgen.arith.metrics import measure
from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.errors import SpecError

MAGNITUDES = range(1, 256)
U16 = OperandKind(16, False)


def build(family, a_kind, w_kind):
    return family(a_kind=a_kind, w_kind=w_kind, **({"k": 3} if family is Drum else {}))


def simulated(multiplier):
    """Products of the circuit for all raw code pairs."""
    circuit = multiplier.create()
    table = np.zeros((1 << multiplier.a_kind.width, 1 << multiplier.w_kind.width), dtype=int)

    async def bench(ctx):
        for (a, w), _ in np.ndenumerate(table):
            ctx.set(circuit.a, int(multiplier.a_kind.values[a]))
            ctx.set(circuit.w, int(multiplier.w_kind.values[w]))
            table[a, w] = ctx.get(circuit.p)

    simulator = Simulator(circuit)
    simulator.add_testbench(bench)
    simulator.run()
    return table


def relative_errors(multiplier, a, w):
    exact = a * w
    return (exact - multiplier.compute(a, w)) / exact


def random_pairs(width=16, count=400_000):
    return np.random.default_rng(5).integers(1, 1 << width, size=(2, count))


@pytest.mark.parametrize("family", [Mitchell, Drum, Roba])
@pytest.mark.parametrize(
    ("a_kind", "w_kind"),
    [
        (OperandKind(4, False), OperandKind(6, True)),
        (OperandKind(7, True), OperandKind(4, False)),
        (OperandKind(5, False), OperandKind(5, False)),
        (OperandKind(5, True), OperandKind(4, True)),
    ],
    ids=lambda kind: kind.name,
)
def test_circuits_of_other_widths_compute_their_definition(family, a_kind, w_kind):
    multiplier = build(family, a_kind, w_kind)
    assert np.array_equal(simulated(multiplier), multiplier.table())


@pytest.mark.parametrize("family", [Mitchell, Drum, Roba])
@pytest.mark.parametrize(("a_kind", "w_kind"), [(U8, S8), (S8, U8), (S8, S8)])
def test_signs_multiply_apart_from_magnitudes_and_zero_gives_zero(family, a_kind, w_kind):
    signed, unsigned = build(family, a_kind, w_kind), build(family, U8, U8)
    a, w = a_kind.values[:, None], w_kind.values[None, :]
    magnitudes = unsigned.compute(np.abs(a), np.abs(w))
    assert np.array_equal(signed.table(), np.sign(a) * np.sign(w) * magnitudes)
    assert not unsigned.table()[0].any()
    assert not unsigned.table()[:, 0].any()


def mitchell(a, w):
    """Sum of the characteristics and fractions, and the antilogarithm of it, as rationals."""
    parts = [(x.bit_length() - 1, Fraction(x, 1 << (x.bit_length() - 1)) - 1) for x in (a, w)]
    k, y = (sum(part) for part in zip(*parts, strict=True))
    return (1 + y) * 2**k if y < 1 else y * 2 ** (k + 1)


def test_mitchell_adds_logarithms():
    table = Mitchell(w_kind=U8).table()
    assert all(table[a, w] == mitchell(a, w) for a in MAGNITUDES for w in range(1, 256, 3))


def test_mitchell_is_at_most_a_ninth_too_small_and_exact_at_powers_of_two():
    a, w = U8.values[1:, None], U8.values[None, 1:]
    error = relative_errors(Mitchell(w_kind=U8), a, w)
    assert error.min() == 0
    assert error.max() == pytest.approx(1 / 9)
    assert not error[:, [0, 1, 3, 7, 15, 31, 63, 127]].any()


def test_mitchell_has_the_known_mean_error():
    # 3.85 % is the mean over real numbers of any size.
    multiplier = Mitchell(a_kind=U16, w_kind=U16)
    assert 100 * relative_errors(multiplier, *random_pairs()).mean() == pytest.approx(
        3.85, abs=0.03
    )


def test_drum_keeps_k_bits_and_sets_the_last():
    def segmented(x, k):
        cut = max(x.bit_length() - k, 0)
        return int(bin(x)[2 : 2 + k][:-1] + "1", 2) << cut if cut else x

    for k in (2, 4, 7):
        table = Drum(w_kind=U8, k=k).table()
        assert all(
            table[a, w] == segmented(a, k) * segmented(w, k)
            for a in MAGNITUDES
            for w in range(1, 256, 5)
        )


@pytest.mark.parametrize(("k", "mean_percent"), [(4, 5.89), (5, 2.94), (6, 1.47)])
def test_drum_has_the_published_error(k, mean_percent):
    error = relative_errors(Drum(a_kind=U16, w_kind=U16, k=k), *random_pairs())
    assert 100 * np.abs(error).mean() == pytest.approx(mean_percent, abs=0.02)
    assert abs(error.mean()) < np.abs(error).mean() / 10  # hardly biased


def test_drum_errs_most_at_powers_of_two():
    multiplier = Drum(a_kind=U16, w_kind=U16, k=6)
    bound = (1 + 1 / 32) ** 2 - 1  # 6.35 %; the paper found 6.31 %
    assert relative_errors(multiplier, 1 << 15, 1 << 9) == pytest.approx(-bound)
    assert np.abs(relative_errors(multiplier, *random_pairs())).max() <= bound


def test_drum_is_a_product_of_one_factor_each():
    u, v = Drum(k=4).factors()
    assert (u.shape, v.shape) == ((1, 256), (1, 256))


def test_roba_leaves_out_the_product_of_the_rounding_errors():
    def nearest(x):
        below = 1 << (x.bit_length() - 1)
        return 2 * below if x != 3 and 2 * below - x <= x - below else below

    table = Roba(w_kind=U8).table()
    assert all(
        a * w - table[a, w] == (nearest(a) - a) * (nearest(w) - w)
        for a in MAGNITUDES
        for w in MAGNITUDES
    )


def test_roba_has_the_published_error():
    a, w = U8.values[1:, None], U8.values[None, 1:]
    assert np.abs(relative_errors(Roba(w_kind=U8), a, w)).max() == pytest.approx(1 / 9)
    assert 100 * measure(Roba(w_kind=U8)).mre == pytest.approx(2.9, abs=0.05)


@pytest.mark.parametrize(
    ("kinds", "k", "message"),
    [
        ({}, 1, "Drum k must be an integer from 2 to 7, not 1"),
        ({}, 8, "Drum k must be an integer from 2 to 7, not 8"),
        ({"w_kind": OperandKind(5, True)}, 5, "Drum k must be an integer from 2 to 4, not 5"),
        ({}, "4", "Drum k must be an integer from 2 to 7, not '4'"),
    ],
)
def test_segments_that_do_not_fit_are_refused(kinds, k, message):
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        Drum(**kinds, k=k)
