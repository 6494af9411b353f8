"""Simplification keeps to its limits and is reproducible."""

from hwgen.arith.catalogue import CATALOGUE
from hwgen.arith.metrics import measure
from hwgen.arith.netlist.gate_builder import array_multiplier
from hwgen.arith.netlist.simplify import simplify
from hwgen.arith.operand import S8, U8, OperandKind

START = array_multiplier("small", OperandKind(5, False), OperandKind(5, True))


def test_a_smaller_netlist_within_the_limits():
    result = simplify(START, max_std=6.0, max_mean=8.0)
    metrics = measure(result)
    assert len(result.gates) < 0.8 * len(START.gates)
    assert 0 < metrics.std <= 6.0
    assert abs(metrics.mean) <= 8.0
    assert metrics.is_zero_preserving


def test_steps_add_up_and_repeat():
    limits = {"max_std": 6.0, "max_mean": 8.0}
    two = simplify(START, **limits, steps=2)
    assert two == simplify(simplify(START, **limits, steps=1), **limits, steps=1)
    assert len(two.gates) < len(START.gates)


def test_nothing_fits_no_error_at_all_but_what_changes_nothing():
    result = simplify(START, max_std=0.0, max_mean=0.0)
    assert measure(result).error_probability == 0


def test_the_shipped_netlist_is_smaller_nearly_unbiased_and_keeps_zeros():
    shipped = CATALOGUE["simplified"]
    metrics = measure(shipped)
    assert len(shipped.gates) < 0.72 * len(array_multiplier("exact", U8, S8).gates)
    assert abs(metrics.mean) <= 8.0
    assert metrics.std <= 80.0
    assert 0.001 < metrics.mae / 2**15 < 0.003
    assert metrics.is_zero_preserving
