"""What a report says of a search is what the study holds."""

import copy

import numpy as np
import pytest

from hwgen.report.search_sections import search_sections


def test_fronts_are_those_of_the_study(study, document):
    found = document["by_method"]["methods"]
    assert list(found) == ["precision", "greedy"]
    exact = study.exact
    for name, points in found.items():
        front = study.front(name)
        assert [x["mapping"] for x in points] == [x.mapping.digest for x in front]
        for point, own in zip(points, front, strict=True):
            parts = np.array(point["layers"]) * list(exact.layers_pj.values())
            assert parts == pytest.approx(list(own.layers_pj.values()))
            assert point["drop_bound"] == own.drop.bound


def test_importance_is_of_the_designs_that_lose_little(study, document):
    found = document["by_method"]["importance"]
    inside = [x for x in study.answers() if x.outcome.mapping and x.outcome.drop.expected <= 10]
    assert found["designs"] == len(inside)
    assert sum(found["energy"]) == pytest.approx(1)
    assert sum(found["drop"]) == pytest.approx(found["explained"])
    assert 0 <= found["explained"] <= 1 + 1e-9


def test_a_search_has_three_sections(document):
    titles = [x[0] for x in search_sections(document)]
    assert titles == ["What each method found", "What the front is made of", "Which layers matter"]
    changed = copy.deepcopy(document)
    changed["by_method"]["importance"] = None
    assert len(list(search_sections(changed))) == 2


def test_the_front_that_saves_most_within_the_limit_is_shown(document):
    changed = copy.deepcopy(document)
    limit = changed["search"]["max_drop"]
    for point in changed["by_method"]["methods"]["precision"]:
        point |= {"energy": 0.01, "drop_bound": limit / 2}
    (text,) = (x[1] for x in search_sections(changed) if x[0] == "What the front is made of")
    assert text.startswith("Designs on the front of precision: ")
