"""``hwgen multipliers``: list the catalogue, show one multiplier, take one in or give one out."""

import argparse
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from hwgen.arith.catalogue import CATALOGUE, describe, find
from hwgen.arith.metrics import ErrorMetrics, measure
from hwgen.arith.multiplier import Multiplier
from hwgen.commands import exchange
from hwgen.commands.output import print_json
from hwgen.commands.table import ERROR_HEADERS, error_cells, table
from hwgen.errors import check_choice

__all__ = ["run"]

_NOTE = """\
Error = exact - approximate product, over all operand pairs; MAE is its mean absolute value, WCE its
largest. MRE is the mean relative error over the pairs whose exact product is not 0."""
_LEGEND = f"""\
Names
  ..._u8, ..._s8       operands u8 x u8 and s8 x s8; no ending: u8 activation x s8 weight
  precision_6x5        operands rounded to 6 bits of a and 5 of w; precision_booth_6x5 in Booth rows
  truncated_7_6x5      rounded so, and without the 7 low columns; booth_8_6x6 in Booth rows
  truncated_8_a4_w2    without the 8 low columns and the rows of 4 low bits of a and 2 of w
  perforated_a1_w1     without these rows; recursive_a4_w4: without low x low bits alone
  ..._m, ..._c         midpoint in place of what is cut off; compensated: a constant for the mean
  pr_1_2, roup_1_4     1 Booth digit left out, and 2 bits rounded; or all rows end at column 4
  pr_a_..., roup_a_... the activation is Booth-encoded, not the weight
  drum_4               4 bits of each operand alone, from its leading one on
  evolved_m0033        found by hwgen evolve: MAE of at most 0.033 % of 2^16
{_NOTE}"""
_KEPT = """\
NMED is the MAE in percent of the largest exact product. Zero-preserving: every product of a 0 is 0.
Commutative: operands can be swapped (- where their kinds differ)."""
_HEADERS = (*ERROR_HEADERS, "NMED %", "zero-preserving", "commutative")
_ANSWERS = {True: "yes", False: "no", None: None}
_LISTED = 4  # modes; of a multiplier with more, the first and the last are listed


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    _ACTIONS[args.action](args)
    return 0


def _list(args: argparse.Namespace) -> None:
    known = dict.fromkeys(map(_kinds, CATALOGUE.values()))
    if args.kinds is not None:
        check_choice("listing", "kinds", args.kinds, known)
    chosen = {name: x for name, x in CATALOGUE.items() if args.kinds in (None, _kinds(x))}
    if args.json:
        print_json([_facts(*item) for item in chosen.items()])
        return
    for kinds in dict.fromkeys(map(_kinds, chosen.values())):
        members = {name: x for name, x in chosen.items() if _kinds(x) == kinds}
        print(f"{kinds}: {len(members)} multipliers\n")
        print(table(("multiplier", "mode", *ERROR_HEADERS), list(_rows(members))), end="\n\n")
    print(_LEGEND)
    print("hwgen multipliers show NAME tells more.")


def _kinds(multiplier: Multiplier) -> str:
    return f"{multiplier.a_kind.name}x{multiplier.w_kind.name}"


def _rows(members: Mapping[str, Multiplier]) -> Iterator[tuple[object, ...]]:
    for name, multiplier in members.items():
        modes = list(enumerate(multiplier.modes))
        for mode, label in modes if len(modes) <= _LISTED else (modes[0], modes[-1]):
            yield name, f"{mode} {label}", *error_cells(measure(multiplier, mode))


def _show(args: argparse.Namespace) -> None:
    multiplier = find(args.name)
    if args.json:
        print_json(_facts(args.name, multiplier))
    else:
        print(_page(args.name, multiplier))


def _facts(name: str, multiplier: Multiplier) -> dict[str, Any]:
    return {
        "name": name,
        "description": describe(multiplier),
        "a_kind": multiplier.a_kind.name,
        "w_kind": multiplier.w_kind.name,
        "product_kind": multiplier.product_kind.name,
        "modes": [
            {"mode": mode, "name": label, **asdict(measure(multiplier, mode))}
            for mode, label in enumerate(multiplier.modes)
        ],
    }


def _page(name: str, multiplier: Multiplier) -> str:
    kinds = (multiplier.a_kind, multiplier.w_kind, multiplier.product_kind)
    lines = [
        f"{name}: {describe(multiplier)}",
        "activation {}, weight {}, product {}".format(*(kind.name for kind in kinds)),
    ]
    rows = [
        (f"{mode} {label}", *_cells(measure(multiplier, mode)))
        for mode, label in enumerate(multiplier.modes)
    ]
    text = [textwrap.fill(line, 100, subsequent_indent="  ") for line in lines]
    return "\n".join([*text, "", table(("mode", *_HEADERS), rows), "", _NOTE, _KEPT])


def _cells(error: ErrorMetrics) -> tuple[object, ...]:
    claims = (_ANSWERS[x] for x in (error.is_zero_preserving, error.is_commutative))
    return (*error_cells(error), 100 * error.nmed, *claims)


_ACTIONS: dict[str | None, Callable[[argparse.Namespace], None]] = {
    None: _list,
    "show": _show,
    "import": exchange.take_in,
    "export": exchange.give_out,
}
