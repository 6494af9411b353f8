"""Evolution on the command line."""

import re
import shlex

import numpy as np
import pytest

from hwgen.arith.metrics import measure
from hwgen.arith.netlist.gate_builder import array_multiplier, to_verilog
from hwgen.arith.netlist.netlist import Netlist
from hwgen.arith.operand import OperandKind
from hwgen.cli import main
from hwgen.commands.evolve import HEADERS
from hwgen.evolve.record import Record
from hwgen.kernels import evolution

ROUNDS = ["--check-every", "300", "--evaluations", "900"]


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    """File of an exact multiplier of four unsigned and five signed bits."""
    kinds = OperandKind(4, False), OperandKind(5, True)
    path = tmp_path_factory.mktemp("seed") / "small.v"
    path.write_text(to_verilog(array_multiplier("small", *kinds), "small"))
    return path


def evolve(seed, *options):
    return main(["evolve", "--seed-circuit", str(seed), *map(str, options)])


def test_a_circuit_is_written_and_summed_up(seed, tmp_path, capsys):
    run = tmp_path / "run"
    assert evolve(seed, "--mae", "3%", "--zero", "--name", "mine", *ROUNDS, "-o", run) == 0
    printed = capsys.readouterr().out
    assert re.search(r"^exact +\d.*\nsmall +\d.*\nmine +\d", printed, re.MULTILINE)
    netlist = Netlist.load(run / "mine.v")
    error = measure(netlist)
    assert netlist.name == "mine"
    assert 0 < error.mae <= 0.03 * 512
    assert error.is_zero_preserving


def test_the_header_tells_how_to_make_the_circuit_again(seed, tmp_path, monkeypatch):
    options = ("--wce", "9", "--objective", "area", "--seed", "3", *ROUNDS)
    assert evolve(seed, *options, "-o", tmp_path / "run") == 0
    text = (tmp_path / "run" / "evolved.v").read_text()
    line = text.splitlines()[0]
    assert line.startswith("// hwgen evolve --seed-circuit small.v --wce 9 --objective area ")
    assert str(tmp_path) not in text
    monkeypatch.chdir(seed.parent)
    args = shlex.split(line.removeprefix("// hwgen "))
    args[args.index("RUN")] = str(tmp_path / "again")
    assert main(args) == 0
    assert (tmp_path / "again" / "evolved.v").read_text() == text


def test_the_header_of_a_run_of_some_time_tells_the_evaluations(seed, tmp_path, monkeypatch):
    options = ("--mae", "2%", "--check-every", "300", "--time", "0.1s")
    assert evolve(seed, *options, "-o", tmp_path / "run") == 0
    text = (tmp_path / "run" / "evolved.v").read_text()
    line = text.splitlines()[0]
    done = 300 * Record(tmp_path / "run").rounds()[0]
    assert f" --evaluations {done} " in line
    assert "--time" not in line
    monkeypatch.chdir(seed.parent)
    args = shlex.split(line.removeprefix("// hwgen ").replace("RUN", str(tmp_path / "again")))
    assert main(args) == 0
    assert (tmp_path / "again" / "evolved.v").read_text() == text


def test_the_table_is_that_of_characterize(tmp_path, capsys):
    run, seed = tmp_path / "run", "exact_booth_u4xs4"
    assert evolve(seed, "--mae", "1", *ROUNDS, "-o", run) == 0
    summary = figures(capsys.readouterr().out)
    assert main(["characterize", seed, str(run / "evolved.v")]) == 0
    alone = figures(capsys.readouterr().out)
    for name, given in ((seed, seed), ("evolved", str(run / "evolved.v"))):
        assert len(summary[name]) == len(HEADERS) - 1
        assert summary[name].items() <= alone[given].items()


def figures(printed):
    """Cells of a table by the first of each line, then by header."""
    lines = printed.partition("\n\n")[0].splitlines()
    headers, _, *rows = [re.split("  +", line) for line in lines]
    return {row[0]: dict(zip(headers[1:], row[1:], strict=True)) for row in rows}


def test_the_last_line_tells_how_much_was_done(seed, tmp_path, capsys):
    assert evolve(seed, "--mae", "3%", *ROUNDS, "-o", tmp_path / "run") == 0
    last = capsys.readouterr().out.splitlines()[-1]
    pattern = rf"900 evaluations in [\d.]+ s \([\d,]+/s\), {evolution.active_path()} kernels"
    assert re.fullmatch(pattern, last)


