"""Fixtures of every room."""

import re
import signal
from pathlib import Path

import pytest
from amaranth.sim import Simulator

from hwgen import api
from hwgen.cli import main
from hwgen.network import digits

CANDIDATES = ("exact", "precision_6x6", "scalable_a3")  # few: their netlists are simulated


@pytest.fixture(scope="session", autouse=True)
def interruptible():
    """Interrupts as a terminal's programs have them: a shell's background jobs ignore them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


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


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """Path of a study of the digits network, with few multipliers."""
    path = tmp_path_factory.mktemp("study") / "digits.study"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hwgen.figures.candidates.shortlist", lambda: CANDIDATES)
        found = api.explore(digits.model_path(), digits.data_path(), method="uniform")
    found.save(path)
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
