"""All paths of the kernels give the figures of the definition, and the same search."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen.arith.metrics import measure
from hwgen.errors import SpecError
from hwgen.evolve.genome import netlist_of
from hwgen.kernels import evolution
from hwgen.kernels.evolution import native
from hwgen.kernels.evolution.task import State

COMPILED = native.native_paths()


def random_genes(task, seed):
    """A genome of random gates that read random earlier nets."""
    rng = np.random.default_rng(seed)
    first = task.first + np.arange(task.nodes)
    genes = np.stack(
        (rng.choice(task.functions, task.nodes), *rng.integers(0, first, (2, task.nodes)))
    )
    outputs = rng.integers(0, task.first + task.nodes, task.outputs)
    return np.concatenate((genes.T.ravel(), outputs)).astype(np.int32)


def as_tuple(state):
    counts = (state.evaluations, state.neutral, state.feasible, state.accepted)
    return state.random, state.cost, counts, state.genes.tolist()


@pytest.mark.parametrize("path", COMPILED)
@pytest.mark.parametrize("seed", range(4))
def test_a_path_assesses_random_netlists_like_numpy(problem, path, seed):
    state = State(random=0, genes=random_genes(problem.task, seed))
    assert evolution.assess(problem.task, state, path) == evolution.assess(
        problem.task, state, "numpy"
    )


@pytest.mark.parametrize("path", COMPILED)
def test_a_path_searches_like_numpy(problem, path):
    state = problem.start(5)
    found = evolution.evolve(problem.task, state, 150, path)
    assert as_tuple(found) == as_tuple(evolution.evolve(problem.task, state, 150, "numpy"))
    assert found.evaluations >= 150
    assert found.accepted > 0


@pytest.mark.parametrize("path", evolution.paths())
def test_figures_are_those_of_the_netlist(problem, path):
    genes = random_genes(problem.task, 7)
    figures = evolution.assess(problem.task, State(random=0, genes=genes), path)
    netlist = netlist_of(problem.task, genes, problem.seed_circuit, "random")
    error = measure(netlist, joint=problem.constraint.joint)
    scale = (
        1 / netlist.table().size
        if problem.constraint.joint is None
        else float(problem.constraint.joint.max()) / ((1 << 20) - 1)
    )
    if problem.constraint.joint is None:
        assert figures.absolute * scale == pytest.approx(error.mae)
        assert figures.total * scale == pytest.approx(error.mean)
    else:  # every pair counts as the heaviest of its word
        assert error.mae <= figures.absolute * scale * (1 + 1e-9)


def test_a_search_goes_on_where_it_was_stopped(problem):
    task = replace(problem.task, children=1)
    at_once = evolution.evolve(task, problem.start(3), 400)
    halfway = evolution.evolve(task, problem.start(3), 150)
    assert as_tuple(evolution.evolve(task, halfway, 250)) == as_tuple(at_once)


def test_what_is_kept_between_children_changes_no_verdict(problem):
    """The parent of a long search, whose values were carried on, is assessed anew."""
    found = evolution.evolve(problem.task, problem.start(1), 3000)
    figures = evolution.assess(problem.task, found)
    assert figures.cost == found.cost
    assert figures.is_feasible


def test_the_state_that_is_given_stays_as_it_is(problem):
    state = problem.start(1)
    before = as_tuple(state)
    evolution.evolve(problem.task, state, 200)
    assert as_tuple(state) == before


def test_numpy_runs_where_nothing_was_compiled(monkeypatch):
    monkeypatch.setattr(native, "native_paths", lambda: ())
    assert evolution.paths() == ("numpy",)
    assert evolution.active_path() == "numpy"


def test_an_unknown_path_is_refused(problem):
    with pytest.raises(SpecError, match=r"^kernels path must be one of numpy.*, not 'mmx'$"):
        evolution.assess(problem.task, problem.start(0), "mmx")
