"""Small searches that every path of the kernels must do alike."""

import numpy as np
import pytest

from hwgen.arith.netlist.gate_builder import array_multiplier
from hwgen.arith.operand import OperandKind
from hwgen.cost.technology import Technology
from hwgen.evolve.constraint import Constraint
from hwgen.evolve.problem import Problem

U4, S4, U5, S5 = (OperandKind(w, s) for w in (4, 5) for s in (False, True))


def skewed(rows, cols):
    """A histogram with likely, unlikely and impossible pairs."""
    counts = np.random.default_rng(1).random((rows, cols)) ** 4
    counts[:, 3] = 0
    return counts / counts.sum()


CASES = {
    "mae, energy": (U4, U4, Constraint(mae=2), "energy", 1),
    "signed, all bounds": (S4, S5, Constraint(mae=3, wce=20, mean=1, zero=True), "energy", 3),
    "mixed, wce, area": (U5, S4, Constraint(wce=9), "area", 1),
    "histogram": (U4, S4, Constraint(mae=2, mean=1, joint=skewed(16, 16)), "energy", 1),
    "several blocks": (OperandKind(7, False), OperandKind(6, True), Constraint(mae=3), "area", 2),
}


@pytest.fixture(scope="session", params=CASES)
def problem(request):
    a_kind, w_kind, constraint, objective, children = CASES[request.param]
    return Problem(
        seed_circuit=array_multiplier("array", a_kind, w_kind),
        constraint=constraint,
        objective=objective,
        technology=Technology.load(),
        children=children,
        mutations=3,
    )
