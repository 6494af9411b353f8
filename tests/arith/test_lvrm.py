"""LVRM keeps its variances weight by weight, and the search finds the columns that it ships."""

import re

import numpy as np
import pytest
from amaranth.sim import Simulator

from hwgen.arith.booth.lvrm import Lvrm
from hwgen.arith.booth.lvrm_search import row_bits, search
from hwgen.arith.catalogue import find
from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.errors import SpecError

KINDS = pytest.mark.parametrize("w_kind", [S8, U8], ids=lambda kind: kind.name)


def errors(multiplier, mode):
    exact = np.multiply.outer(multiplier.a_kind.values, multiplier.w_kind.values)
    return exact - multiplier.table(mode)


def digits(w):
    """Radix-4 Booth digits of an integer, lowest first."""
    bits = [0, *((w >> place) & 1 for place in range(10))]
    return [bits[k] + bits[k + 1] - 2 * bits[k + 2] for k in range(0, 10, 2)]


def simulated(multiplier, mode):
    circuit = multiplier.create()
    table = np.zeros((1 << multiplier.a_kind.width, 1 << multiplier.w_kind.width), dtype=int)

    async def bench(ctx):
        ctx.set(circuit.mode, mode)
        for (a, w), _ in np.ndenumerate(table):
            ctx.set(circuit.a, int(multiplier.a_kind.values[a]))
            ctx.set(circuit.w, int(multiplier.w_kind.values[w]))
            table[a, w] = ctx.get(circuit.p)

    simulator = Simulator(circuit)
    simulator.add_testbench(bench)
    simulator.run()
    return table


@KINDS
def test_a_mode_loses_the_row_bits_below_its_column(w_kind):
    multiplier = Lvrm(w_kind=w_kind)
    for mode, cut in enumerate((0, 4, 5)):
        lost = [
            [
                sum(
                    np.sign(d) * ((abs(d) * a << 2 * row) & ((1 << cut) - 1) >> 2 * row << 2 * row)
                    for row, d in enumerate(digits(w))
                )
                for w in w_kind.values.tolist()
            ]
            for a in range(256)
        ]
        assert np.array_equal(errors(multiplier, mode), lost)


@KINDS
def test_variances_hold_for_at_least_nine_weights_in_ten(w_kind):
    # The paper: 94 % of the weights in lvrm1 and 97 % in lvrm2, mean variances 27 and 157.
    multiplier = Lvrm(w_kind=w_kind)
    for mode, bound, mean in ((1, 8**2, 28.875), (2, 20**2, 152.875)):
        variances = errors(multiplier, mode).var(axis=0)
        assert (variances <= bound).mean() == 1.0
        assert variances.mean() == mean


def test_mode_zero_is_exact_and_zero_operands_give_zero():
    for name in ("lvrm", "lvrm_u8", "lvrm_s8", "lvrm_fast"):
        multiplier = find(name)
        assert multiplier.modes == ("lvrm0", "lvrm1", "lvrm2")
        assert not errors(multiplier, 0).any()
        for mode in (1, 2):
            assert not multiplier.compute(0, multiplier.w_kind.values, mode).any()
            assert not multiplier.compute(multiplier.a_kind.values, 0, mode).any()


@KINDS
def test_the_search_finds_the_columns_that_are_switched_off(w_kind):
    multiplier = Lvrm(w_kind=w_kind)
    for mode, switches in enumerate(search(w_kind, columns=6), start=1):
        assert switches.bits == row_bits(w_kind, multiplier.cuts[mode])
        assert switches.share == 1.0
        assert switches.mean_variance == errors(multiplier, mode).var(axis=0).mean()


def test_no_larger_column_keeps_the_variances():
    for cut, bound in ((5, 8**2), (6, 20**2)):
        assert (errors(Lvrm(cuts=(0, cut)), 1).var(axis=0) <= bound).mean() < 0.9


@pytest.mark.parametrize(
    ("a_kind", "w_kind"),
    [
        (OperandKind(4, False), OperandKind(5, True)),
        (OperandKind(5, True), OperandKind(4, False)),
        (OperandKind(5, True), OperandKind(6, True)),
        (OperandKind(4, False), OperandKind(4, False)),
    ],
    ids=lambda kind: kind.name,
)
@pytest.mark.parametrize("fast", [False, True])
def test_circuits_of_other_widths_compute_their_definition(a_kind, w_kind, fast):
    multiplier = Lvrm(a_kind=a_kind, w_kind=w_kind, cuts=(0, 2, 3, 6), fast=fast)
    for mode in range(4):
        assert np.array_equal(simulated(multiplier, mode), multiplier.table(mode))


@pytest.mark.parametrize(
    ("cuts", "message"),
    [
        ((0,), "Lvrm cuts must be two or more, ascending from 0, not (0,)"),
        ((1, 2), "Lvrm cuts must be two or more, ascending from 0, not (1, 2)"),
        ((0, 5, 4), "Lvrm cuts must be two or more, ascending from 0, not (0, 5, 4)"),
        ((0, 4, 4), "Lvrm cuts must be two or more, ascending from 0, not (0, 4, 4)"),
        ((0, 15), "Lvrm cut must be an integer from 0 to 14, not 15"),
    ],
)
def test_cuts_out_of_range_are_refused(cuts, message):
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        Lvrm(cuts=cuts)
