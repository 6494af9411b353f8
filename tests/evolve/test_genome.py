"""Netlists survive the way into a genome and back."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen.arith.netlist.gate_builder import array_multiplier, to_verilog
from hwgen.arith.netlist.netlist import Netlist
from hwgen.arith.netlist.verilog_gates import parse_gates
from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.errors import SpecError
from hwgen.evolve.constraint import Constraint
from hwgen.evolve.genome import genes_of, netlist_of, nodes_for
from hwgen.evolve.prices import FUNCTIONS
from hwgen.evolve.problem import Problem


def problem_of(netlist, technology):
    return Problem(
        seed_circuit=netlist,
        constraint=Constraint(wce=0),
        objective="area",
        technology=technology,
    )


@pytest.mark.parametrize(
    "kinds", [(U8, S8), (OperandKind(4, True), OperandKind(6, True))], ids=lambda x: x[0].name
)
def test_a_netlist_comes_back(kinds, technology):
    netlist = array_multiplier("array", *kinds)
    problem = problem_of(netlist, technology)
    found = netlist_of(problem.task, problem.start(0).genes, netlist, "back")
    assert found.name == "back"
    assert np.array_equal(found.table(), netlist.table())
    assert len(found.gates) <= len(netlist.gates)


def test_every_function_comes_back_as_verilog(seed, technology):
    """Genomes of random gates; that they compute the same is tests/kernels' to show."""
    problem = problem_of(seed, technology)
    rng = np.random.default_rng(2)
    for _ in range(5):
        genes = problem.start(0).genes.copy()
        genes[0 : 3 * problem.task.nodes : 3] = rng.choice(FUNCTIONS, problem.task.nodes)
        netlist = netlist_of(problem.task, genes, seed, "random")
        again = Netlist(**parse_gates(to_verilog(netlist, "random"), "text")._asdict())
        assert again == netlist


def test_a_genome_has_room_for_more(seed):
    nodes = nodes_for(seed)
    assert nodes >= len(seed.gates) + 8
    assert len(genes_of(seed, nodes)) == 3 * nodes + len(seed.outputs)


def test_a_huge_seed_is_refused(seed):
    huge = replace(seed, gates=seed.gates * 100)
    with pytest.raises(SpecError, match=r"^seed circuit small must have at most 3333 gates, not"):
        nodes_for(huge)
