"""Options of a layer: what is predicted is what comes of it."""

import pytest

from hwgen.mapping.corrections.joint import error_variance
from hwgen.mapping.corrections.statistics import scales
from hwgen.mapping.design import Corrections
from hwgen.mapping.energy import layer_energy_pj
from hwgen.mapping.prediction.options import network_options
from hwgen.mapping.strategies.choices import admitted
from hwgen.spec.mapping import LayerMapping

WANTED = (Corrections(), *(Corrections(tuning="joint", thrift=x) for x in (0.0, 0.05)))


@pytest.fixture(scope="module")
def problem(problems):
    return problems["tiles"]


def test_each_option_is_cheaper_or_more_accurate_than_the_others_of_its_multiplier(problem):
    found = network_options(problem, admitted(problem), WANTED)[problem.layers[0]]
    for one in found:
        for other in found:
            if other is not one and other.mapping.multiplier == one.mapping.multiplier:
                assert other.energy > one.energy or other.variance > one.variance


def test_the_exact_multiplier_without_tuning_is_an_option_without_error(problem):
    for found in network_options(problem, admitted(problem), WANTED).values():
        exact = [
            x
            for x in found
            if x.mapping.multiplier == problem.baseline and x.corrections.tuning == "none"
        ]
        assert [x.variance for x in exact] == [pytest.approx(0, abs=1e-12)]


def test_predictions_of_a_small_layer_are_those_of_all_its_filters(problem):
    name = problem.layers[0]
    statistics = problem.statistics(name)
    assert len(statistics.layer.weights) <= 8
    exact = LayerMapping(multiplier=problem.baseline)
    whole = sum(layer_energy_pj(x, exact, problem.energies) for x in problem.network.convolutions)
    scale = scales(statistics.layer) ** 2
    for option in network_options(problem, admitted(problem), WANTED)[name]:
        own = problem.fitter.own(name, option.mapping, option.corrections)
        variance = (scale * error_variance(statistics, own)).sum()
        variance /= (scale * statistics.output_variance).sum()
        assert option.variance == pytest.approx(variance)
        energy = layer_energy_pj(statistics.layer, own, problem.energies) / whole
        assert option.energy == pytest.approx(energy)


def test_a_trial_keeps_what_comes_near_the_best_and_leaves_the_rest_out(problem):
    choices = admitted(problem)
    whole = network_options(problem, choices, WANTED)
    tried = network_options(problem, choices, WANTED, trial=WANTED[1])
    for name, options in whole.items():
        kept = {x.mapping.multiplier for x in tried[name]}
        assert kept <= {x.mapping.multiplier for x in options}
        least = min(options, key=lambda x: (x.variance, x.energy))
        assert least.mapping.multiplier in kept
        assert [x for x in options if x.mapping.multiplier in kept] == tried[name]
