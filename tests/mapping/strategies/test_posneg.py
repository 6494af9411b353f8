"""Errors of both signs that cancel in each filter, and z lowered layer by layer."""

from types import SimpleNamespace

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.errors import SpecError
from hwgen.golden.products import products_of
from hwgen.mapping.corrections.moments import error_sums
from hwgen.mapping.design import Corrections, Design
from hwgen.mapping.kinds import errors
from hwgen.mapping.strategies.posneg import PosNeg, PosNegPublished
from hwgen.mapping.strategies.search import Options
from hwgen.mapping.strategies.signed import SignedModes, balanced, signed_modes
from hwgen.spec.mapping import LayerMapping
from tests.mapping import tiny
from tests.mapping.drive import run

ALONE = {"one": 0.2, "two": 0.9, "head": 0.5}
TILES = ("exact", "posneg_1", "posneg_2", "posneg_3")


def test_modes_are_told_by_their_products():
    assert signed_modes("posneg_3") == (SignedModes("posneg_3", 3, 0, 1, 2),)
    assert [x.z for x in signed_modes("posneg_3_u8")] == [3]
    for name in ("exact", "lvrm", "scalable_a3"):  # the last has PE(1) to PE(3), but no NE
        assert signed_modes(name) == ()


def mean_errors(mapping, statistics, by_tap):
    """Of each filter, for activations that each tap reads as often as ``by_tap`` says."""
    layer = statistics.layer
    products = products_of(layer, mapping, statistics.zero_point)
    found = error_sums(layer, mapping, products, by_tap)
    return np.abs(found / by_tap.sum(axis=2)[0, 0])


@pytest.mark.parametrize("name", ["posneg_2", "posneg_3_u8"])
def test_uniform_activations_leave_no_mean_error(problem, name):
    modes = signed_modes(name)[0]
    for place in problem.layers:
        statistics = problem.statistics(place)
        uniform = np.ones_like(statistics.histograms)
        found = mean_errors(balanced(statistics, modes), statistics, uniform)
        positive = LayerMapping(multiplier=name, mode=modes.positive)
        every = mean_errors(positive, statistics, uniform)
        assert (found <= 2 ** (modes.z - 1)).all()
        assert found.mean() < every.mean() / 50


def test_measured_activations_are_balanced_as_they_are(problem):
    modes = signed_modes("posneg_2")[0]
    for place in problem.layers:
        statistics = problem.statistics(place)
        uniform, measured = (
            mean_errors(balanced(statistics, modes, x), statistics, statistics.histograms)
            for x in ("uniform", "measured")
        )
        assert (measured <= 2).all()
        assert measured.mean() < uniform.mean()


def test_with_a_bias_update_any_parting_gives_the_same_network(problem):
    """NE is PE plus a constant of the filter, see the docstring of PosNeg."""
    modes = signed_modes("posneg_2")[0]
    layers = {x: balanced(problem.statistics(x), modes) for x in problem.layers}
    assert all(x.weights for x in layers.values())
    plain = LayerMapping(multiplier="posneg_2", mode=modes.positive)
    parted = problem.answer(Design.of(layers, Corrections()))
    alike = problem.answer(Design.uniform(problem.layers, plain, Corrections()))
    assert np.array_equal(parted.margins, alike.margins)
    table = errors(find("posneg_2"), modes.positive) - errors(find("posneg_2"), modes.negative)
    assert np.array_equal(table[0], 3 * find("posneg_2").w_kind.values)
    assert (table == table[0]).all()


def steps(problem, **options):
    """Questions, where only a layer alone tells what it loses."""

    def answer(_, design):
        changed = [x for x, layer in design.mapping.layers.items() if layer.mode]
        observed = ALONE[changed[0]] if len(changed) == 1 else 9.0
        return SimpleNamespace(drop=SimpleNamespace(observed=observed))

    search = PosNeg(problem, Options(seed=1, budget=99), **options)
    return [question for question, _ in run(search, 99, answer)]


def z_of(design):
    """Rows that are frozen in each layer, in the order of :data:`ALONE`."""
    found = []
    for name in ALONE:
        layer = design.mapping.layers[name]
        (modes,) = signed_modes(layer.multiplier)
        found.append(modes.z if layer.mode == modes.positive else 0)
    return tuple(found)


@pytest.fixture(scope="module")
def tiles():
    return tiny.problem("tiles", TILES)


def test_z_is_lowered_in_the_most_sensitive_layer_first(tiles):
    found = [z_of(x) for x in steps(tiles)]
    assert found[:3] == [(3, 0, 0), (0, 3, 0), (0, 0, 3)]
    assert found[3:9] == [(3, 3, 3), (3, 2, 3), (3, 1, 3), (3, 0, 3), (3, 0, 2), (3, 0, 1)]
    assert found[9:] == [(2, 0, 0), (1, 0, 0), (0, 0, 0)]  # (3, 0, 0) was asked before


def test_layers_may_be_lowered_in_turn(tiles):
    found = [z_of(x) for x in steps(tiles, in_turn=True)]
    assert found[3:8] == [(3, 3, 3), (3, 2, 3), (3, 2, 2), (2, 2, 2), (2, 1, 2)]


def test_an_array_of_one_z_lowers_it_to_exact(problem):
    found = [z_of(x) for x in steps(problem)]
    assert found[3:] == [(2, 2, 2), (2, 0, 2), (0, 0, 0)]  # (2, 0, 0) was asked before


@pytest.mark.parametrize(
    ("strategy", "balance"), [(PosNeg, "measured"), (PosNegPublished, "uniform")]
)
def test_filters_are_balanced_for_the_activations_that_the_method_says(problem, strategy, balance):
    (question,) = strategy(problem, Options(seed=1, budget=9)).ask(1)
    statistics, modes = problem.statistics("one"), signed_modes("posneg_2")[0]
    assert question.mapping.layers["one"] == balanced(statistics, modes, balance)


def test_corrections_are_the_published_ones_unless_the_user_says_otherwise(problem):
    published = {Corrections(bias_update=False)}
    assert all(set(x.corrections.values()) == published for x in steps(problem))
    search = PosNeg(problem, Options(seed=1, budget=9, corrections=Corrections()))
    assert set(search.ask(1)[0].corrections.values()) == {Corrections()}


@pytest.mark.parametrize(
    ("form", "names", "message"),
    [
        ("weights", ("exact", "lvrm"), "modes of positive and negative error, not exact, lvrm"),
        ("columns", ("exact", "posneg_2"), "chooses modes weight by weight, not form columns"),
    ],
)
def test_a_problem_without_both_signs_is_refused(form, names, message):
    problem = tiny.problem(form, names)
    with pytest.raises(SpecError, match=rf"^search method posneg needs .* {message}$"):
        PosNeg(problem, Options(seed=1, budget=9))
