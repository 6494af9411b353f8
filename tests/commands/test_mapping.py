"""Mapping files on the command line."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from hwgen.cli import main
from hwgen.golden.products import products_of
from hwgen.network import digits
from hwgen.network.load import load
from hwgen.spec.mapping import FilterRule, LayerMapping, Mapping, TunedWeights

MODEL = str(digits.model_path())


@pytest.fixture(scope="module")
def network():
    return load(digits.model_path())


@pytest.fixture
def file(tmp_path, network):
    """Write a mapping of the digits network; return its path."""

    def write(name, **changes):
        layers = {x.name: LayerMapping(multiplier="scalable_t6") for x in network.convolutions}
        path = tmp_path / name
        path.write_text(Mapping(layers | changes).to_json(), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def ruled(network):
    layer = network.convolutions[1]
    tuned = layer.weights.copy()
    tuned.flat[: tuned.size // 4] ^= 1
    return LayerMapping(
        multiplier="scalable_t6",
        mode=1,
        filters=(FilterRule(mode=2, filters="0-1"),),
        bias_update=(5,) * len(layer.bias),
        tuned_weights=TunedWeights.of(tuned),
    )


def test_show_says_what_the_file_says(file, ruled, capsys):
    assert main(["mapping", "show", file("a.json", conv2=ruled)]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"^conv1 +all +scalable_t6 +0 8x8 +none$", printed, re.MULTILINE)
    assert "bias of 8 filters, tuned weights\n" in printed
    assert re.search(r"^ +filters 0-1 +scalable_t6 +2 5x6$", printed, re.MULTILINE)


def test_show_counts_weights_where_the_network_is_known(file, ruled, capsys):
    assert main(["mapping", "show", file("a.json", conv2=ruled), "--model", MODEL]) == 0
    printed = capsys.readouterr().out
    pattern = r"^conv2 +36864 +27.5 +scalable_t6 +1 6x8 +layer +75.0 +bias of 8 filters, 25.0 % of"
    assert re.search(pattern, printed, re.MULTILINE)
    assert re.search(r"^ +scalable_t6 +2 5x6 +filter +25.0$", printed, re.MULTILINE)
    assert "\n134272 products per image." in printed


def test_show_for_machines(file, ruled, capsys):
    path = file("a.json", conv2=ruled)
    assert main(["mapping", "show", path, "--model", MODEL, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (layer,) = (x for x in document["layers"] if x["name"] == "conv2")
    assert layer["tuned_percent"] == 25.0
    assert layer["shares"][1] == {
        "multiplier": "scalable_t6",
        "mode": 2,
        "level": "filter",
        "weights_percent": 25.0,
    }


def test_diff_exits_like_diff(file, ruled, capsys):
    plain, other = file("a.json"), file("b.json", conv2=ruled)
    assert main(["mapping", "diff", plain, plain]) == 0
    assert capsys.readouterr().out == "The mappings are equal.\n"
    assert main(["mapping", "diff", plain, other]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("conv2\n  mode: 0 -> 1\n  + filters 0-1: mode 2\n")
    assert printed.endswith("1 of 6 layers differ.\n")
    assert main(["mapping", "diff", plain, other, "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert found["layer"] == "conv2"


def test_export_writes_what_golden_multiplies_with(file, ruled, network, tmp_path, capsys):
    path, folder = file("a.json", conv2=ruled), tmp_path / "out"
    for _ in range(2):  # its own folder is replaced
        assert main(["mapping", "export", path, "--model", MODEL, "-o", str(folder)]) == 0
    assert "3 tables of 6 layers" in capsys.readouterr().out
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    there = {str(x.relative_to(folder)) for x in folder.rglob("*") if x.is_file()}
    assert there == {"manifest.json", *manifest["files"]}
    assert Mapping.read(folder / "mapping.json") == Mapping.read(Path(path))
    layer = network.convolutions[1]
    zero_point = network.quantizations[layer.inputs[0]].zero_point
    with np.load(folder / "approximate.npz") as found:
        expected = products_of(layer, ruled, zero_point)
        np.testing.assert_array_equal(found["conv2/codes"], expected.codes)
        np.testing.assert_array_equal(found["conv2/bias"], expected.bias)


def test_what_does_not_fit_is_refused(file, refused, tmp_path):
    path = file("a.json", extra=LayerMapping(multiplier="exact"))
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    message = refused("mapping", "show", path, "--model", MODEL)
    assert message.startswith("mapping must name layers that multiply (conv1, conv2, ")
    assert refused("mapping", "show", tmp_path / "none.json").startswith("mapping ")
    good = file("good.json")
    message = refused("mapping", "export", good, "--model", MODEL, "-o", folder)
    assert message.endswith(
        "must be new, empty or a mapping export made by hwgen, but it holds other files"
    )
