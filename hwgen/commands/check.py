"""``hwgen check``: circuits and their figures against other tools."""

import argparse
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from hwgen.arith.catalogue import CATALOGUE
from hwgen.checks.circuit import Circuit
from hwgen.checks.each import check_each
from hwgen.checks.equivalence import Proof, prove_equivalence
from hwgen.checks.sta import StaticTiming, check_sta
from hwgen.checks.toggles import Toggles, check_toggles
from hwgen.commands.output import print_json
from hwgen.commands.table import table
from hwgen.cost.technology import Technology
from hwgen.errors import SpecError

__all__ = ["run"]


@dataclass(frozen=True)
class _Check:
    """One kind of check: what it does, and how its results are shown."""

    check: Callable[[Circuit], Any]
    headers: tuple[str, ...]
    cells: Callable[[Any], tuple[object, ...]]
    agrees: Callable[[Any], bool]
    claim: str
    note: Callable[[Collection[Any]], str] = lambda found: ""


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if bool(args.names) == args.all:
        given = "both" if args.all else "neither"
        raise SpecError(f"check must be given either names or --all, not {given}")
    kind = _CHECKS[args.action]
    names = list(CATALOGUE) if args.all else args.names
    technology = Technology.load(args.tech)
    found = check_each(kind.check, names, technology, args.pe)
    agreeing = [name for name, result in found.items() if kind.agrees(result)]
    if args.json:
        print_json({"technology": technology.name, "pe": args.pe, "results": _rows(kind, found)})
    else:
        print(table(("multiplier", *kind.headers), [(n, *kind.cells(x)) for n, x in found.items()]))
        verdict = f"{len(agreeing)} of {len(found)} {kind.claim} ({technology.name})."
        print(f"\n{kind.note(found.values())}{verdict}")
    return 0 if len(agreeing) == len(found) else 1


def _rows(kind: _Check, found: dict[str, Any]) -> list[dict[str, object]]:
    keys = [header.replace(" ", "_").replace("%", "percent") for header in kind.headers]
    return [
        {"name": name, "agrees": kind.agrees(x)} | dict(zip(keys, kind.cells(x), strict=True))
        for name, x in found.items()
    ]


def _toggle_cells(found: Toggles) -> tuple[object, ...]:
    nets = len(found.ours.keys() | found.theirs.keys())
    counts = (sum(found.ours.values()), sum(found.theirs.values()))
    return (found.transitions, nets, *counts, len(found.different))


def _sta_cells(found: StaticTiming) -> tuple[object, ...]:
    figures = ("area_um2", "delay_ns", "switching_pj", "internal_pj")
    cells = [(getattr(found.ours, x), _percent(found.difference(x))) for x in figures]
    own = (found.own_internal_pj, _percent(found.own_difference))
    return (*(cell for pair in cells for cell in pair), *own)


def _percent(share: float) -> float:
    return round(100 * share, 3) + 0.0  # no minus in front of zero


def _sta_note(found: Collection[StaticTiming]) -> str:
    factors = sorted(1 + x.own_difference for x in found)
    span = " to ".join(dict.fromkeys(f"{x:.2f}" for x in (factors[0], factors[-1])))
    return (
        "Percentages say by how much OpenSTA's figure (area: Yosys') is larger. STA internal % is\n"
        "against internal pJ: hwgen's tables, slews and loads under OpenSTA 2.0's weights. own\n"
        "internal % is against own internal pJ, which is what characterize counts: OpenSTA has\n"
        f"{span} times that. OpenSTA 2.0 adds a cell's energies of the rising and the falling\n"
        "edge where hwgen takes their mean, and it weighs the causing pins otherwise. OpenSTA\n"
        "takes the larger one of a pin's rising and falling capacitances, hwgen the plain one.\n\n"
    )


def _proof_cells(found: Proof) -> tuple[object, ...]:
    return found.registers, found.reason or "proven"


_CHECKS = {
    "toggles": _Check(
        check_toggles,
        ("transitions", "nets", "toggles", "of Icarus", "nets that differ"),
        _toggle_cells,
        lambda found: not found.different,
        "toggle as in Icarus Verilog, net by net",
    ),
    "sta": _Check(
        check_sta,
        (
            *("area um2", "STA area %", "delay ns", "STA delay %", "switching pJ"),
            *("STA switching %", "internal pJ", "STA internal %", "own internal pJ"),
            "own internal %",
        ),
        _sta_cells,
        lambda found: not found.disagreements,
        "agree: area equal, delay within 2 %, switching energy within 10 %, internal energy\n"
        "within 10 % under OpenSTA's weights; hwgen's own is not held to it",
        _sta_note,
    ),
    "equivalence": _Check(
        prove_equivalence,
        ("registers", "proof"),
        _proof_cells,
        lambda found: found.is_equivalent,
        "netlists proven equivalent to their RTL",
    ),
}
