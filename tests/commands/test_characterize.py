"""Figures of multipliers on the command line."""

import json

from hwgen.cli import main


def test_every_mode_is_a_row(capsys):
    assert main(["characterize", "exact", "scalable_a3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = [line.split() for line in lines[2:-2]]
    assert [row[0] for row in rows] == ["exact", *["scalable_a3"] * 4]
    energies = [float(row[5]) for row in rows[1:]]
    assert energies == sorted(energies, reverse=True)
    assert max(map(len, lines)) <= 110


def test_figures_can_be_read_by_machines(capsys):
    assert main(["characterize", "precision_6x6", "--json"]) == 0
    (cost,) = json.loads(capsys.readouterr().out)
    assert cost["name"] == "precision_6x6"
    assert cost["area_um2"] > 0
    assert cost["modes"][0]["energy_pj"] > 0
    assert cost["modes"][0]["wce"] > 0
