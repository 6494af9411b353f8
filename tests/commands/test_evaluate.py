"""Evaluating and tracing mappings on the command line, on the digits."""

import json
import re
from unittest.mock import create_autospec

import numpy as np
import pytest

from hwgen import api, golden
from hwgen.cli import main
from hwgen.network import digits
from hwgen.spec.mapping import FilterRule, LayerMapping, Mapping

MODEL = digits.model_path()
DATA = ("--data", str(digits.data_path()))
PLAIN = (*DATA, "--kernel", "numpy")


@pytest.fixture(scope="module")
def network():
    return api.load(MODEL)


@pytest.fixture
def mapping_file(network, tmp_path):
    layers = dict(golden.exact_mapping(network).layers)
    layers["conv2"] = LayerMapping(
        multiplier="scalable_a3", filters=(FilterRule(filters="0-2", mode=3),)
    )
    path = tmp_path / "mixed.json"
    path.write_text(Mapping(layers).to_json(), encoding="utf-8")
    return path


def printed(capsys, *args):
    assert main([str(x) for x in args]) == 0
    return capsys.readouterr().out


def test_accuracy_comes_with_its_uncertainty(capsys):
    text = printed(capsys, "evaluate", MODEL, *PLAIN, "--multiplier", "truncated_7")
    lines = text.splitlines()
    assert lines[0].split() == ["top-1", "of", "360", "images", "%", "95", "%", "interval"]
    assert [line.split()[0] for line in lines[2:5]] == ["mapping", "exact", "drop"]
    assert "images lost" in text
    assert "G products/s" in lines[-1]
    layers = [line.split()[:2] for line in lines if line.startswith("conv")]
    assert layers == [[f"conv{x}", "numpy"] for x in range(1, len(layers) + 1)]
    assert len(layers) == 5


def test_machines_read_the_same(capsys, network, mapping_file):
    args = ("evaluate", MODEL, *PLAIN, "--mapping", mapping_file, "--images", 100, "--json")
    found = json.loads(printed(capsys, *args))
    data = api.load_images(digits.data_path(), network, model=MODEL)
    mapping = Mapping.read(mapping_file)
    accuracy = golden.accuracy(network, data.images[:100], data.labels[:100], mapping)
    assert found["accuracy"] == accuracy
    assert found["images"] == 100
    assert found["drop"] == pytest.approx(found["exact_accuracy"] - accuracy)
    assert found["mapping_digest"] == mapping.digest
    assert found["products"] == 100 * sum(x.operations for x in network.convolutions)
    assert {x["kernel"] for x in found["layers"]} >= {"numpy"}


def test_without_a_mapping_all_is_exact(capsys):
    found = json.loads(printed(capsys, "evaluate", MODEL, *PLAIN, "--json"))
    assert found["accuracy"] == found["exact_accuracy"] >= 97


def test_bias_updates_are_fitted_and_written(capsys, tmp_path):
    args = ("evaluate", MODEL, *PLAIN, "--multiplier", "truncated_8", "--mode", 0, "--json")
    plain = json.loads(printed(capsys, *args))
    fit = ("--bias-update", DATA[1], "--calibration-images", 50, "-o", tmp_path / "fitted.json")
    fitted = json.loads(printed(capsys, *args, *fit))
    assert fitted["accuracy"] > plain["accuracy"] + 10
    mapping = Mapping.read(tmp_path / "fitted.json")
    assert mapping.digest == fitted["mapping_digest"]
    assert all(layer.bias_update for layer in mapping.layers.values())
    again = printed(
        capsys, "evaluate", MODEL, *PLAIN, "--mapping", tmp_path / "fitted.json", "--json"
    )
    assert json.loads(again)["accuracy"] == fitted["accuracy"]


def test_a_trace_names_the_layer_that_parts(capsys, mapping_file):
    text = printed(capsys, "trace", MODEL, *DATA, "--mapping", mapping_file, "--images", 20)
    assert text.splitlines()[-1] == "The first layer that parts from the exact network: conv2."
    rows = {line.split()[0]: line.split() for line in text.splitlines() if line}
    assert rows["conv1"][3:5] == ["0.00", "inf"]
    assert float(rows["conv2"][4]) < 60
    assert float(rows["conv1"][5]) > 20


