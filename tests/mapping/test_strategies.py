"""Every strategy keeps the promises of Search."""

import itertools
import json
import subprocess
import sys

import pytest

from hwgen.errors import SpecError
from hwgen.mapping.pareto import front
from hwgen.mapping.search import Candidate, Objectives, Space, drive
from hwgen.mapping.strategies import STRATEGIES, find_strategy

SPACE = Space(
    ("one", "two", "three"),
    {"exact": 1, "narrow": 1, "dial": 4, "switch": 2},
    precision=("exact", "narrow"),
)
REACH = {"uniform": 8, "precision": 2, "nsga2": SPACE.size}  # greedy's depends on what it is told

each_strategy = pytest.mark.parametrize("name", STRATEGIES)


def objectives(candidate):
    """A made-up truth: later layers are more sensitive, a dial saves less than it costs."""
    weight = {"exact": 0.0, "narrow": 3.0, "dial": 1.0, "switch": 2.0}[candidate.multiplier]
    strength = [weight * (mode + (candidate.multiplier == "narrow")) for mode in candidate.modes]
    drop = sum(x * (1 + position) ** 2 for position, x in enumerate(strength)) / 10
    return Objectives(drop, 1 / (1 + sum(strength) / 5))


def evaluate(candidates):
    return [objectives(x) for x in candidates]


def run(name, *, seed=3, budget=1000, batch=7, max_drop=2.0, space=SPACE):
    search = find_strategy(name)(space, seed=seed, max_drop=max_drop)
    return list(drive(search, evaluate, budget=budget, batch=batch))


@each_strategy
def test_proposals_are_allowed_and_distinct(name):
    proposed = [candidate for candidate, _ in run(name)]
    assert proposed
    assert len(set(proposed)) == len(proposed)
    assert all(candidate in SPACE for candidate in proposed)


@each_strategy
def test_the_budget_is_never_exceeded(name):
    for budget in (0, 1, 5):
        assert len(run(name, budget=budget)) <= budget


@each_strategy
def test_an_exhausted_search_ends(name):
    search = find_strategy(name)(SPACE, seed=3, max_drop=2.0)
    found = list(drive(search, evaluate, budget=10_000))
    assert search.ask(5) == []
    if name in REACH:
        assert len(found) == REACH[name]


@each_strategy
def test_a_seed_fixes_the_run(name):
    assert run(name, budget=60) == run(name, budget=60)


@each_strategy
def test_the_batch_does_not_change_what_is_reached(name):
    assert set(run(name, batch=1)) == set(run(name, batch=50))


def test_a_seed_fixes_the_run_in_another_process():
    text = (
        "import importlib.util, json, sys\n"
        "place = importlib.util.spec_from_file_location('other', sys.argv[1])\n"
        "other = importlib.util.module_from_spec(place)\n"
        "place.loader.exec_module(other)\n"
        "print(json.dumps({name: other.run(name, budget=60) for name in other.STRATEGIES}))\n"
    )
    command = [sys.executable, "-c", text, __file__]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    here = {name: run(name, budget=60) for name in STRATEGIES}
    assert json.loads(done.stdout) == json.loads(json.dumps(here))


def test_another_seed_gives_another_random_search():
    assert run("nsga2", budget=60, seed=1) != run("nsga2", budget=60, seed=2)


@each_strategy
def test_the_front_of_a_run_holds_no_dominated_point(name):
    found = [cost for _, cost in run(name)]
    kept = [found[i] for i in front(found)]
    for mine, other in itertools.permutations(kept, 2):
        assert mine == other or any(m < o for m, o in zip(mine, other, strict=True))


def test_precision_tries_only_exact_multipliers_of_fewer_bits():
    assert {x.multiplier for x, _ in run("precision")} == {"exact", "narrow"}


def test_nsga2_starts_from_the_uniform_points():
    first = [x for x, _ in run("nsga2", budget=8)]
    assert first == [x for x, _ in run("uniform")]


def test_nsga2_does_as_well_as_enumerating_one_multiplier():
    space = Space(tuple("abcdefgh"), {"dial": 4, "switch": 2})
    everything = [
        objectives(Candidate("switch", modes)) for modes in itertools.product(range(2), repeat=8)
    ]
    best = min(x.energy for x in everything if x.drop <= 10)
    found = [x for _, x in run("nsga2", space=space, budget=600)]
    assert min(x.energy for x in found if x.drop <= 10) <= best


def test_greedy_keeps_the_drop_and_beats_every_uniform_mapping_that_does():
    found = [x for _, x in run("greedy")]
    uniform = [x for c, x in run("uniform") if c.multiplier in SPACE.switchable]
    best = min(x.energy for x in found if x.drop <= 2.0)
    assert best < min(x.energy for x in uniform if x.drop <= 2.0)


def test_greedy_lowers_the_least_sensitive_layer_first():
    space = Space(("one", "two", "three"), {"switch": 2})
    asked = [x.modes for x, _ in run("greedy", space=space, max_drop=100.0)]
    assert asked[:4] == [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
    assert asked[4:] == [(1, 1, 0), (1, 1, 1)]


def test_greedy_has_nothing_to_do_without_a_switchable_multiplier():
    assert run("greedy", space=Space(("one",), {"exact": 1, "narrow": 1})) == []


def test_an_unknown_method_is_named():
    with pytest.raises(
        SpecError,
        match=r"^no search method is called 'magic'; known: uniform, precision, greedy, nsga2$",
    ):
        find_strategy("magic")
