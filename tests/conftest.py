"""Fixtures of every room."""

import pytest
from amaranth.sim import Simulator


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
