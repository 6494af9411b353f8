"""A multiplier given as a file is as good as one of the catalogue, and outlives its file."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import numpy as np
import pytest

from hwgen import api
from hwgen.arith.catalogue import find, resolve
from hwgen.arith.netlist.gate_builder import array_multiplier, to_verilog
from hwgen.arith.operand import S8, U8
from hwgen.build import Build
from hwgen.cli import main
from hwgen.errors import DataError, SpecError, StudyError
from hwgen.exchange.export import export
from hwgen.exchange.verilog_import import Ports, Source, import_verilog
from hwgen.mapping.study.study import Study
from hwgen.network import digits
from hwgen.spec.accelerator_file import load_spec
from hwgen.spec.mapping import LayerMapping, Mapping

# Cheaper than the exact one.
OWN = import_verilog(
    Source("own.v", export("own", find("truncated_8"), "verilog").decode()),
    Ports(a="a", w="w", out="p"),
)


@pytest.fixture
def own(tmp_path):
    """A file with a netlist, as ``hwgen multipliers import`` writes it."""
    path = tmp_path / "anything.v"
    path.write_text("// mine\n" + to_verilog(OWN, "own"))
    return path


def test_a_file_is_found(own):
    assert find(str(own)) == OWN
    assert find(resolve(str(own))) is find(str(own))
    with pytest.raises(SpecError, match=r"^netlist \S*/none\.v cannot be read: No such file .*$"):
        find(str(own.with_name("none.v")))
    own.write_text("module own; endmodule")
    with pytest.raises(SpecError, match=r"^netlist \S*/anything\.v line 1: expected .*; hwgen .*$"):
        find(str(own))


def test_a_name_stands_for_gates_not_for_a_file(own):
    name = resolve(str(own))
    assert name.startswith("own@")
    assert resolve(name) == name
    own.write_text(own.read_text().replace("mine", "other words").replace("  ", "\t"))
    assert resolve(str(own)) == name
    own.write_text(to_verilog(array_multiplier("own", U8, S8), "own"))
    assert resolve(str(own)) != name
    assert np.array_equal(find(name).table(), OWN.table())  # once known, for good


def test_commands_take_files(own, capsys):
    assert main(["multipliers", "show", str(own)]) == 0
    shown = " ".join(capsys.readouterr().out.split())  # lines break where the path is long
    assert shown.startswith(f"{own}: Multiplier given by its gates")
    assert main(["characterize", "exact", str(own), "--json"]) == 0
    exact, own_cost = json.loads(capsys.readouterr().out)
    assert own_cost["area_um2"] < exact["area_um2"]
    target = own.with_name("own.npy")
    export = ["multipliers", "export", str(own), "--format", "npy"]
    assert main([*export, "-o", str(target)]) == 0
    assert np.array_equal(np.load(target), OWN.table())


def test_a_spec_names_a_file_from_where_it_lies(own, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    text = load_spec("4x4").to_toml().replace('"exact"', '"anything.v"')
    (tmp_path / "spec.toml").write_text(text)
    spec = load_spec(str(tmp_path / "spec.toml"))
    assert spec.multipliers == (resolve(str(own)),)
    assert spec.arithmetic == (OWN,)


def test_a_mapping_names_a_file_from_where_it_lies(own, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    text = Mapping({"conv": LayerMapping(multiplier="exact")}).to_json()
    (tmp_path / "mapping.json").write_text(text.replace('"exact"', '"anything.v"'))
    mapping = Mapping.read(tmp_path / "mapping.json")
    assert mapping.layers["conv"].multiplier == resolve(str(own))
    assert json.loads(mapping.to_json())["layers"]["conv"]["multiplier"].startswith("own@")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Study, and build of the netlist, whose file is gone."""
    folder = tmp_path_factory.mktemp("given")
    file = folder / "own.v"
    file.write_text(to_verilog(OWN, "own"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hwgen.figures.candidates.shortlist", lambda: ("exact", "scalable_t6"))
        patch.setattr("hwgen.figures.candidates.PRECISION", ())
        api.explore(
            digits.model_path(),
            digits.data_path(),
            folder / "study",
            method="uniform",
            max_drop=20,
            budget=16,
            workers=1,
            multipliers=[str(file), str(file)],
        )
    file.unlink()
    api.generate(folder / "study", folder / "build", method="uniform")
    return folder


def test_chosen_multipliers_take_part_beside_the_baselines_only(made):
    costs = Study.open(made / "study").costs
    assert [name.partition("@")[0] for name in costs] == ["exact", "own"]


def test_a_multiplier_that_the_accelerator_cannot_hold_is_refused(tmp_path):
    with pytest.raises(
        SpecError, match=r"^accelerator activation_sum must be true .* \(exact_u8\)$"
    ):
        api.explore(
            digits.model_path(), digits.data_path(), tmp_path / "study", multipliers=["exact_u8"]
        )
    assert not (tmp_path / "study").exists()


def test_a_build_holds_the_netlist(made):
    name = Build.open(made / "build").spec().multipliers[0]
    assert name.startswith("own@")
    text = (made / "build" / "multipliers" / f"{name}.v").read_text()
    assert text == to_verilog(OWN, "own")


def test_a_build_is_proven_and_measured_where_nothing_else_knows_the_netlist(made, tmp_path):
    shutil.copytree(made / "build", tmp_path / "build")
    code = (
        "import sys; from hwgen.cli import main\n"
        "sys.exit(main(['simulate', 'build', '--images', '1']) or main(['synth', 'build'])"
        " or main(['report', 'build', '-o', 'r.html']))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert " 0 mismatches" in done.stdout
    assert "own@" in (tmp_path / "r.html").read_text()
    words = ["generate", made / "study", "--method", "uniform", "-o", "again"]
    again = subprocess.run(
        [sys.executable, "-m", "hwgen", *words],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert again.returncode == 0
    written = [x.relative_to(made / "build") for x in (made / "build").rglob("*") if x.is_file()]
    for file in written:
        assert (tmp_path / "again" / file).read_bytes() == (made / "build" / file).read_bytes()


def test_a_netlist_that_was_changed_is_refused(made, tmp_path):
    shutil.copytree(made / "build", tmp_path / "build")
    [file] = (tmp_path / "build" / "multipliers").iterdir()
    file.write_text(file.read_text().replace("&", "|", 1))
    with pytest.raises(DataError, match=r"^build .* must hold multipliers/own@\w+\.v as hwgen .*$"):
        Build.open(tmp_path / "build")


def test_a_study_whose_netlist_was_changed_is_refused(made, tmp_path):
    shutil.copy(made / "study", tmp_path / "study")
    with closing(sqlite3.connect(tmp_path / "study")) as database, database:
        database.execute(
            "UPDATE files SET bytes = CAST(replace(bytes, '&', '|') AS BLOB) "
            "WHERE name LIKE 'multipliers/%'"
        )
    with pytest.raises(StudyError, match=r"netlist own@\w+ must be the gates that it is named"):
        Study.open(tmp_path / "study")
