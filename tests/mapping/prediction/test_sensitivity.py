"""Sensitivities: what they predict, how designs correct them, and drops of disturbances."""

import numpy as np
import pytest

from hwgen.mapping.prediction.sensitivity import (
    LEAST,
    MOST,
    Sensitivities,
    disturbance,
    predicted_drop,
    tolerated,
)

MARGINS = np.random.default_rng(2).normal(20, 15, 2000)


def test_predicted_drop_is_what_noise_on_the_margins_costs():
    noise = np.random.default_rng(3).normal(0, 12, (200, len(MARGINS)))
    right = MARGINS > 0
    lost = right.mean() - (MARGINS + noise > 0).mean()
    assert predicted_drop(MARGINS, 144.0) == pytest.approx(100 * lost, abs=0.1)
    assert predicted_drop(MARGINS, 0.0) == 0


@pytest.mark.parametrize("drop", [0.05, 1.0, 12.0])
def test_tolerated_disturbance_costs_that_drop(drop):
    assert predicted_drop(MARGINS, tolerated(MARGINS, drop)) == pytest.approx(drop, rel=1e-3)


def test_more_than_noise_can_cost_is_tolerated_at_the_end_of_the_scale():
    assert predicted_drop(MARGINS, tolerated(MARGINS, 99.0)) < 99


def test_disturbance_compares_as_many_images_as_a_probe_had():
    assert disturbance(MARGINS, MARGINS[:100] + 3) == pytest.approx(9)


def test_designs_correct_a_layer_that_was_measured_wrongly():
    rng = np.random.default_rng(4)
    true = Sensitivities({"a": 100.0, "b": 400.0, "c": 50.0})
    probed = Sensitivities({"a": 100.0, "b": 200.0, "c": 50.0})
    designs = [dict(zip("abc", row, strict=True)) for row in rng.uniform(0.01, 0.2, (40, 3))]
    found = probed.corrected(designs, [true.predict(x) for x in designs])
    assert found.by_layer["b"] > 1.5 * probed.by_layer["b"]
    errors = [
        np.mean([abs(np.log(x.predict(y) / true.predict(y))) for y in designs])
        for x in (found, probed)
    ]
    assert errors[0] < errors[1] / 4


def test_designs_that_all_move_more_than_predicted_scale_every_layer():
    probed = Sensitivities({"a": 100.0, "b": 200.0})
    designs = [{"a": 0.1, "b": 0.1}, {"a": 0.2, "b": 0.01}]
    found = probed.corrected(designs, [3 * probed.predict(x) for x in designs])
    for name, value in probed.by_layer.items():
        assert found.by_layer[name] == pytest.approx(3 * value, rel=1e-3)


def test_no_correction_leaves_its_bounds():
    probed = Sensitivities({"a": 100.0, "b": 100.0})
    designs = [{"a": 0.1, "b": 0.0001}, {"a": 0.0001, "b": 0.1}]
    found = probed.corrected(designs, [1000.0, 0.001])
    low, high = sorted(found.by_layer.values())
    assert high / low <= MOST / LEAST + 1e-9
