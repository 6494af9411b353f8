"""All corrections of a design, on the activations that they are for."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen import golden
from hwgen.errors import SpecError
from hwgen.mapping.corrections.bias import bias_update
from hwgen.mapping.corrections.fit import Fitter
from hwgen.mapping.corrections.fitted_variate import fitted_variate
from hwgen.mapping.corrections.joint import error_variance
from hwgen.mapping.corrections.statistics import LayerStatistics
from hwgen.mapping.corrections.tuning import tuned
from hwgen.mapping.design import Corrections, Design
from hwgen.mapping.energy import Energies
from hwgen.spec.mapping import LayerMapping, Mapping
from tests.mapping.corrections.measured import ZERO_POINT, errors, random_codes

NAME = "precision_booth_5x5"
PLAIN = LayerMapping(multiplier=NAME)


@pytest.fixture(scope="module")
def pixels(network):
    rng = np.random.default_rng(8)
    return rng.integers(0, 256, size=(120, *network.input_shape), dtype=np.uint8)


@pytest.fixture(scope="module")
def energies(network):
    layers = tuple(layer.name for layer in network.convolutions)
    tables = {
        x.choice: np.ones((len(layers), 256)) for x in (PLAIN, LayerMapping(multiplier="exact"))
    }
    return Energies(layers, tables)


def run(network, pixels, mapping):
    tensors = {network.input_name: pixels}
    for layer in network.layers:
        if layer.name in mapping.layers:
            tensors[layer.name] = golden.step(network, layer, tensors, mapping)
    return tensors


@pytest.fixture
def fitter(network, pixels, energies):
    return Fitter(network, lambda mapping, x: run(network, pixels, mapping)[x], "exact", energies)


def fitted(fitter, **options):
    layers = [layer.name for layer in fitter.network.convolutions]
    return fitter.fit(Design.uniform(layers, PLAIN, Corrections(**options)))


def lost(network, pixels, mapping):
    """Mean squared difference of the last layer's codes."""
    exact = Mapping({x.name: LayerMapping(multiplier="exact") for x in network.convolutions})
    wanted, found = (run(network, pixels, x)["head"].astype(float) for x in (exact, mapping))
    return ((wanted - found) ** 2).mean()


@pytest.mark.parametrize("tuning", ["none", "published", "weighted", "joint"])
def test_codes_are_tuned_for_the_exact_network_and_biases_after_the_layers_before(
    fitter, network, pixels, energies, tuning
):
    found = fitted(fitter, tuning=tuning)
    tensors = run(network, pixels, found)
    for layer in network.convolutions:
        own, statistics = found.layers[layer.name], fitter.statistics(layer.name)
        wanted = tuned(statistics, PLAIN, Corrections(tuning=tuning), energies, "exact")
        assert own.tuned_weights == wanted.tuned_weights
        assert (own.tuned_weights is None) == (tuning == "none")
        codes, zero = tensors[layer.inputs[0]], statistics.zero_point
        assert own.bias_update == bias_update(layer, own, codes, zero)


def test_a_sequential_fit_makes_up_for_the_layers_before(fitter, network, pixels):
    alone, after = fitted(fitter, tuning="joint"), fitted(fitter, tuning="joint", sequential=True)
    assert alone.layers["one"] == after.layers["one"]
    assert alone.layers["two"] != after.layers["two"]
    assert lost(network, pixels, after) < lost(network, pixels, alone)


def test_c0_takes_the_place_of_a_bias_update(fitter, network):
    both = fitted(fitter, tuning="weighted", control_variate="calibrated")
    own = fitted(fitter, tuning="weighted", control_variate="calibrated", bias_update=False)
    for name in ("one", "two", "head"):
        assert both.layers[name].control_variate == own.layers[name].control_variate
        assert both.layers[name].control_variate is not None
    assert own.layers["two"].bias_update != both.layers["two"].bias_update
    assert own.layers["one"] == both.layers["one"]  # it reads the same in both


@pytest.mark.parametrize("tuning", ["none", "published", "weighted"])
def test_only_joint_tuning_is_sequential(tuning):
    with pytest.raises(SpecError, match="sequential must go with joint tuning"):
        Corrections(tuning=tuning, sequential=True)


def test_joint_tuning_leaves_to_a_variate_what_that_can_take_away(network):
    """Codes that make up for low bits themselves spoil what their sum would do for nothing."""
    layer = replace(network.layers[1], padding=(0, 0, 0, 0), shape=(2, 2, 4))
    codes = random_codes(network, layer, count=800)
    statistics = LayerStatistics(layer, codes, ZERO_POINT, 255)
    plain = LayerMapping(multiplier="perforated_a3_u8")
    energies = Energies((layer.name,), {plain.choice: np.ones((1, 256))})
    left = {}
    for how in ("none", "calibrated"):
        corrections = Corrections(tuning="joint", control_variate=how)
        found = tuned(statistics, plain, corrections, energies, plain.multiplier)
        found = fitted_variate(statistics, found, "calibrated")
        left[how] = errors(layer, found, codes).var(axis=0).sum()
        np.testing.assert_allclose(error_variance(statistics, found).sum(), left[how], rtol=0.25)
    untuned = fitted_variate(statistics, plain, "calibrated")
    assert left["calibrated"] < left["none"]
    assert left["calibrated"] < errors(layer, untuned, codes).var(axis=0).sum()
