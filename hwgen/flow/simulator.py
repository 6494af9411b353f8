"""Running cocotb benches on Verilog."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

from hwgen.errors import ToolError, check_choice
from hwgen.flow import icarus, verilator
from hwgen.flow.data import data_path
from hwgen.flow.tool import last_line

__all__ = [
    "SIMULATORS",
    "build_simulation",
    "check_simulator",
    "run_benches",
    "simulator_version",
]

POLL_S = 0.05


class Simulator(Protocol):
    """What a module of a simulator offers."""

    PLUSARGS: tuple[str, ...]
    """Arguments of every run."""

    def version(self) -> str:
        """Name and version."""

    def build(
        self, verilog: Path, folder: Path, top: str, visible: Mapping[str, Sequence[str]]
    ) -> None:
        """See :func:`build_simulation`."""


SIMULATORS: dict[str, Simulator] = {"icarus": icarus, "verilator": verilator}


def check_simulator(name: str) -> None:
    """Refuse a name that is not one of :data:`SIMULATORS`."""
    check_choice("simulate", "simulator", name, tuple(SIMULATORS))


def simulator_version(name: str) -> str:
    """Name and version of a simulator."""
    return SIMULATORS[name].version()


def build_simulation(
    verilog: Path,
    folder: Path,
    top: str = "accelerator",
    simulator: str = "icarus",
    visible: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> None:
    """Compile Verilog into ``folder``.

    Parameters
    ----------
    verilog, folder : Path
    top : str
        Top module; benches see its ports.
    simulator : str
        One of :data:`SIMULATORS`.
    visible : mapping of str to sequence of str
        Signals of other modules that a bench reads, by module.
    """
    SIMULATORS[simulator].build(verilog, folder, top, visible)


def run_benches(
    bench: str,
    build: Path,
    folder: Path,
    environments: Sequence[Mapping[str, str]],
    workers: int = 1,
    top: str = "accelerator",
    simulator: str = "icarus",
    limit_s: float = 600.0,
) -> Iterator[bool]:
    """Run the bench ``sim.<bench>`` once per environment; yield whether each passed, in order.

    Parameters
    ----------
    bench : str
        Module of the ``sim`` room.
    build : Path
        Folder given to :func:`build_simulation`; all runs share it.
    folder : Path
        Run ``i`` leaves its log and results in ``run<i>`` in it.
    environments : sequence of mappings
        Variables that the bench reads.
    workers : int
        Simulations at a time.
    top, simulator : str
        As :func:`build_simulation` was given them.
    limit_s : float
        Time that one more run may take. Verilog with a loop of gates stands still between two
        clock edges, where no bench can see it.
    """

    def run(number: int) -> bool:
        place = folder / f"run{number}"
        place.mkdir(parents=True, exist_ok=True)
        return _run(bench, build, place, environments[number], top, simulator)

    with _importable_benches(), ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(run, number) for number in range(len(environments))]
        try:
            for future in futures:
                yield future.result(limit_s)
        except TimeoutError as error:
            raise ToolError(
                f"a simulation must end within {limit_s:.0f} s, but it hangs"
            ) from error
        finally:
            for future in futures:
                future.cancel()
            while not all(future.done() for future in futures):
                _kill_simulations(build)
                time.sleep(POLL_S)


def _run(
    bench: str,
    build: Path,
    folder: Path,
    environment: Mapping[str, str],
    top: str,
    simulator: str,
) -> bool:
    results, log = folder / "results.xml", folder / "sim.log"
    try:
        get_runner(simulator).test(
            hdl_toplevel=top,
            hdl_toplevel_lang="verilog",
            test_module=f"sim.{bench}",
            build_dir=build,
            test_dir=folder,
            results_xml=str(results),
            seed=1,
            plusargs=list(SIMULATORS[simulator].PLUSARGS),
            extra_env=environment,
            log_file=log,
        )
    except (SystemExit, RuntimeError) as error:
        if not results.exists():
            raise ToolError(f"simulation failed: {last_line(log)}") from error
    tests, failed = get_results(results)
    if tests == 0:
        raise ToolError(f"simulation ran no test: {last_line(log)}")
    return bool(failed == 0)


def _kill_simulations(build: Path) -> None:
    """Stop what was left running: cocotb's runner keeps its processes to itself."""
    compiled = os.fsencode(build) + b"/"
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if any(x.startswith(compiled) for x in command.read_bytes().split(b"\0")):
                os.kill(int(command.parent.name), signal.SIGKILL)


@contextlib.contextmanager
def _importable_benches() -> Iterator[None]:
    """The simulator's Python searches what ours does: let that include the benches."""
    sys.path.insert(0, str(data_path("sim").parent))
    try:
        yield
    finally:
        sys.path.pop(0)
