"""Fixtures of every room."""

import re
import signal
from pathlib import Path

import pytest
from amaranth.sim import Simulator

from hwgen import api
from hwgen.cli import main
from hwgen.flow.simulator import build_simulation, run_benches
from hwgen.network import digits
from hwgen.verilog import to_verilog
from tests.accelerator import coverage

CANDIDATES = ("exact", "precision_6x6", "scalable_a3")  # few: their netlists are simulated


@pytest.fixture(scope="session", autouse=True)
def interruptible():
    """Interrupts as a terminal's programs have them: a shell's background jobs ignore them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter):
    """Print what the accelerator's random cases covered, if any was executed."""
    coverage.summary(terminalreporter)


@pytest.fixture(scope="session")
def shared_data():
    """Folder of real models and data sets beside the checkout; it is not everywhere."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("there are no shared models and data sets beside the checkout")
    return folder


@pytest.fixture
def simulate(tmp_path):
    """Run testbenches on a design, keeping waves only of a run that fails."""

    def run(dut, *benches, clock=None):
        simulator = Simulator(dut)
        if clock is not None:
            simulator.add_clock(clock)
        for bench in benches:
            simulator.add_testbench(bench)
        waves = tmp_path / "waves.vcd"
        with simulator.write_vcd(str(waves)):
            simulator.run()
        waves.unlink()  # reached only when no bench raised

    return run


@pytest.fixture
def run_bench(tmp_path):
    """Emit a component, compile it, run a bench once per environment.

    Returns, for each, None when the bench passed, and otherwise the end of its log.
    """

    def run(component, bench, *environments):
        verilog = tmp_path / "dut.v"
        verilog.write_text(to_verilog(component, "dut"), encoding="utf-8")
        build_simulation(verilog, tmp_path / "compiled", top="dut")
        variables = [
            {f"HWGEN_{name.upper()}": str(value) for name, value in environment.items()}
            for environment in environments
        ]
        passed = run_benches(bench, tmp_path / "compiled", tmp_path, variables, top="dut")
        logs = [tmp_path / f"run{number}" / "sim.log" for number in range(len(environments))]
        return [
            None if good else log.read_text(encoding="utf-8")[-3000:]
            for good, log in zip(passed, logs, strict=True)
        ]

    return run


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """Path of a study of the digits network, with few multipliers."""
    path = tmp_path_factory.mktemp("study") / "digits.study"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hwgen.figures.candidates.shortlist", lambda: CANDIDATES)
        patch.setattr("hwgen.figures.candidates.PRECISION", ())
        options = {"method": "uniform", "budget": 30, "workers": 1}
        api.explore(digits.model_path(), digits.data_path(), path, **options)
    return path


@pytest.fixture(scope="session")
def build(study, tmp_path_factory):
    """Path of the build of that study. Do not change it."""
    path = tmp_path_factory.mktemp("build") / "build"
    api.generate(study, path)
    return path


@pytest.fixture
def refused(capsys, tmp_path, monkeypatch):
    """Run a request that must fail; return its one line. The folder must stay as it is."""
    monkeypatch.chdir(tmp_path)

    def run(*args):
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        assert main([str(arg) for arg in args]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert re.fullmatch(r"hwgen: .+\n", printed.err)
        after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        assert after == before
        return printed.err[len("hwgen: ") :].rstrip("\n")

    return run
