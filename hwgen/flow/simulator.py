"""Running cocotb benches on Verilog, with Icarus."""

import contextlib
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

from hwgen.errors import ToolError
from hwgen.flow.data import data_path
from hwgen.flow.tool import find_tool

__all__ = ["build_simulation", "run_bench"]

_TOP_LEVEL = "accelerator"


def build_simulation(verilog: Path, folder: Path, top: str = _TOP_LEVEL) -> None:
    """Compile Verilog for Icarus into ``folder``."""
    find_tool("iverilog")
    find_tool("vvp")
    runner = _runner()
    log = folder / "build.log"
    try:
        runner.build(
            sources=[verilog],
            hdl_toplevel=top,
            build_dir=folder,
            timescale=("1ns", "1ps"),
            log_file=log,
            always=True,
        )
    except (SystemExit, RuntimeError) as error:
        raise ToolError(f"iverilog refused {verilog}: {_last_line(log)} (log: {log})") from error


def run_bench(
    bench: str,
    build: Path,
    folder: Path,
    environment: Mapping[str, str],
    top: str = _TOP_LEVEL,
    seed: int = 1,
) -> bool:
    """Run the bench ``sim.<bench>`` on what was built; return whether it passed.

    Parameters
    ----------
    bench : str
        Module of the ``sim`` room.
    build : Path
        Folder given to :func:`build_simulation`.
    folder : Path
        For this run's log (``sim.log``) and results; several runs may share a build.
    environment : mapping
        Variables that the bench reads.
    """
    folder.mkdir(parents=True, exist_ok=True)
    runner = _runner()
    log = folder / "sim.log"
    try:
        with _importable_benches():
            results = runner.test(
                hdl_toplevel=top,
                hdl_toplevel_lang="verilog",
                test_module=f"sim.{bench}",
                build_dir=build,
                test_dir=folder,
                results_xml=str(folder / "results.xml"),
                seed=seed,
                extra_env=environment,
                log_file=log,
            )
    except (SystemExit, RuntimeError) as error:
        if not (folder / "results.xml").exists():
            raise ToolError(f"simulation failed: {_last_line(log)} (log: {log})") from error
        return False
    return _passed(results)


@contextlib.contextmanager
def _importable_benches() -> Iterator[None]:
    """The simulator's Python searches what ours does: let that include the benches."""
    sys.path.insert(0, str(data_path("sim").parent))
    try:
        yield
    finally:
        sys.path.pop(0)


def _passed(results: Path) -> bool:
    from cocotb_tools.runner import get_results

    tests, failed = get_results(results)
    if tests == 0:
        raise ToolError(f"simulation ran no test (results: {results})")
    return failed == 0


def _runner():  # type: ignore[no-untyped-def]  # cocotb_tools ships no types for it
    with warnings.catch_warnings(), contextlib.suppress(ImportError):
        from cocotb_tools.runner import get_runner
    return get_runner("icarus")


def _last_line(log: Path) -> str:
    if not log.exists():
        return "it left no log"
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "its log is empty"
