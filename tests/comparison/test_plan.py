"""Plans of comparisons: what is read, what is refused, and what the digest covers."""

from pathlib import Path

import pytest

from hwgen.comparison.plan import Plan
from hwgen.errors import SpecError

TEXT = """
title = "All of them"

[search]
budget = 600
limits = [0.6, 4]

[models.small]
title = "Small"
preprocess = "divide = 255"

[[studies]]
name = "small-weights"
model = "small"
arch = "own.toml"
methods = ["random", "greedy"]

[[published]]
work = "A paper"
theirs = "54 %"
study = "small-weights"
limit = 4.0
goal = 85.0
"""


@pytest.fixture
def read(tmp_path):
    def run(text):
        path = tmp_path / "plan.toml"
        path.write_text(text, encoding="utf-8")
        return Plan.read(path)

    return run


def test_a_plan_is_read_with_its_defaults(read, tmp_path):
    plan = read(TEXT)
    assert (plan.search.budget, plan.search.images, plan.search.limits) == (600, 2000, (0.6, 4))
    (study,) = plan.studies
    assert study.methods == ("random", "greedy")
    assert Path(study.arch) == tmp_path / "own.toml"
    assert plan.models["small"].preprocess == "divide = 255"
    assert (plan.published[0].energy, plan.published[0].goal) == ("total", 85.0)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("budget = 600", "budget = 0", "search budget must be an integer from 1 to "),
        ("budget = 600", "", "search lacks the key budget"),
        ("title = \"Small\"", "titel = 1", "models.small has the unknown key titel; "),
        ("[0.6, 4]", "[0.6, 400]", "search limits must be a number from 0 to 100, not 400"),
        ("[0.6, 4]", "[]", "search limits must be at least one number, not 0"),
        ("model = \"small\"", "model = \"big\"", "study small-weights model must be one of "),
        ("[\"random\", \"greedy\"]", "[]", "study small-weights must have at least one method, "),
        ("limit = 4.0", "limit = 1.0", "published A paper limit must be one of 0.6, 4, not 1.0"),
        ("name = \"small-weights\"", "name = \"a/b\"", "study name must be of letters, digits, "),
        ("goal = 85.0", "energy = \"chip\"", "published A paper energy must be one of total, "),
        ("[search]", "[search", "is not TOML: "),
    ],
)  # fmt: skip
def test_mistakes_are_one_line(read, old, new, message):
    with pytest.raises(SpecError) as caught:
        read(TEXT.replace(old, new, 1))
    assert str(caught.value).startswith("plan ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_studies_of_one_name_are_refused(read):
    study = TEXT[TEXT.index("[[studies]]") : TEXT.index("[[published]]")]
    with pytest.raises(SpecError, match=r"each study once, but small-weights is there twice$"):
        read(TEXT + study)


def test_the_digest_is_that_of_the_searches(read):
    digest = read(TEXT).digest
    for words in (("All of them", "Others"), ("54 %", "60 %"), ('"random", ', ""), ("0.6, 4", "4")):
        assert read(TEXT.replace(*words, 1)).digest == digest
    for work in (("600", "60"), ("divide = 255", "divide = 128"), ("own.toml", "16x16")):
        assert read(TEXT.replace(*work, 1)).digest != digest
