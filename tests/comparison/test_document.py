"""The document of make-believe results says what is in them."""

import copy

import pytest

from hwgen.comparison.document import document, picture


def pick(total, drop=0.5, **fields):
    return {
        "total": total,
        "convolutions": total - 0.1,
        "array": None,
        "datapath": None,
        "beyond_precision": 0.6 - total,
        "drop_bound": 0.9,
        "test_accuracy": 90.0 - drop,
        "test_drop": drop,
        "test_drop_interval": [drop - 0.2, drop + 0.25],
        "multipliers": ["one", "two"],
        **fields,
    }


def method(total, volume):
    return {
        "questions": 600,
        "cost": 15_000_000_000,
        "seconds": 61.0,
        "hypervolume": volume,
        "hypervolume_tenth": volume / 2,
        "picks": {"1": pick(total), "4": pick(total - 0.1, 3.5)},
    }


STUDY = {
    "title": "ResNet-8 on one array",
    "methods": {"precision": method(0.6, 0.5), "hwgen": method(0.3, 0.8)},
    "exact": {"test_accuracy": 90.0, "multiplier_share": 0.4},
    "form": "weights",
    "array": [16, 16],
    "search_images": 2000,
    "calibration_images": 10000,
    "test_images": 5000,
    "test_readings": 1,
    "technology": "made-up",
    "multipliers": 30,
    "model_sha256": "ab" * 32,
    "ablation": [
        {"method": "hwgen", "limit": 1.0, "corrections": x, "energy": 0.3, "drop": y}
        for x, y in (("none", 9.5), ("all", 0.4))
    ],
}
RESULTS = {
    "version": "1.2",
    "title": "Methods",
    "plan_sha256": "cd" * 32,
    "limits": [1.0, 4.0],
    "default": "hwgen",
    "studies": {"resnet8": STUDY},
    "published": [
        {
            "work": "Somebody",
            "theirs": "54 %",
            "study": "resnet8",
            "limit": 4.0,
            "energy": "convolutions",
            "goal": 85.0,
            "method": "precision",
        }
    ],
    "methods": {"hwgen": {"what": "Ours.", "reconstructed": ["Nothing was reconstructed."]}},
    "commands": ["hwgen compare plan.toml -o comparison"],
}


def line(text, beginning):
    (found,) = (x for x in text.splitlines() if x.startswith(beginning))
    return found


def test_published_figures_stand_beside_ours():
    row = line(document(RESULTS), "| Somebody |")
    # 1 - (0.3 - 0.1 - 0.1) of convolutions; precision 1 - (0.6 - 0.1 - 0.1)
    assert row == (
        "| Somebody | 54 % | resnet8 | 4 points | 90.0 % (conv) | 85 % | yes | precision: 60.0 % |"
    )


def test_a_goal_that_was_missed_is_said():
    results = copy.deepcopy(RESULTS)
    results["published"][0] |= {"goal": 95.0, "energy": "total", "method": "mcts"}
    row = line(document(results), "| Somebody |")
    assert "| 80.0 % (all) | 95 % | no: -15.0 | mcts: not run |" in row


def test_energy_that_was_not_measured_is_no_figure():
    results = copy.deepcopy(RESULTS)
    results["published"][0]["energy"] = "array"
    row = line(document(results), "| Somebody |")
    assert "| not measured (array) | 85 % |  | precision: not measured |" in row


def test_what_is_beyond_precision_is_told_at_every_limit():
    text = document(RESULTS)
    section = text[text.index("## hwgen against precision") : text.index("## ResNet-8")]
    expected = (
        "| resnet8 | 1 | 70.0 % | 40.0 % | +30.0 % | 0.50 (0.30 to 0.75) | 0.50 (0.30 to 0.75) |"
    )
    assert line(section, "| resnet8 | 1 |") == expected


def test_a_study_has_its_tables_and_pictures():
    text = document(RESULTS)
    assert (
        "multipliers, made-up; searched on 2000 and picked on 10000 calibration images, 5000"
        in text
    )
    assert "(read once), exact test accuracy 90.00 %. Multipliers switch 40.0 % of" in text
    for kind in ("fronts", "growth"):
        assert f"({picture('resnet8', kind)})" in text
    at_one = text[text.index("### At 1 points") : text.index("### At 4 points")]
    rest = "0.90 | 89.50 | 0.50 (0.30 to 0.75) | one, two |"
    assert line(at_one, "| hwgen |") == f"| hwgen | 70.0 % | 80.0 % |  |  | +30.0 % | {rest}"
    volumes = text[text.index("### Hypervolume") :]
    assert line(volumes, "| hwgen | 0.8") == "| hwgen | 0.8000 | 0.4000 | 600 | 15.0 | 61 |"
    assert volumes.index("| hwgen | 0.8") < volumes.index("| precision | 0.5")
    assert line(text, "| none |") == "| none | 9.50 at 30.0 % |"


def test_who_is_ahead_is_said():
    text = document(RESULTS)
    assert (
        "With all of its work `hwgen` at least equals every other method. With a tenth of its "
        "work `hwgen` at least equals all but precision by 0.1000." in text
    )


def test_methods_and_commands_close_it():
    text = document(RESULTS)
    assert "- `hwgen`: Ours. Nothing was reconstructed.\n" in text
    assert "```\nhwgen compare plan.toml -o comparison\n```\n" in text
    assert "plan of SHA-256 `cdcd" in text


@pytest.mark.parametrize("name", ["precision", "hwgen"])
def test_it_can_do_without_one_of_both(name):
    results = copy.deepcopy(RESULTS)
    del results["studies"]["resnet8"]["methods"][name]
    assert "## hwgen against precision" not in document(results)


def test_without_test_images_nothing_is_made_up():
    results = copy.deepcopy(RESULTS)
    study = results["studies"]["resnet8"]
    study["exact"]["test_accuracy"] = None
    for method in study["methods"].values():
        for x in method["picks"].values():
            x |= {"test_accuracy": None, "test_drop": None, "test_drop_interval": None}
    text = document(results)
    assert "no test images" in text
    assert "None" not in text
