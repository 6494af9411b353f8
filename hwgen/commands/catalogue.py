"""``hwgen catalogue``: figures, pictures and a page about every multiplier."""

import argparse
import re
import shlex
from pathlib import Path

from hwgen.arith.catalogue import CATALOGUE
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.netlist.netlist import Netlist
from hwgen.cost.technology import Technology
from hwgen.errors import SpecError
from hwgen.figures.measure import measured
from hwgen.figures.rows import OWN
from hwgen.figures.write import write
from hwgen.output import replacing_folder

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    technologies = [Technology.load(), *(Technology.load(path) for path in args.tech)]
    others = [_library(text) for text in args.compare]
    with replacing_folder(args.output, "catalogue") as folder:  # a bad place is refused first
        rows = measured(CATALOGUE, technologies, OWN)
        for label, multipliers in others:
            rows += measured(multipliers, technologies, label)
        write(rows, folder, _command(args))
    names = {row.name for row in rows if row.source == OWN}
    where = ", ".join(technology.name for technology in technologies)
    print(f"{len(names)} multipliers measured in {where}: see {args.output}")
    return 0


def _library(text: str) -> tuple[str, dict[str, Multiplier]]:
    """A label and the netlists of a folder, from ``LABEL=FOLDER``."""
    label, equals, name = text.partition("=")
    folder = Path(name)
    if not (equals and re.fullmatch(r"[\w.+ -]+", label) and folder.is_dir()) or label == OWN:
        raise SpecError(
            f"--compare must be LABEL=FOLDER, a label of letters and digits that is not {OWN}, "
            f"and a folder that exists, not {text!r}"
        )
    files = sorted(folder.glob("*.v"))
    if not files:
        raise SpecError(f"--compare folder {folder} must hold .v files, but has none")
    return label, {file.stem: Netlist.load(file) for file in files}


def _command(args: argparse.Namespace) -> str:
    """What to type to get the same again; files by their bare names."""
    parts = ["hwgen", "catalogue"]
    for path in args.tech:
        parts += ["--tech", Path(path).name]
    for text in args.compare:
        label, _, folder = text.partition("=")
        parts += ["--compare", f"{label}={Path(folder).name}"]
    return shlex.join([*parts, "-o", Path(args.output).name])
