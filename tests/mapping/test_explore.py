import re
from dataclasses import replace

import numpy as np
import pytest

from hwgen import golden
from hwgen.emulation import Emulator
from hwgen.errors import SpecError
from hwgen.mapping import explore as module
from hwgen.mapping.explore import explore
from hwgen.mapping.strategies import STRATEGIES


@pytest.fixture(scope="module")
def found(network, images, costs, spec):
    return run(network, images, costs, spec)


def run(network, images, costs, spec, **changes):
    options = {"method": "nsga2", "max_drop": 10.0, "seed": 1, "budget": 50} | changes
    return explore(network, images, costs, spec, **options)


def test_the_honest_baselines_run_with_every_method(network, images, costs, spec):
    for method in STRATEGIES:
        found = run(network, images, costs, spec, method=method)
        tried = {x.candidate for x in found.uniform}
        assert {(x.multiplier, x.modes[0]) for x in tried} >= {
            ("exact", 0), ("precision_6x6", 0), ("truncated_7", 0),
            ("truncated_steps", 0), ("truncated_steps", 1), ("truncated_steps", 3),
        }  # fmt: skip
        assert {x.candidate.multiplier for x in found.reduced} == {"exact", "precision_6x6"}
        assert set(found.found_by) <= {"precision", "uniform", method}


def test_nothing_is_evaluated_twice(found):
    assert len({x.candidate for x in found.evaluations}) == len(found.evaluations)
    assert found.found_by.count("precision") == 2
    assert found.found_by.count("uniform") == 5
    assert found.found_by.count("nsga2") == len(found.evaluations) - 7


def test_the_pick_is_the_cheapest_that_keeps_the_bound(found):
    for limit in (0, 1.0, 10.0, 100):
        allowed = [x for x in found.evaluations if x.drop.bound <= limit]
        assert found.pick(limit).energy == min(x.energy for x in allowed)
        assert found.pick(limit).drop.bound <= limit
    assert found.pick(0) == found.exact


def test_a_pool_in_which_nothing_is_good_enough_gives_the_exact_baseline(found):
    poor = [x for x in found.evaluations if x.drop.bound > 0]
    assert found.pick(0, poor) == found.exact


def test_every_pick_is_on_the_front_and_was_tested(found):
    for pool in found.pools:
        front = found.front(pool)
        for limit in np.linspace(0, 100, 60).tolist():
            assert found.pick(limit, pool) in front
        assert {x.candidate for x in front} <= set(found.test_accuracy)


def test_only_fronts_are_tested_and_the_figures_are_goldens(found, network, images):
    fronts = {x.candidate: x for pool in found.pools for x in found.front(pool)}
    assert set(found.test_accuracy) == set(fronts)
    for candidate, accuracy in found.test_accuracy.items():
        mapping = fronts[candidate].mapping
        assert accuracy == golden.accuracy(network, images.test_images, images.test_labels, mapping)


def test_test_images_are_read_once_after_the_search(network, images, costs, spec, monkeypatch):
    order = []
    evaluate = module.Problem.evaluate

    def searching(problem, candidate):
        order.append("search")
        return evaluate(problem, candidate)

    class Testing(Emulator):
        def evaluate(self, *args):
            assert self.images is images.test_images
            order.append("test")
            return super().evaluate(*args)

    monkeypatch.setattr(module.Problem, "evaluate", searching)
    monkeypatch.setattr(module, "Emulator", Testing)
    found = run(network, images, costs, spec)
    assert order.count("test") == len(found.test_accuracy)
    assert "search" not in order[order.index("test") :]


def test_labels_of_test_images_change_no_choice(found, network, images, costs, spec):
    scrambled = replace(images, test_labels=(images.test_labels + 1) % 5)
    again = run(network, scrambled, costs, spec)
    assert again.evaluations == found.evaluations
    assert again.pick(10.0) == found.pick(10.0)
    assert again.test_accuracy != found.test_accuracy


def test_a_seed_fixes_the_search_whatever_the_number_of_workers(
    found, network, images, costs, spec, monkeypatch
):
    monkeypatch.setattr(module, "WORKERS", 1)
    assert run(network, images, costs, spec) == found


def test_a_budget_bounds_the_method(network, images, costs, spec):
    found = run(network, images, costs, spec, budget=12)
    assert len(found.evaluations) <= 12 + 7


@pytest.mark.parametrize("value", [-1, 101, "1", True, float("nan")])
def test_an_impossible_drop_is_refused(found, network, images, costs, spec, value):
    message = (
        r"^max-drop must be a number of percent points from 0 to 100, "
        rf"not {re.escape(repr(value))}$"
    )
    with pytest.raises(SpecError, match=message):
        run(network, images, costs, spec, max_drop=value)
    with pytest.raises(SpecError, match=message):
        found.pick(value)


def test_a_budget_of_nothing_is_refused(network, images, costs, spec):
    with pytest.raises(SpecError, match=r"^budget must be at least 1 evaluation, not 0$"):
        run(network, images, costs, spec, budget=0)


def test_an_unknown_method_is_refused_before_anything_is_evaluated(
    network, images, costs, spec, monkeypatch
):
    monkeypatch.setattr(module, "Problem", None)
    with pytest.raises(SpecError, match=r"^no search method is called 'magic'; known: .*$"):
        run(network, images, costs, spec, method="magic")
