"""Figures of multipliers on the command line."""

import json

import numpy as np
import pytest

from hwgen.cli import main
from hwgen.network import digits


def test_every_mode_is_a_row(capsys):
    assert main(["characterize", "exact", "scalable_a3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = [line.split() for line in lines[2:-4]]
    assert [row[0] for row in rows] == ["exact", *["scalable_a3"] * 4]
    assert rows[0][1] == "-"  # it has no choice
    energies = [float(row[6]) for row in rows[1:]]
    assert energies == sorted(energies, reverse=True)
    assert max(map(len, lines)) <= 110


def test_one_mode_is_not_named_and_conventions_are(capsys):
    assert main(["characterize", "exact", "heam_u8"]) == 0
    header, *_, last_but_one, last = capsys.readouterr().out.splitlines()
    assert header.split()[:7] == ["multiplier", "area", "um2", "delay", "ns", "leakage", "nW"]
    assert last_but_one.startswith("An error is the exact product minus the approximate one;")
    assert last == "product is not 0."


def test_figures_can_be_read_by_machines(capsys):
    assert main(["characterize", "precision_6x6", "--json"]) == 0
    (cost,) = json.loads(capsys.readouterr().out)
    assert cost["name"] == "precision_6x6"
    assert cost["area_um2"] > 0
    assert cost["modes"][0]["energy_pj"] > 0
    assert cost["modes"][0]["wce"] > 0


def document(capsys, *args):
    assert main(["characterize", *args, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_an_element_states_its_clock(capsys):
    (alone,) = document(capsys, "exact")
    (pe,) = document(capsys, "exact", "--pe")
    assert alone["clock_energy_pj"] == 0 < pe["clock_energy_pj"]
    assert pe["modes"][0]["energy_pj"] > alone["modes"][0]["energy_pj"] + pe["clock_energy_pj"]
    assert main(["characterize", "exact", "--pe"]) == 0
    out = capsys.readouterr().out
    assert f"Every\nenergy holds {pe['clock_energy_pj']:.4g} pJ of the registers' clock" in out


def test_energies_are_tabled_by_weight_code(capsys):
    (cost,) = document(capsys, "exact")
    codes = cost["modes"][0]["layers"]["uniform"]["energy_by_code_pj"]
    assert len(codes) == 256
    assert codes[0] < codes[1] < codes[85]


def test_errors_follow_a_histogram(capsys, tmp_path):
    counts = np.zeros(256, int)
    counts[4] = 7
    np.savez(tmp_path / "h.npz", a=counts)
    (uniform,) = document(capsys, "perforated_a2")
    (given,) = document(capsys, "perforated_a2", "--histogram", str(tmp_path / "h.npz"))
    assert given["modes"][0]["mae"] == 0 < uniform["modes"][0]["mae"]
    assert given["area_um2"] == uniform["area_um2"]


def test_energies_follow_a_trace(capsys, tmp_path):
    still = {name: np.full(64, 3, np.uint8) for name in ("a_before", "a")}
    still |= {name: np.full(64, 3, np.int8) for name in ("w_before", "w")}
    np.savez(tmp_path / "t.npz", **still)
    (cost,) = document(capsys, "exact", "--trace", str(tmp_path / "t.npz"))
    assert cost["modes"][0]["energy_pj"] == 0
    assert main(["characterize", "exact", "--trace", str(tmp_path / "t.npz")]) == 0
    out = capsys.readouterr().out
    assert f"the operands of {tmp_path / 't.npz'}" in out
    assert "was fed" not in out
    assert main(["characterize", "exact_s8", "--trace", str(tmp_path / "t.npz")]) == 0
    line = "exact_s8 takes s8 and s8: it was fed u8 activations less 128."
    assert capsys.readouterr().out.splitlines()[-1] == line


def test_energies_of_a_network_are_by_layer(capsys):
    request = ("--model", str(digits.model_path()), "--data", str(digits.data_path()))
    (cost,) = document(capsys, "exact", *request)
    layers = cost["modes"][0]["layers"]
    assert len(layers) > 3
    assert "energy_pj" not in cost["modes"][0]
    (uniform,) = document(capsys, "exact")
    for layer in layers.values():
        assert 0 < layer["energy_pj"] < uniform["modes"][0]["energy_pj"]
    assert main(["characterize", "exact", *request]) == 0
    assert "conv1 pJ" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (
            ["--model", "m.onnx"],
            "characterize must be given --model and --data together, not one of them",
        ),
        (
            ["--model", "m.onnx", "--data", "d.npz", "--trace", "t.npz"],
            "characterize must be given --trace or --model, not both",
        ),
        (
            ["--trace", "/dev/zero"],
            "trace /dev/zero must be a regular file, not a pipe or a device",
        ),
        (["--tech", "/dev/zero"], "Liberty file /dev/zero must be a regular file"),
    ],
)
def test_what_does_not_fit_is_one_line(capsys, args, line):
    assert main(["characterize", "exact", *args]) == 2
    assert capsys.readouterr().err == f"hwgen: {line}\n"
