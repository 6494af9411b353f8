"""The program that picks options: as good as trying all of them."""

import itertools

import numpy as np
import pytest

from hwgen.mapping.design import Corrections
from hwgen.mapping.prediction.options import Option
from hwgen.mapping.prediction.select import select
from hwgen.mapping.prediction.sensitivity import Sensitivities
from hwgen.spec.mapping import LayerMapping

NAMES = ("exact", "exact_booth", "truncated_7", "perforated_a2")
SENSITIVITIES = Sensitivities({"a": 5.0, "b": 1.0, "c": 2.0})


def options(seed):
    rng = np.random.default_rng(seed)
    return {
        layer: [
            Option(
                mapping=LayerMapping(multiplier=name),
                corrections=Corrections(),
                variance=float(rng.random()),
                energy=float(rng.random()),
            )
            for name in NAMES
        ]
        for layer in SENSITIVITIES.by_layer
    }


def best(found, limit, multipliers):
    energies = [
        sum(x.energy for x in chosen)
        for chosen in itertools.product(*found.values())
        if SENSITIVITIES.predict(
            {layer: x.variance for layer, x in zip(found, chosen, strict=True)}
        )
        <= limit
        and len({x.mapping.multiplier for x in chosen}) <= multipliers
    ]
    return min(energies, default=None)


@pytest.mark.parametrize("multipliers", [1, 2, 3])
@pytest.mark.parametrize("limit", [1.0, 2.5, 6.0])
def test_as_good_as_trying_all(limit, multipliers):
    met = 0
    for seed in range(10):
        found = options(seed)
        chosen = select(found, SENSITIVITIES, limit, multipliers)
        expected = best(found, limit, multipliers)
        if expected is None:
            assert chosen is None
            continue
        met += 1
        assert sum(x.energy for x in chosen.values()) == pytest.approx(expected, rel=1e-3)
        assert SENSITIVITIES.predict({k: x.variance for k, x in chosen.items()}) <= limit + 1e-6
        assert len({x.mapping.multiplier for x in chosen.values()}) <= multipliers
    assert met or limit < 2


def test_nothing_keeps_to_an_impossible_limit():
    assert select(options(0), SENSITIVITIES, 1e-6, 3) is None
