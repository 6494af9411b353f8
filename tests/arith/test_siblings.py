"""Members of every family that take other kinds of operands keep Multiplier's promises too."""

from typing import ClassVar

import pytest

from hwgen.arith.booth.dypr import DyPR
from hwgen.arith.booth.pr import PR
from hwgen.arith.booth.roup import Roup
from hwgen.arith.booth.scalable_booth import ScalableBooth
from hwgen.arith.booth.truncated_booth import TruncatedBooth
from hwgen.arith.catalogue import CATALOGUE
from hwgen.arith.exact import Exact, ExactArray, ExactBooth, ExactMatrix
from hwgen.arith.logarithmic.drum import Drum
from hwgen.arith.logarithmic.mitchell import Mitchell
from hwgen.arith.logarithmic.roba import Roba
from hwgen.arith.matrix.column_masked import ColumnMasked
from hwgen.arith.matrix.perforated import Perforated
from hwgen.arith.matrix.posneg import PositiveNegative
from hwgen.arith.matrix.precision import Precision
from hwgen.arith.matrix.recursive import Recursive
from hwgen.arith.matrix.rounded_truncated import RoundedTruncated
from hwgen.arith.matrix.scalable import Scalable
from hwgen.arith.matrix.switched import Switched
from hwgen.arith.matrix.truncated import Truncated, TruncatedSteps
from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.errors import SpecError
from tests.arith.contract import Contract

U4, S4, U5, S6, S7, S9 = (
    OperandKind(int(name[1]), name[0] == "s") for name in ("u4", "s4", "u5", "s6", "s7", "s9")
)
KINDS = ((U8, U8), (S8, S8), (S8, U8), (U4, S4), (U5, S7), (S6, U8))


def switched(**kinds):
    """Modes that differ in their conditioning, their masks and their constants."""
    return Switched(
        **kinds,
        names=("exact", "truncated", "recursive", "rounded", "perforated"),
        members=(
            ExactMatrix(**kinds),
            Truncated(**kinds, cut=3, compensated=True),
            Recursive(**kinds, a_low=3, w_low=2),
            RoundedTruncated(**kinds, a_bits=3, w_bits=3, cut=5, compensated=True),
            Perforated(**kinds, a_rows=3),
        ),
    )


def siblings():
    """At least one member per family and kinds."""
    for a_kind, w_kind in KINDS:
        kinds = {"a_kind": a_kind, "w_kind": w_kind}
        yield from (
            Exact(**kinds),
            ExactArray(**kinds),
            ExactMatrix(**kinds),
            ExactBooth(**kinds),
            ExactBooth(**kinds, encoded="a"),
            Precision(**kinds, a_bits=3, w_bits=4),
            Perforated(**kinds, a_rows=3, w_rows=1),
            Truncated(**kinds, cut=6, w_rows=1, compensated=True),
            TruncatedSteps(**kinds, cuts=(0, 3, 5)),
            RoundedTruncated(**kinds, a_bits=3, w_bits=3, cut=4, compensated=True),
            Recursive(**kinds, a_low=2, w_low=3),
            Recursive(**kinds, a_low=3, w_low=3, compensated=True),
            PositiveNegative(**kinds, rows=2),
            Scalable(**kinds, steps=((0, 0), (2, 1), (3, 3)), cut=2),
            ColumnMasked(**kinds, levels=(4, 5, 28, 37, 127)),
            PR(**kinds, perforated=1, rounded=2),
            PR(**kinds, rounded=3, encoded="a"),
            Roup(**kinds, perforated=1, rounded=3),
            Roup(**kinds, rounded=3, encoded="a"),
            Roup(**kinds, rounded=2, symmetric=True),
            DyPR(**kinds, steps=((0, 0), (0, 2), (1, 1), (1, 3))),
            DyPR(**kinds, steps=((0, 1), (1, 2)), encoded="a"),
            TruncatedBooth(**kinds, a_bits=3, w_bits=4, cut=3),
            TruncatedBooth(**kinds, a_bits=4, w_bits=2, midpoint=True, compensated=True),
            TruncatedBooth(**kinds, a_bits=3, w_bits=3, cut=5, midpoint=True, encoded="a"),
            ScalableBooth(**kinds, steps=((0, 0), (1, 0), (1, 2)), cut=3),
            switched(**kinds),
            Mitchell(**kinds),
            Drum(**kinds, k=3),
            Roba(**kinds),
        )
    yield ColumnMasked(a_kind=U4, w_kind=U4, levels=tuple(range(128)))
    yield ColumnMasked(a_kind=S9, w_kind=S9, levels=(0, 7, 255))
    yield ExactBooth(a_kind=S9, w_kind=S9)


class TestSiblings(Contract):
    multipliers: ClassVar = {
        f"{type(x).__name__}-{x.a_kind.name}x{x.w_kind.name}-{k}": x
        for k, x in enumerate(siblings())
        if x not in CATALOGUE.values()
    }


@pytest.mark.parametrize(
    "build",
    [
        lambda **kinds: Exact(**kinds),
        lambda **kinds: ExactArray(**kinds),
        lambda **kinds: Precision(**kinds, a_bits=3, w_bits=3),
        lambda **kinds: Perforated(**kinds),
        lambda **kinds: Truncated(**kinds, cut=3),
        lambda **kinds: TruncatedSteps(**kinds),
        lambda **kinds: RoundedTruncated(**kinds, a_bits=3, w_bits=3, cut=3),
        lambda **kinds: Recursive(**kinds, a_low=2, w_low=2),
        lambda **kinds: PositiveNegative(**kinds, rows=2),
        lambda **kinds: Scalable(**kinds, steps=((0, 0), (1, 1))),
        lambda **kinds: ColumnMasked(**kinds, levels=(0,)),
        lambda **kinds: Switched(**kinds, names=(), members=()),
        lambda **kinds: TruncatedBooth(**kinds, a_bits=3, w_bits=3),
        lambda **kinds: ScalableBooth(**kinds, steps=((0, 0), (1, 0))),
        lambda **kinds: PR(**kinds),
        lambda **kinds: Roup(**kinds),
        lambda **kinds: DyPR(**kinds, steps=((0, 0), (0, 1))),
    ],
)
@pytest.mark.parametrize(
    ("kinds", "name", "width"),
    [
        ({"a_kind": OperandKind(3, False)}, "a_kind", 3),
        ({"w_kind": OperandKind(17, True)}, "w_kind", 17),
    ],
)
def test_operands_of_other_widths_are_refused(build, kinds, name, width):
    message = rf"^\w+ {name} width must be an integer from 4 to (9|16), not {width}$"
    with pytest.raises(SpecError, match=message):
        build(**kinds)


def test_operands_too_wide_for_a_table_have_no_circuit():
    wide = OperandKind(16, True)
    with pytest.raises(SpecError, match=r"^ExactBooth operands must have at most 20 bits together"):
        ExactBooth(a_kind=wide, w_kind=wide).create()
