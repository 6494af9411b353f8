"""Fixtures of every room."""

import pytest
from amaranth.sim import Simulator

from hwgen import api
from hwgen.network import digits

CANDIDATES = ("exact", "precision_6x6", "scalable_a3")  # few: their netlists are simulated


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
        patch.setattr("hwgen.api.shortlist", lambda: CANDIDATES)
        found = api.explore(digits.model_path(), digits.data_path(), method="uniform")
    found.save(path)
    return path


@pytest.fixture(scope="session")
def build(study, tmp_path_factory):
    """Path of the build of that study. Do not change it."""
    path = tmp_path_factory.mktemp("build") / "build"
    api.generate(study, path)
    return path
