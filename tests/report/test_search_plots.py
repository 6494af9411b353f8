"""Plots of searches: what is in them, and that equal figures are equal bytes."""

import re
from xml.etree import ElementTree as ET

import pytest

from hwgen.report.search_plots import fronts, importance_bars, parallel_coordinates

LAYERS = ("conv1", "conv2", "fc")


def point(energy, drop, test=None):
    return {
        "energy": energy,
        "layers": [energy, energy + 0.1, energy - 0.1],
        "drop_bound": drop,
        "test_drop": test,
        "test_drop_interval": None if test is None else [test - 0.3, test + 0.3],
    }


def methods(*names, tested=True):
    front = [point(1.0, 0.0, 0.0), point(0.6, 0.8, 0.5), point(0.4, 2.0, 1.7), point(0.2, 40.0, 35)]
    if not tested:
        front = [point(x["energy"], x["drop_bound"]) for x in front]
    return {"methods": dict.fromkeys(names, front)}


def texts(svg):
    ET.fromstring(svg)  # well-formed
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_every_method_gets_a_panel_beside_precision():
    words = texts(fronts(methods("precision", "hwgen", "random"), 1.0))
    assert {"hwgen", "random", "precision alone", "the method"} <= set(words)
    assert "precision" not in words
    assert "points lost (test images, 95 % interval)" in words


def test_precision_alone_is_a_panel_of_its_own():
    assert "precision" in texts(fronts(methods("precision"), 1.0))


def test_without_test_images_the_bound_is_drawn():
    words = texts(fronts(methods("precision", "hwgen", tested=False), 1.0))
    assert "points lost (bound on calibration images)" in words


def test_a_method_without_points_still_draws():
    figures = methods("precision", "hwgen")
    figures["methods"]["hwgen"] = []
    assert "hwgen" in texts(fronts(figures, 1.0))


def test_parallel_coordinates_have_an_axis_per_layer_and_one_of_the_network():
    points = methods("hwgen")["methods"]["hwgen"]
    words = texts(parallel_coordinates(points, LAYERS, 1.0))
    assert [x for x in words if x in (*LAYERS, "network")] == [*LAYERS, "network"]


def test_what_loses_far_more_than_is_accepted_is_left_out():
    points = methods("hwgen")["methods"]["hwgen"]
    assert parallel_coordinates(points, LAYERS, 1.0) == parallel_coordinates(
        points[:3], LAYERS, 1.0
    )


@pytest.mark.parametrize("points", [[], [point(1.0, 0.0)]])
def test_few_points_still_draw(points):
    assert "network" in texts(parallel_coordinates(points, LAYERS, 1.0))


def test_importance_names_layers_and_what_is_explained():
    found = {"energy": [0.5, 0.3, 0.2], "drop": [0.5, -0.1, 0.2], "explained": 0.6, "designs": 99}
    words = texts(importance_bars(found, LAYERS, [10, 30, 5]))
    assert set(LAYERS) <= set(words)
    assert "accuracy lost: share of its variance (60 % explained)" in words


def test_equal_figures_are_equal_bytes():
    figures = methods("precision", "hwgen")
    assert fronts(figures, 1.0) == fronts(figures, 1.0)
