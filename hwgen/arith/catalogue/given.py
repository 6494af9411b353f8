"""Multipliers that users give as files: each gets a name that stands for its gates.

The name is the module's and a digest of the netlist, such as ``mine@0a1b2c3d4e5f``. Mappings,
studies and builds hold that name, and the text beside it, so that they mean the same gates
wherever they are read and whatever has become of the file.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from hwgen.arith.netlist.gate_builder import to_verilog
from hwgen.arith.netlist.netlist import Netlist
from hwgen.errors import SpecError

__all__ = ["FOLDER", "GIVEN", "add_files", "files_of", "is_file", "load", "reference"]

ENDING = ".v"
FOLDER = "multipliers"
_DIGITS = 12

GIVEN: dict[str, Netlist] = {}
"""What was read in this process. A name never changes its meaning, so nothing is replaced."""


def is_file(name: str) -> bool:
    """Whether a name is that of a file."""
    return name.endswith(ENDING)


def reference(name: str, folder: Path) -> str:
    """The name as a file in ``folder`` has it: that of another file starts from there."""
    return str(folder / name) if is_file(name) else name


def load(path: str) -> str:
    """Read the netlist of a file; return its name."""
    return _keep(Netlist.load(Path(path)))


def files_of(names: Iterable[str]) -> dict[str, bytes]:
    """Netlists that keep the meaning of names: contents by the file names of a build.

    Those of the catalogue need none.
    """
    return {
        f"{FOLDER}/{name}{ENDING}": to_verilog(GIVEN[name], GIVEN[name].name).encode()
        for name in sorted(set(names) & set(GIVEN))
    }


def add_files(files: Mapping[str, bytes]) -> None:
    """Make the names known that :func:`files_of` kept; other files are left aside.

    Raises
    ------
    SpecError
        A file is no netlist, or not the one that its name stands for.
    """
    for file, content in files.items():
        if not file.startswith(f"{FOLDER}/"):
            continue
        name = file.removeprefix(f"{FOLDER}/").removesuffix(ENDING)
        found = _keep(Netlist.parse(content.decode("utf-8", errors="replace"), name))
        if found != name:
            raise SpecError(f"netlist {name} must be the gates that it is named after, not {found}")


def _keep(netlist: Netlist) -> str:
    digest = hashlib.sha256(to_verilog(netlist, netlist.name).encode()).hexdigest()
    name = f"{netlist.name}@{digest[:_DIGITS]}"
    GIVEN.setdefault(name, netlist)
    return name
