"""Bands of a ranking, and choices given to groups of weights."""

from itertools import product

import numpy as np
import pytest

from hwgen.mapping.strategies.bands import band_count, band_edges, bandings
from hwgen.mapping.strategies.levels import grid, leveled
from hwgen.spec.mapping.rules import Choice

CHOICES = (Choice("exact", 0), Choice("truncated_7", 0), Choice("roup_1_4", 0))


@pytest.mark.parametrize(("choices", "bands", "most"), [(3, 4, 3), (4, 3, 2), (2, 6, 1), (1, 3, 3)])
def test_bandings_are_all_that_never_fall_and_hold_few_choices(choices, bands, most):
    found = list(bandings(choices, bands, most))
    every = product(range(choices), repeat=bands)
    wanted = {x for x in every if list(x) == sorted(x) and len(set(x)) <= most}
    assert set(found) == wanted
    assert len(found) == len(wanted) == band_count(choices, bands, most)


@pytest.mark.parametrize(("groups", "bands"), [(7, 3), (12, 4), (5, 5), (4, 1)])
def test_bands_are_as_alike_in_size_as_they_can_be(groups, bands):
    edges = band_edges(groups, bands)
    sizes = np.bincount(edges, minlength=bands)
    assert list(edges) == sorted(edges)
    assert sizes.sum() == groups
    assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize("level", ["layer", "filter", "kernel"])
def test_every_weight_gets_the_choice_of_its_group(problem, level):
    layers = problem.network.convolutions
    shapes = [grid(layer, level) for layer in layers]
    total = sum(filters * channels for filters, channels in shapes)
    chosen = np.random.default_rng(2).integers(0, len(CHOICES), size=total)
    mapping = leveled(problem, level, CHOICES, chosen)
    start = 0
    for layer, (filters, channels) in zip(layers, shapes, strict=True):
        own = chosen[start : start + filters * channels].reshape(filters, 1, 1, channels)
        start += filters * channels
        used, index = mapping.layers[layer.name].resolve(layer.centred_weights)
        found = np.array([CHOICES.index(x) for x in used])[index]
        assert np.array_equal(found, np.broadcast_to(own, layer.weights.shape))
    assert start == total


def test_equal_groups_are_equal_mappings(problem):
    """A choice that all filters of a layer have is the layer's own, not a rule of filters."""
    by_layer = leveled(problem, "layer", CHOICES, np.array([0, 2, 1]))
    by_filter = leveled(problem, "filter", CHOICES, np.repeat([0, 2, 1], [4, 4, 5]))
    assert by_filter == by_layer
