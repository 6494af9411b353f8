"""What a problem promises to all strategies alike."""

import numpy as np
import pytest

from hwgen import golden
from hwgen.errors import SpecError
from hwgen.golden import exact_mapping
from hwgen.mapping.corrections.bias import bias_update
from hwgen.mapping.design import Corrections, Design, Probe, question_from_json
from hwgen.mapping.problem import Problem
from hwgen.network.limits import highest_code
from hwgen.spec.mapping import FilterRule, LayerMapping, Mapping, TunedWeights
from hwgen.spec.mapping.rules import Choice
from tests.mapping import tiny

UPDATED = Corrections()
PLAIN = Corrections(bias_update=False)
MODES = (0, 1, 3)


@pytest.fixture(scope="module")
def steps(problem):
    """Layers in different modes of one multiplier, their biases updated."""
    layers = {
        name: LayerMapping(multiplier="truncated_steps", mode=mode)
        for name, mode in zip(problem.layers, MODES, strict=True)
    }
    return Design.of(layers, UPDATED)


def uniform(problem, name, corrections=UPDATED):
    return Design.uniform(problem.layers, LayerMapping(multiplier=name), corrections)


def test_the_exact_baseline_loses_nothing_and_costs_one(problem):
    found = problem.answer(problem.exact)
    assert (found.drop.accuracy, found.drop.observed, found.drop.bound) == (100.0, 0.0, 0.0)
    assert found.energy.total == found.energy.convolutions == 1.0
    assert {x.bias_update for x in found.mapping.layers.values()} == {()}
    assert np.array_equal(found.margins, problem.exact_margins)


def test_the_baseline_is_the_cheapest_exact_multiplier(network, images, spec):
    names = ("exact", "exact_booth", "exact_dadda", "precision_6x6")
    energies = tiny.energies(network, names)
    energies.tables[Choice("exact_dadda", 0)][:] *= 0.5
    found = Problem(
        network, images.calibration_images, images.calibration_labels, names, energies, spec
    )
    assert found.baseline == "exact_dadda"
    assert {x.multiplier for x in found.exact.mapping.layers.values()} == {"exact_dadda"}


def test_choices_are_all_modes_of_all_multipliers(problem):
    assert problem.choices[:3] == (
        Choice("exact", 0),
        Choice("precision_6x6", 0),
        Choice("truncated_7", 0),
    )
    assert [x.mode for x in problem.choices if x.multiplier == "lvrm"] == [0, 1, 2]


def test_accuracy_is_what_golden_measures_with_the_corrected_mapping(problem, images, steps):
    found = problem.answer(steps)
    wanted = golden.accuracy(
        problem.network, images.calibration_images, images.calibration_labels, found.mapping
    )
    assert found.drop.accuracy == wanted
    assert found.drop.observed == pytest.approx(100 - wanted)
    assert found.drop.observed > 0


def test_every_bias_is_fitted_behind_the_approximated_layers_before(problem, images, steps):
    mapping = problem.answer(steps).mapping
    tensors = golden.run(problem.network, images.calibration_images, mapping)
    for layer in problem.network.convolutions:
        source = layer.inputs[0]
        zero = problem.network.quantizations[source].zero_point
        plain = steps.mapping.layers[layer.name]
        highest = highest_code(problem.network, source)
        wanted = bias_update(layer, plain, tensors[source], zero, highest)
        assert mapping.layers[layer.name].bias_update == wanted
    assert any(mapping.layers["head"].bias_update)


def test_a_design_that_is_not_to_be_corrected_stays_as_it_is(problem):
    design = uniform(problem, "truncated_7", PLAIN)
    assert problem.answer(design).mapping == design.mapping


def test_energy_counts_every_product_by_its_choice_and_code(problem, steps):
    wanted = exact = 0.0
    for layer, mode in zip(problem.network.convolutions, MODES, strict=True):
        for code in layer.weights.ravel().tolist():
            positions = layer.shape[0] * layer.shape[1]
            own, reference = (
                problem.energies.of(x, layer.name)[code & 255] * positions
                for x in (Choice("truncated_steps", mode), Choice("exact", 0))
            )
            wanted, exact = wanted + own, exact + reference
    found = problem.answer(steps).energy
    assert found.total_pj == pytest.approx(wanted)
    assert found.total == pytest.approx(wanted / exact)


def test_tuned_codes_are_priced_as_tuned(problem):
    zeros = {
        layer.name: LayerMapping(
            multiplier="exact", tuned_weights=TunedWeights.of(np.zeros_like(layer.weights))
        )
        for layer in problem.network.convolutions
    }
    found = problem.answer(Design.of(zeros, PLAIN)).energy
    wanted = sum(
        layer.operations * problem.energies.of(Choice("exact", 0), layer.name)[0]
        for layer in problem.network.convolutions
    )
    assert found.total_pj == pytest.approx(wanted)
    assert found.total < 1


