"""Running a bench of the ``sim`` room on the Verilog of one component."""

import pytest

from hwgen.flow.simulator import build_simulation, run_benches
from hwgen.verilog import to_verilog


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