def test_the_exact_mapping_parts_nowhere(capsys):
    args = ("trace", MODEL, *DATA, "--multiplier", "exact_u8", "--images", 20)
    assert printed(capsys, *args).splitlines()[-1] == "No layer parts from the exact network."
    found = json.loads(printed(capsys, *args, "--json"))
    assert found["parting"] is None
    assert {x["changed"] for x in found["layers"]} == {0}
    assert {x["approximate_to_exact"] for x in found["layers"]} == {"inf"}
    assert found["layers"][0]["kind"].startswith("convolution 3x3")
    assert all(x["exact_to_float"] > 20 for x in found["layers"])


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ("--multiplier", "exact", "--mapping", "m.json"),
            "a mapping must be given by --mapping or by --multiplier, not by both",
        ),
        (("--mode", 1), "--mode must be given with --multiplier, not alone"),
        (("--mapping", "m.json"), "mapping m.json cannot be read: .+"),
        (
            ("--multiplier", "exact", "--mode", 1),
            "multiplier exact mode must be an integer from 0 to 0, not 1",
        ),
        (
            ("--multiplier", "Exact(a_kind=u6, w_kind=s8)"),
            (
                r"mapping layer conv1: multiplier Exact\(a_kind=u6, w_kind=s8\) must take "
                "activations up to code 255, but u6 ends at 63"
            ),
        ),
        (("--images", 0), "option images must be an integer from 1 to .+, not 0"),
        (
            ("--bias-update", DATA[1], "--calibration-images", 0),
            "option calibration-images must be an integer from 1 to .+, not 0",
        ),
        (
            ("--calibration-images", 5),
            "--calibration-images must be given with --bias-update, not alone",
        ),
        (("--kernel", "fast"), "emulation kernel must be one of .+, not 'fast'"),
        (("--threads", 0), "emulation threads must be an integer from 1 to .+, not 0"),
        (("--memory", 0), "option memory must be an integer from 1 to .+, not 0"),
    ],
)
def test_a_wrong_request_is_one_line(refused, args, message):
    assert re.fullmatch(message, refused("evaluate", MODEL, *DATA, *args))


def test_a_mapping_of_another_network_is_refused(refused, tmp_path):
    layer = LayerMapping(multiplier="exact")
    (tmp_path / "other.json").write_text(Mapping({"stem": layer}).to_json())
    assert refused("trace", MODEL, *DATA, "--mapping", "other.json") == (
        "mapping lacks the layer conv1"
    )


def test_images_that_are_measured_must_not_be_fitted_to(refused, tmp_path):
    with np.load(DATA[1]) as archive:
        np.savez(tmp_path / "one.npz", images=archive["test_images"], labels=archive["test_labels"])
    data = ("--data", "one.npz", "--bias-update", "one.npz", "--preprocess", "codes = true")
    assert refused("evaluate", MODEL, *data, "--multiplier", "exact") == (
        "data one.npz must hold other images for --bias-update than --data, not the same 360"
    )


def test_a_trace_is_held_within_a_memory(refused):
    args = ("trace", MODEL, *DATA, "--multiplier", "exact", "--images", 100)
    assert re.fullmatch(
        "trace needs [0-9]+ MB for the tensors of 100 images, not 1: "
        "give it fewer images or more memory",
        refused(*args, "--memory", 1),
    )


def test_too_little_memory_is_one_line(refused, monkeypatch):
    monkeypatch.setattr(api, "trace", create_autospec(api.trace, side_effect=MemoryError))
    assert refused("trace", MODEL, *DATA, "--multiplier", "exact") == (
        "there is too little memory: give fewer images, or a smaller --memory"
    )


def test_a_trace_needs_a_mapping(refused):
    line = "trace must be given --mapping or --multiplier, not neither"
    assert refused("trace", MODEL, *DATA) == line


def test_only_a_float_model_can_be_the_reference(refused):
    line = refused("trace", MODEL, *DATA, "--multiplier", "exact", "--float", MODEL)
    assert line == f"model {MODEL} must be a float model, but it is quantized"
