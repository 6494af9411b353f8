import json

import pytest

from hwgen.arith.catalogue import find
from hwgen.errors import DataError
from hwgen.mapping.design import Design
from hwgen.output import MANIFEST
from hwgen.report import summary, used
from hwgen.report.summary import EXPLORATION, study_document


def test_the_document_survives_json_unchanged(document):
    assert json.loads(json.dumps(document)) == document


def test_chosen_points_are_the_studys_picks(study, document):
    points = document["points"]
    assert len(points) == len(study.points)
    for role, wanted in (
        ("exact", study.exact),
        ("precision", study.pick(3.0, "precision")),
        ("pick", study.pick(3.0)),
    ):
        point = points[document["chosen"][role]]
        assert point["multipliers"] == list(wanted.multipliers)
        assert point["energy"] == wanted.energy.total
        assert point["test_accuracy"] == wanted.test.accuracy


def test_layers_say_what_they_multiply_with(study, document):
    pick = document["points"][document["chosen"]["pick"]]
    mapping = study.pick(3.0).mapping
    for layer, choices in zip(study.network.convolutions, pick["layers"], strict=True):
        assert sum(x["share"] for x in choices) == pytest.approx(1)
        own = mapping.layers[layer.name]
        assert {x["multiplier"] for x in choices} <= own.multipliers


def test_every_design_that_was_asked_for_is_shown(study, document):
    answers = study.answers()
    designs = [x.outcome for x in answers if isinstance(x.question, Design)]
    assert document["search"]["questions"] == len(answers) > len(designs)
    assert [x["drop_bound"] for x in document["evaluations"]] == [x.drop.bound for x in designs]


def test_another_drop_picks_another_point(study):
    tight = study_document(study, max_drop=0)
    assert tight["chosen"]["pick"] == tight["chosen"]["exact"]
    assert tight["search"]["max_drop"] == 0


def test_figures_are_relative_to_the_exact_baseline(document):
    exact = document["points"][document["chosen"]["exact"]]
    assert (exact["energy"], exact["area"], exact["test_drop"]) == (1.0, 1.0, 0.0)
    for point in document["points"]:
        assert sum(point["layer_energy_pj"]) == pytest.approx(point["energy_pj"])
        assert point["energy"] == pytest.approx(point["energy_pj"] / exact["energy_pj"])


def test_every_point_of_a_front_was_tested(document):
    for front in document["fronts"].values():
        assert all(document["points"][i]["test_accuracy"] is not None for i in front)


def test_digests_are_those_of_the_content(study, document):
    assert document["digests"]["model"] == study.facts["identity"]["model"]
    assert document["digests"]["mapping"] == study.pick(3.0).mapping.digest


def test_what_was_reconstructed_is_said():
    (sentence,) = used._reconstructed(find("posneg_1"))
    assert "reconstructed" in sentence
    assert used._reconstructed(find("exact")) == []


def test_a_build_adds_what_it_holds(tmp_path, document, build_document):
    (tmp_path / EXPLORATION).write_text(json.dumps(document))
    (tmp_path / "simulation.json").write_text(json.dumps(build_document["simulation"]))
    (tmp_path / MANIFEST).write_text('{"sha256": {}}')
    assert summary.build_document(tmp_path) == document  # the manifest does not know of it
    (tmp_path / MANIFEST).write_text('{"sha256": {"simulation.json": "..."}}')
    found = summary.build_document(tmp_path)
    assert found["simulation"] == build_document["simulation"]
    assert "synthesis" not in found


def test_a_build_without_its_exploration_is_named(tmp_path):
    with pytest.raises(
        DataError, match=r"^report input .*exploration\.json cannot be read: .*No such file.*$"
    ):
        summary.build_document(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"^report input .*exploration\.json is not JSON: Expecting .*$"),
        ("[]", r"^report input .*exploration\.json must hold a JSON object$"),
        ("{}", r'^build .* exploration\.json must say "hwgen_report": 2$'),
    ],
)
def test_a_damaged_exploration_is_named(tmp_path, text, message):
    (tmp_path / EXPLORATION).write_text(text)
    with pytest.raises(DataError, match=message):
        summary.build_document(tmp_path)
