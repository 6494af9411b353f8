"""Ablation of corrections on a small study with made-up costs."""

from dataclasses import replace

import pytest

from hwgen.comparison.ablation import ablation, variants
from hwgen.mapping.design import Corrections
from hwgen.spec.accelerator_file import load_spec
from tests.mapping.study import small

SPEC = load_spec("4x4")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    study = small.begin(tmp_path_factory.mktemp("ablation") / "made-up.study")
    small.run(study, "greedy", budget=30)
    return small.finish(study)


def test_each_correction_stands_alone_and_all_together():
    found = variants(SPEC)
    assert found["none"] == (Corrections(bias_update=False),)
    assert found["all"] == (Corrections(tuning="joint"),)
    single = [x for name, (x,) in found.items() if name not in ("none", "all")]
    assert [x.bias_update + (x.tuning != "none") for x in single] == [1] * 4


def test_a_control_variate_needs_hardware_and_may_not_fit():
    found = variants(replace(SPEC, activation_sum=True, variate_bits=3))
    assert set(found) - set(variants(SPEC)) == {
        "control variate, analytic",
        "control variate, calibrated",
    }
    with_variate, without = found["all"]
    assert (with_variate.control_variate, without.control_variate) == ("calibrated", "none")


def test_modes_by_ranges_are_not_tuned():
    assert not any("tuning" in name for name in variants(replace(SPEC, form="ranges")))


def test_multipliers_stay_and_answers_are_kept(study, monkeypatch):
    problem = study.parts.problem()
    limits = (2.0, 5.0, 5.5)
    first = list(ablation(study, problem, ("greedy",), limits))
    assert {x.corrections for x in first} == set(variants(study.spec))
    for x in first:
        design = study.pick(x.limit, "greedy").mapping
        mapping = x.outcome.mapping
        assert {n: y.choice for n, y in mapping.layers.items()} == {
            n: y.choice for n, y in design.layers.items()
        }
        is_tuned = any(y.tuned_weights for y in mapping.layers.values())
        assert is_tuned <= ("tuning" in x.corrections or x.corrections == "all")
    cases = [(x.limit, x.corrections) for x in first]
    assert len(set(cases)) == len(cases)
    monkeypatch.setattr(problem, "answer", None)  # not called again
    again = list(ablation(study, problem, ("greedy",), limits))
    assert [x.outcome.objectives for x in again] == [x.outcome.objectives for x in first]
