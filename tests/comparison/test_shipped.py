"""The plan of the results that are shown can be run: its names exist, its accelerators load."""

from pathlib import Path

import pytest

from hwgen.arith.catalogue import find
from hwgen.comparison.plan import Plan
from hwgen.mapping.formal.parser import parse_queries
from hwgen.mapping.strategies import find_strategy
from hwgen.network.data import preprocessing_of
from hwgen.spec.accelerator_file import load_spec

PLAN = Plan.read(Path(__file__).resolve().parents[2] / "docs" / "compare" / "cifar10.toml")


@pytest.mark.parametrize("study", PLAN.studies, ids=lambda x: x.name)
def test_studies_name_what_exists(study):
    kinds = load_spec(study.arch).arithmetic[0]
    for name in study.multipliers or ():
        assert (find(name).a_kind, find(name).w_kind) == (kinds.a_kind, kinds.w_kind)
    assert all(find_strategy(name) for name in study.methods)
    assert PLAN.search.default in study.methods
    if study.query:
        assert len(parse_queries(study.query)) == len(PLAN.search.limits)


@pytest.mark.parametrize("model", PLAN.models.values(), ids=PLAN.models)
def test_models_say_what_numbers_mean(model):
    assert preprocessing_of("absent.onnx", model.preprocess) is not None


def test_published_methods_are_run_where_they_are_looked_for():
    methods = {study.name: study.methods for study in PLAN.studies}
    assert all(x.method in methods[x.study] for x in PLAN.published)