def test_an_interrupt_says_that_the_run_is_kept(seed, tmp_path, capsys, monkeypatch):
    def interrupted(*args, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr("hwgen.commands.evolve.evolve", interrupted)
    assert evolve(seed, "--mae", "1", *ROUNDS, "-o", tmp_path / "run") == 2
    error = capsys.readouterr().err
    kept = f"the run is kept in {tmp_path / 'run'}, and the same command goes on with it"
    assert error == f"hwgen: interrupted; {kept}\n"


def test_help_shows_a_percentage(capsys):
    with pytest.raises(SystemExit):
        main(["evolve", "--help"])
    shown = capsys.readouterr().out
    assert "0.5%" in shown
    assert "%%" not in shown


def test_a_histogram_counts(seed, tmp_path, capsys):
    counts = np.zeros(16, dtype=int)
    counts[:4] = 5
    np.savez(tmp_path / "counts.npz", a=counts)
    options = ("--mae", "1", "--histogram", tmp_path / "counts.npz", *ROUNDS)
    assert evolve(seed, *options, "-o", tmp_path / "run") == 0
    assert "the histogram's operands" in capsys.readouterr().out
    error = measure(Netlist.load(tmp_path / "run" / "evolved.v"), a=counts)
    assert error.mae <= 1


BAD = {
    "no bound": ([], "evolution must be bounded by mae or wce, not by neither"),
    "no number": (["--mae", "some"], "bound mae must be a number or a percentage, not 'some'"),
    "negative": (["--wce=-3"], "bound wce must be a number or a percentage, not '-3'"),
    "no objective": (
        ["--mae", "1", "--objective", "delay"],
        "evolution objective must be one of area, energy, not 'delay'",
    ),
    "no time": (["--mae", "1", "--time", "10"], "evolution time must be such as 90s, 10m or 2h"),
    "no second": (["--mae", "1", "--time", "0s"], "evolution time must be such as 90s, 10m or 2h"),
    "a share too large": (["--mae", "150%"], "bound mae must be at most 100% or 512, not '150%'"),
    "too large": (["--wce", "9" * 26], "bound wce must be at most 100% or 512, not '999"),
    "no evaluation": (
        ["--mae", "1", "--evaluations", "0"],
        "evolution evaluations must be an integer from 1",
    ),
    "no process": (["--mae", "1", "--processes", "0"], "processes must be an integer from 1"),
    "no seed": (["--mae", "1", "--seed", "-1"], "evolution seed must be an integer from 0"),
    "no check": (["--mae", "1", "--check-every", "1"], "check-every must be an integer from 100"),
    "no name": (["--mae", "1", "--name", "a b"], "must be a plain identifier, not 'a b'"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_options_are_refused_in_one_line(seed, tmp_path, capsys, case):
    options, complaint = BAD[case]
    assert evolve(seed, *ROUNDS, "-o", tmp_path / "run", *options) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_a_run_without_an_end_is_refused(seed, tmp_path, capsys):
    assert evolve(seed, "--mae", "1", "-o", tmp_path / "run") == 2
    assert "must be given evaluations or a time" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["no_such_multiplier", "missing.v"])
def test_an_unknown_seed_is_refused(tmp_path, capsys, name):
    assert evolve(name, "--mae", "1", *ROUNDS, "-o", tmp_path / "run") == 2
    error = capsys.readouterr().err
    assert name in error
    assert error.count("\n") == 1


HISTOGRAMS = {
    "shape": (np.ones(8, int), "histogram a must have shape (16,), not (8,)"),
    "sum": (np.full(16, 0.5), "sum to 1 within 1e-06, not to 8"),
    "empty": (np.zeros(16, int), "not all 0"),
    "negative": (np.arange(16) - 3, "none negative"),
}


@pytest.mark.parametrize("case", HISTOGRAMS)
def test_bad_histograms_are_refused(seed, tmp_path, capsys, case):
    values, complaint = HISTOGRAMS[case]
    np.savez(tmp_path / "h.npz", a=values)
    options = ("--mae", "1", "--histogram", tmp_path / "h.npz", *ROUNDS)
    assert evolve(seed, *options, "-o", tmp_path / "run") == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


def test_an_output_that_is_not_ours_is_left_alone(seed, tmp_path, capsys):
    (tmp_path / "mine").write_text("mine")
    assert evolve(seed, "--mae", "1", *ROUNDS, "-o", tmp_path) == 2
    assert "must be new, empty or an evolution made by hwgen" in capsys.readouterr().err
    assert [x.name for x in tmp_path.iterdir()] == ["mine"]


def test_an_output_in_no_folder_is_refused(seed, tmp_path, capsys):
    assert evolve(seed, "--mae", "1", *ROUNDS, "-o", tmp_path / "no" / "run") == 2
    assert "must lie in a folder that exists" in capsys.readouterr().err
