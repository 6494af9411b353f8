"""LVRM's four steps, on losses that are made up."""

from types import SimpleNamespace

import pytest

from hwgen.errors import SpecError
from hwgen.mapping.design import Corrections
from hwgen.mapping.strategies.lvrm import Lvrm
from hwgen.mapping.strategies.search import Options
from hwgen.spec.mapping import LayerMapping
from tests.mapping import tiny
from tests.mapping.drive import run

ALONE = {"one": 0.9, "two": 0.1, "head": 0.3}  # loss of a layer in M2
SHARE = {"-10..10": 0.6, "-5..5": 0.3, "0": 0.1, "-30..-11,11..30": 0.5, "-20..-11,11..20": 0.2}
M2 = LayerMapping(multiplier="lvrm", mode=2)


@pytest.fixture(scope="module")
def small():
    return tiny.problem(names=("exact", "lvrm"))


def loss(design):
    """What layers lose adds up; a range loses its share of what the whole layer does."""
    found = 0.0
    for name, layer in design.mapping.layers.items():
        found += ALONE[name] * (layer.mode == 2)
        found += ALONE[name] * sum(SHARE.get(x.codes, 0.4) for x in layer.ranges)
    return found


def steps(problem, max_drop=1.0, **options):
    """Designs in the order of the questions, of the walk with one limit."""
    search = Lvrm(problem, Options(seed=1, budget=99, max_drop=max_drop), **options)
    return [
        question
        for question, _ in run(
            search, 99, lambda _, x: SimpleNamespace(drop=SimpleNamespace(observed=loss(x)))
        )
    ]


def described(design):
    """Per layer: 0, 2, or the ranges."""
    return {
        name: layer.mode if layer.is_uniform else {x.mode: x.codes for x in layer.ranges}
        for name, layer in design.mapping.layers.items()
    }


@pytest.fixture
def only(monkeypatch):
    """No limit but the user's."""
    monkeypatch.setattr("hwgen.mapping.strategies.lvrm.LIMITS", ())


@pytest.mark.usefixtures("only")
def test_layers_go_first_the_least_significant_first(small):
    found = [described(x) for x in steps(small, 0.45)]
    assert found[:3] == [{"one": 0, "two": 0, "head": 0} | {x: 2} for x in ALONE]
    assert found[3] == {"one": 0, "two": 2, "head": 2}  # two alone was asked before
    assert found[4] == {"one": 2, "two": 2, "head": 2}  # too much


@pytest.mark.usefixtures("only")
def test_the_widest_ranges_within_the_limit_are_taken(small):
    """0.4 for two layers; -5..5 of the last adds 0.27, 0 adds 0.09, and M1 beyond 0.36 or more."""
    found = [described(x)["one"] for x in steps(small, 0.8)][5:]
    assert found == [
        {2: "-10..10"},
        {2: "-5..5"},
        {1: "-30..-6,6..30", 2: "-5..5"},
        {1: "-20..-6,6..20", 2: "-5..5"},
    ]
    found = [described(x)["one"] for x in steps(small, 0.5)][5:]
    assert found[2:] == [{2: "0"}, {1: "-30..-1,1..30", 2: "0"}, {1: "-20..-1,1..20", 2: "0"}]


@pytest.mark.usefixtures("only")
def test_a_loss_at_the_limit_is_within_it(small):
    """Up to what subtracting two percentages may round to: some ``1e-14``."""
    limit = sum(ALONE.values()) - 1e-13
    assert set(steps(small, limit)[-1].mapping.layers.values()) == {M2}


@pytest.mark.usefixtures("only")
def test_ranges_may_be_chosen_layer_by_layer(small):
    found = [described(x) for x in steps(small, 0.25, by_layer=True)]
    ranged = [(x["head"], x["one"]) for x in found[4:]]
    assert ranged == [
        ({2: "-10..10"}, 0),
        ({2: "-5..5"}, 0),
        ({2: "-5..5"}, {2: "-10..10"}),
        ({2: "-5..5"}, {2: "-5..5"}),
        ({2: "-5..5"}, {2: "0"}),
        ({1: "-30..-6,6..30", 2: "-5..5"}, 0),
        ({1: "-20..-6,6..20", 2: "-5..5"}, 0),
        ({2: "-5..5"}, {1: "-30..30"}),
        ({2: "-5..5"}, {1: "-20..20"}),
    ]


@pytest.mark.usefixtures("only")
def test_a_limit_that_all_layers_keep_ends_with_all_of_them(small):
    found = steps(small, 5.0)
    assert set(found[-1].mapping.layers.values()) == {M2}
    assert len(found) == 5


def test_published_limits_come_with_the_users(small):
    every = {x.key for x in steps(small, 0.8)}
    assert every > {x.key for x in steps(small, 0.5)}


def test_biases_are_updated_unless_the_user_says_otherwise(small):
    assert all(set(x.corrections.values()) == {Corrections()} for x in steps(small))
    plain = Corrections(bias_update=False)
    search = Lvrm(small, Options(seed=1, budget=3, corrections=plain))
    assert set(search.ask(1)[0].corrections.values()) == {plain}


def test_a_problem_without_three_modes_is_refused():
    problem = tiny.problem(names=("exact", "truncated_7"))
    with pytest.raises(
        SpecError,
        match=r"^search method lvrm needs a multiplier of three modes, not exact, truncated_7$",
    ):
        Lvrm(problem, Options(seed=1, budget=9))