def test_tuning_changes_what_is_multiplied_and_what_it_costs(problem):
    plain = problem.answer(uniform(problem, "truncated_7", UPDATED))
    joint = problem.answer(uniform(problem, "truncated_7", Corrections(tuning="joint")))
    assert all(x.tuned_weights is not None for x in joint.mapping.layers.values())
    assert joint.energy.total_pj != plain.energy.total_pj


def test_answers_do_not_depend_on_what_was_asked_before(problem, steps):
    fresh = tiny.problem()
    fresh.answer(uniform(fresh, "perforated_a2", Corrections(tuning="joint")))
    one, other = problem.answer(steps), fresh.answer(steps)
    assert one.mapping == other.mapping
    assert (one.drop, one.energy, one.multiplications) == (
        other.drop,
        other.energy,
        other.multiplications,
    )
    assert np.array_equal(one.margins, other.margins)


def test_cost_is_counted_in_emulated_multiplications(problem, network, steps):
    by_image = sum(layer.operations for layer in network.convolutions)
    assert problem.answer(steps).multiplications == 60 * by_image
    probe = Probe(noise=(("one", 0.1),), images=20, seed=1)
    assert problem.answer(probe).multiplications == 20 * by_image
    assert problem.answer(Probe(noise=(), images=10**6, seed=1)).multiplications == 60 * by_image


def test_a_probe_says_the_same_every_time_and_has_no_energy(problem):
    probe = Probe(noise=(("two", 0.5),), images=60, seed=4)
    one, other = problem.answer(probe), problem.answer(question_from_json(probe.to_json()))
    assert np.array_equal(one.margins, other.margins)
    assert one.drop == other.drop
    assert one.energy is one.mapping is None
    another = problem.answer(Probe(noise=(("two", 0.5),), images=60, seed=5))
    assert not np.array_equal(one.margins, another.margins)


@pytest.mark.parametrize("layer", ["one", "two", "head"])
def test_more_noise_loses_more(problem, layer):
    def disturbed(noise):
        found = problem.answer(Probe(noise=((layer, noise),), images=60, seed=4))
        return float(((found.margins - problem.exact_margins) ** 2).mean()), found.drop.expected

    (small, _), (middle, expected), (large, worse) = (disturbed(x) for x in (0.02, 0.2, 2.0))
    assert small < middle < large
    assert 0 < expected < worse


def test_what_the_form_does_not_admit_is_refused_as_refusal_says(problem):
    by_layer = {"one": "exact", "two": "truncated_7", "head": "exact"}
    two = Mapping({name: LayerMapping(multiplier=x) for name, x in by_layer.items()})
    wanted = (
        "mapping must use at most 1 multipliers, the number that form weights holds, "
        "not 2: exact, truncated_7"
    )
    assert problem.refusal(two) == wanted
    with pytest.raises(SpecError, match=f"^{wanted}$"):
        problem.answer(Design.of(two.layers, UPDATED))
    assert problem.refusal(uniform(problem, "truncated_7").mapping) is None


def test_forms_of_several_arrays_hold_as_many_multipliers_as_the_spec(problems):
    names = ("exact", "truncated_7", "roup_1_4", "roup_0_6")

    def mapping(filters, **others):
        rules = tuple(FilterRule(filters=str(i), mode=0, multiplier=x) for i, x in filters)
        layer = LayerMapping(multiplier="exact", filters=rules)
        return Mapping(dict.fromkeys(("one", "two", "head"), layer))

    three, four = (mapping(enumerate(names[1:count])) for count in (3, 4))
    assert problems["columns"].refusal(three) is None
    assert "at most 3 multipliers" in problems["columns"].refusal(four)
    assert "mixes multipliers" in problems["tiles"].refusal(three)


def test_a_search_without_an_exact_multiplier_is_refused():
    with pytest.raises(
        SpecError,
        match=r"^a search needs the energy of an exact multiplier, not only of truncated_7, lvrm$",
    ):
        tiny.problem(names=("truncated_7", "lvrm"))


def test_an_energy_that_was_not_measured_is_named(network, images, spec):
    energies = tiny.energies(network, ("exact", "truncated_7"))
    names = ("exact", "truncated_7", "roup_1_4")
    lacking = Problem(
        network, images.calibration_images, images.calibration_labels, names, energies, spec
    )
    with pytest.raises(SpecError, match=r"^energy of roup_1_4 mode 0 must be measured$"):
        lacking.answer(uniform(lacking, "roup_1_4"))


def test_precision_multipliers_are_known_by_their_products(problem):
    """Left-out weight digits and low rows of activations are coarser operands, and no more."""
    coarser = ("precision_6x6", "perforated_a2", "dypr", "posneg_2")
    assert problem.precision == ("exact", *coarser)


def test_the_exact_margins_are_those_of_golden(problem, images):
    logits = golden.run(problem.network, images.calibration_images, exact_mapping(problem.network))[
        "head"
    ].reshape(60, -1)
    right = logits.argmax(axis=1) == images.calibration_labels
    assert np.array_equal(problem.exact_margins > 0, right)
