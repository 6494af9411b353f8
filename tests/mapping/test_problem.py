import re
from types import SimpleNamespace

import numpy as np
import pytest

from hwgen import golden
from hwgen.errors import SpecError
from hwgen.mapping.corrections import bias_update
from hwgen.mapping.problem import Problem
from hwgen.mapping.search import Candidate
from hwgen.spec.mapping import LayerMapping


@pytest.fixture
def problem(network, images, costs, spec):
    return Problem(network, images.calibration_images, images.calibration_labels, costs, spec)


def test_the_exact_baseline_loses_nothing_and_costs_one(problem):
    exact = problem.evaluate(problem.exact)
    assert (exact.drop.accuracy, exact.drop.bound, exact.energy) == (100.0, 0.0, 1.0)
    assert {x.bias_update for x in exact.mapping.layers.values()} == {()}


def test_the_baseline_is_the_cheapest_exact_multiplier(network, images, costs, spec):
    more = {**costs, "exact_booth": costs["precision_6x6"], "exact_dadda": costs["exact"]}
    found = Problem(network, images.calibration_images, images.calibration_labels, more, spec)
    assert found.baseline == "exact_booth"


def test_energy_is_weighted_by_operations(problem, network):
    candidate = Candidate("truncated_steps", (0, 1, 3))
    operations = [layer.operations for layer in network.convolutions]
    wanted = operations[0] * 11 + operations[1] * 9 + operations[2] * 5
    assert problem.evaluate(candidate).energy_pj == wanted
    assert problem.evaluate(candidate).energy == wanted / (10 * sum(operations))


def test_every_update_is_computed_behind_the_approximated_prefix(problem, network, images):
    mapping = problem.evaluate(Candidate("truncated_7", (0, 0, 0))).mapping
    tensors = golden.run(network, images.calibration_images, mapping)
    for layer in network.convolutions:
        source = layer.inputs[0]
        zero = network.quantizations[source].zero_point
        wanted = bias_update(layer, LayerMapping(multiplier="truncated_7"), tensors[source], zero)
        assert mapping.layers[layer.name].bias_update == wanted


def test_accuracy_is_what_golden_measures_with_the_corrected_mapping(problem, network, images):
    found = problem.evaluate(Candidate("truncated_steps", (3, 3, 3)))
    assert found.drop.accuracy == golden.accuracy(
        network, images.calibration_images, images.calibration_labels, found.mapping
    )
    assert found.drop.observed == pytest.approx(100 - found.drop.accuracy)
    assert found.drop.observed > 0


def test_a_candidate_is_evaluated_once(problem, monkeypatch):
    candidate = Candidate("truncated_7", (0, 0, 0))
    found = problem.evaluate(candidate)
    monkeypatch.setattr(golden, "step", None)
    assert problem.evaluate(candidate) is found


def test_a_candidate_outside_the_space_is_refused(problem):
    for candidate in (Candidate("truncated_7", (0, 1, 0)), Candidate("exact", (0,))):
        with pytest.raises(
            SpecError,
            match=rf"^candidate {re.escape(str(tuple(candidate)))} does not lie in the "
            r"search space$",
        ):
            problem.evaluate(candidate)


def test_what_the_accelerator_cannot_execute_is_refused(problem, monkeypatch):
    monkeypatch.setattr(type(problem.spec), "refusal", lambda spec, mapping: "it is too small")
    with pytest.raises(
        SpecError, match=r"^the accelerator cannot execute the mapping: it is too small$"
    ):
        problem.evaluate(Candidate("truncated_7", (0, 0, 0)))


def test_a_search_without_an_exact_multiplier_is_refused(network, images, costs, spec):
    some = {name: costs[name] for name in ("truncated_7", "truncated_steps")}
    with pytest.raises(
        SpecError,
        match=r"^a search needs the cost of an exact multiplier, "
        r"not only of truncated_7, truncated_steps$",
    ):
        Problem(network, images.calibration_images, images.calibration_labels, some, spec)


def test_a_cost_that_lacks_a_layer_is_refused(network, images, costs, spec):
    partial = {**costs, "truncated_7": SimpleNamespace(energy_pj={0: {"one": 1.0}})}
    with pytest.raises(
        SpecError, match=r"^cost of truncated_7 lacks the energy of mode 0 in layer two$"
    ):
        Problem(network, images.calibration_images, images.calibration_labels, partial, spec)


def test_precision_multipliers_are_known_by_their_products(problem):
    assert problem.space.precision == ("exact", "precision_6x6")
    assert problem.space.switchable == ("truncated_steps",)
    assert np.prod([problem.space.modes["truncated_steps"]] * 3) == 64
