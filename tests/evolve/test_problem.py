"""Seeds, bounds and prices: what is refused, and what is passed on."""

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.arith.netlist.gate_builder import array_multiplier
from hwgen.arith.operand import OperandKind
from hwgen.cost.operands import port_codes
from hwgen.errors import SpecError
from hwgen.evolve.constraint import Constraint, parse_bound
from hwgen.evolve.planes import operands
from hwgen.evolve.prices import FUNCTIONS, gate_prices
from hwgen.evolve.problem import Problem
from hwgen.evolve.seed import as_netlist


@pytest.mark.parametrize("name", ["truncated_6", "exact_u8", "heam_u8", "simplified"])
def test_a_seed_in_gates_computes_the_same(name):
    multiplier = find(name)
    netlist = as_netlist(multiplier, name)
    assert np.array_equal(netlist.table(), multiplier.table())
    assert netlist.p_kind.width == 16


def test_a_seed_with_modes_is_refused():
    with pytest.raises(SpecError, match=r"^seed circuit x must have one mode, not 3: ze, pe, ne$"):
        as_netlist(find("posneg_1"), "x")


@pytest.mark.parametrize(
    ("text", "value"), [("12.5", 12.5), ("0.5%", 327.68), ("0", 0.0), (".25%", 163.84), ("3", 3.0)]
)
def test_bounds_are_errors_or_percentages(text, value):
    assert parse_bound("mae", text, 16) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "-1", "1 %", "five", "1e3", "nan", "%"])
def test_other_bounds_are_refused(text):
    with pytest.raises(SpecError, match=r"^bound mae must be a number or a percentage, not '"):
        parse_bound("mae", text, 16)


@pytest.mark.parametrize("bounds", [{}, {"mean": 1.0}, {"zero": True}])
def test_a_constant_must_not_be_within_the_bounds(bounds):
    with pytest.raises(SpecError, match=r"^evolution must be bounded by mae or wce"):
        Constraint(**bounds)


def test_a_seed_outside_the_bounds_is_refused(technology):
    with pytest.raises(SpecError, match=r"^seed circuit s must be within the bounds, not have MAE"):
        Problem(
            seed_circuit=as_netlist(find("truncated_6_a1"), "s"),
            constraint=Constraint(mae=10.0),
            objective="area",
            technology=technology,
        )


@pytest.mark.parametrize("width", [3, 9])
def test_operands_of_other_widths_are_refused(technology, width):
    kind = OperandKind(width, False)
    with pytest.raises(SpecError, match=rf"operand u{width} width must be .* 4 to 8, not {width}"):
        Problem(
            seed_circuit=array_multiplier("s", kind, kind),
            constraint=Constraint(mae=1.0),
            objective="area",
            technology=technology,
        )


@pytest.mark.parametrize(("a_signed", "w_signed"), [(False, True), (True, False), (True, True)])
@pytest.mark.parametrize("width", [5, 8])
def test_the_real_flow_sees_the_operands_that_were_drawn(technology, a_signed, w_signed, width):
    kinds = OperandKind(width, a_signed), OperandKind(6, w_signed)
    netlist = array_multiplier("s", *kinds)
    problem = Problem(
        seed_circuit=netlist,
        constraint=Constraint(mae=1.0),
        objective="energy",
        technology=technology,
    )
    before, after = port_codes(netlist, 0, list(problem.traces.values()))
    drawn = operands(*kinds, len(after["a"]))
    for found, expected in zip((before["a"], after["a"], after["w"]), drawn, strict=True):
        assert np.array_equal(found, expected)
    assert np.array_equal(before["w"], after["w"])


def test_prices_are_those_of_the_technologys_cells(technology):
    prices = gate_prices(technology)
    area, delay = prices.area, prices.delay
    assert area[7] == round(100 * technology.gates["NAND2_X1"].area_um2)
    assert area[5] < area[7] < area[6]
    assert delay[5] <= delay[7] <= delay[6]
    assert prices.pin_energy[7] < prices.pin_energy[6]
    assert all(area[f] > 0 and prices.output_energy[f] > 0 for f in FUNCTIONS if f != 10)
    assert (area[10], prices.pin_energy[10], delay[10]) == (0, 0, 0)
