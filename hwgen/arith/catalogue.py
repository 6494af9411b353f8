"""Named multipliers.

All take u8 activations. Weights are s8 unless the name says ``_u8``; operands, rows and modes
are what the class of the multiplier says.
"""

import inspect

from hwgen.arith.exact import Exact, ExactBooth, ExactMatrix
from hwgen.arith.heam import Heam
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.netlist import Netlist
from hwgen.arith.operand import U8
from hwgen.arith.perforated import Perforated
from hwgen.arith.posneg import PositiveNegative
from hwgen.arith.pr import PR
from hwgen.arith.precision import Precision
from hwgen.arith.rounded_truncated import RoundedTruncated
from hwgen.arith.roup import Roup
from hwgen.arith.scalable import Scalable
from hwgen.arith.truncated import Truncated, TruncatedSteps
from hwgen.errors import SpecError
from hwgen.flow.data import data_path

__all__ = ["CATALOGUE", "describe", "find"]

_PRECISIONS = ((7, 8), (6, 8), (5, 8), (8, 6), (7, 7), (6, 6), (6, 5), (5, 5), (4, 5), (4, 4))
_ROUNDED = ((6, 6, 5), (7, 6, 5), (7, 6, 6), (6, 5, 5), (7, 5, 5), (8, 5, 5))
_HIDDEN = ("a_kind", "w_kind", "p_kind", "gates", "outputs")  # of what describe() shows

CATALOGUE: dict[str, Multiplier] = {
    "exact": Exact(),
    "exact_dadda": ExactMatrix(),
    "exact_booth": ExactBooth(),
    "exact_u8": Exact(w_kind=U8),
    **{f"precision_{a}x{w}": Precision(a_bits=a, w_bits=w) for a, w in _PRECISIONS},
    **{f"perforated_a{rows}": Perforated(a_rows=rows) for rows in (1, 2, 3)},
    **{f"perforated_w{rows}": Perforated(w_rows=rows) for rows in (1, 2)},
    **{f"perforated_a{rows}_w{rows}": Perforated(a_rows=rows, w_rows=rows) for rows in (1, 2, 3)},
    "perforated_a2_u8": Perforated(w_kind=U8, a_rows=2),
    **{f"truncated_{cut}": Truncated(cut=cut) for cut in (4, 5, 6, 7, 8)},
    "truncated_6_a1": Truncated(cut=6, a_rows=1),
    "truncated_7_a2": Truncated(cut=7, a_rows=2),
    "truncated_8_a3": Truncated(cut=8, a_rows=3),
    "truncated_8_a4_w2": Truncated(cut=8, a_rows=4, w_rows=2),
    **{
        f"truncated_{cut}_{a}x{w}": RoundedTruncated(a_bits=a, w_bits=w, cut=cut)
        for cut, a, w in _ROUNDED
    },
    "truncated_7_c": Truncated(cut=7, compensated=True),
    "pr_0_3": PR(rounded=3),
    "pr_1_2": PR(perforated=1, rounded=2),
    "roup_0_4": Roup(rounded=4),
    "roup_0_6": Roup(rounded=6),
    "roup_1_4": Roup(perforated=1, rounded=4),
    "roup_a_1_4": Roup(perforated=1, rounded=4, encoded="a"),
    "heam_u8": Heam(),
    "simplified": Netlist.load(data_path("rtl_templates/multipliers/simplified.v")),
    **{f"posneg_{rows}": PositiveNegative(rows=rows) for rows in (1, 2, 3)},
    "scalable_a3": Scalable(steps=((0, 0), (1, 0), (2, 0), (3, 0))),
    "scalable_a4_w3": Scalable(steps=((0, 0), (1, 1), (2, 2), (4, 3))),
    "scalable_t5": Scalable(steps=((0, 0), (1, 1), (2, 2), (4, 3)), cut=5),
    "scalable_t6": Scalable(steps=((0, 0), (2, 0), (3, 2), (4, 3)), cut=6),
    "truncated_steps": TruncatedSteps(cuts=(0, 5, 7, 8)),
}


def find(name: str) -> Multiplier:
    """The multiplier of that catalogue name."""
    try:
        return CATALOGUE[name]
    except KeyError:
        known = ", ".join(CATALOGUE)
        raise SpecError(f"no multiplier is called {name!r}; known: {known}") from None


def describe(multiplier: Multiplier) -> str:
    """One line: what kind of multiplier this is, and its parameters."""
    summary = (inspect.getdoc(type(multiplier)) or "").splitlines()[0].rstrip(".").replace("``", "")
    shown = [
        f"{name} {value}"
        for name, value in vars(multiplier).items()
        if name in inspect.signature(type(multiplier)).parameters and name not in _HIDDEN
    ]
    kinds = f"{multiplier.a_kind.name} x {multiplier.w_kind.name}"
    return f"{summary} ({'; '.join([kinds, *shown])})"
