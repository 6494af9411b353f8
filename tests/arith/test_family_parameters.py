"""Families of masked matrices refuse parameters that they cannot build."""

import pytest

from hwgen.arith.exact import ExactMatrix
from hwgen.arith.matrix.column_masked import ColumnMasked
from hwgen.arith.matrix.perforated import Perforated
from hwgen.arith.matrix.posneg import PositiveNegative
from hwgen.arith.matrix.precision import Precision
from hwgen.arith.matrix.recursive import Recursive
from hwgen.arith.matrix.rounded_truncated import RoundedTruncated
from hwgen.arith.matrix.scalable import Scalable
from hwgen.arith.matrix.switched import Switched
from hwgen.arith.matrix.truncated import Truncated, TruncatedSteps
from hwgen.arith.operand import U8, OperandKind
from hwgen.errors import SpecError


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: Perforated(a_rows=8),
            r"^Perforated a_rows must be an integer from 0 to 7, not 8$",
        ),
        (
            lambda: Perforated(w_rows=-1),
            r"^Perforated w_rows must be an integer from 0 to 7, not -1$",
        ),
        (
            lambda: Precision(a_bits=0, w_bits=8),
            r"^Precision a_bits must be an integer from 1 to 8, not 0$",
        ),
        (
            lambda: Precision(a_bits=8, w_bits=9),
            r"^Precision w_bits must be an integer from 1 to 8, not 9$",
        ),
        (
            lambda: RoundedTruncated(a_bits=9, w_bits=5, cut=6),
            r"^RoundedTruncated a_bits must be an integer from 1 to 8, not 9$",
        ),
        (
            lambda: RoundedTruncated(a_bits=5, w_bits=0, cut=6),
            r"^RoundedTruncated w_bits must be an integer from 1 to 8, not 0$",
        ),
        (
            lambda: RoundedTruncated(a_bits=5, w_bits=5, cut=15),
            r"^RoundedTruncated cut must be an integer from 0 to 14, not 15$",
        ),
        (lambda: Truncated(cut=15), r"^Truncated cut must be an integer from 0 to 14, not 15$"),
        (
            lambda: Truncated(cut=6, a_rows=8),
            r"^Truncated a_rows must be an integer from 0 to 7, not 8$",
        ),
        (
            lambda: Truncated(cut=6, w_rows=8),
            r"^Truncated w_rows must be an integer from 0 to 7, not 8$",
        ),
        (
            lambda: TruncatedSteps(cuts=(0, 15)),
            r"^TruncatedSteps cut must be an integer from 0 to 14, not 15$",
        ),
        (
            lambda: TruncatedSteps(cuts=(4, 2)),
            r"^TruncatedSteps cuts must be two or more, ascending, not \(4, 2\)$",
        ),
        (
            lambda: TruncatedSteps(cuts=(4,)),
            r"^TruncatedSteps cuts must be two or more, ascending, not \(4,\)$",
        ),
        (
            lambda: Switched(names=("x", "x"), members=(ExactMatrix(), Truncated(cut=4))),
            r"^Switched names must be two or more that differ, one .* not \('x', 'x'\) for 2$",
        ),
        (
            lambda: Switched(names=("x", "y"), members=(ExactMatrix(),)),
            r"^Switched names must be two or more that differ, one .* not \('x', 'y'\) for 1$",
        ),
        (
            lambda: Switched(names=("x", "y"), members=(ExactMatrix(), ExactMatrix(w_kind=U8))),
            r"^Switched member y must have one mode and take u8 x s8, not 1 and u8 x u8$",
        ),
        (
            lambda: Switched(names=("x", "y"), members=(ExactMatrix(), TruncatedSteps())),
            r"^Switched member y must have one mode and take u8 x s8, not 4 and u8 x s8$",
        ),
        (
            lambda: Switched(names=("x", "y"), members=(ExactMatrix(), ColumnMasked(levels=(3,)))),
            r"^Switched member y must force zeros as the first member does, not True$",
        ),
        (
            lambda: Recursive(a_low=0, w_low=2),
            r"^Recursive a_low must be an integer from 1 to 7, not 0$",
        ),
        (
            lambda: Recursive(w_kind=OperandKind(6, True), a_low=2, w_low=6),
            r"^Recursive w_low must be an integer from 1 to 5, not 6$",
        ),
        (
            lambda: ColumnMasked(levels=(0, 256)),
            r"^ColumnMasked level must be an integer from 0 to 255, not 256$",
        ),
        (
            lambda: ColumnMasked(levels=()),
            r"^ColumnMasked levels must be one or more that differ, not \(\)$",
        ),
        (
            lambda: ColumnMasked(levels=(3, 3)),
            r"^ColumnMasked levels must be one or more that differ, not \(3, 3\)$",
        ),
        (
            lambda: ColumnMasked(levels=(1, 2)),
            r"^ColumnMasked levels must all mask what the first one does, not \(1, 2\)$",
        ),
        (
            lambda: PositiveNegative(rows=0),
            r"^PositiveNegative rows must be an integer from 1 to 7, not 0$",
        ),
        (
            lambda: Scalable(steps=((0, 0), (8, 0))),
            r"^Scalable activation step must be an integer from 0 to 7, not 8$",
        ),
        (
            lambda: Scalable(steps=((0, 0), (0, "x"))),
            r"^Scalable weight step must be an integer from 0 to 7, not 'x'$",
        ),
        (
            lambda: Scalable(steps=((0, 0), (1, 0)), cut=15),
            r"^Scalable cut must be an integer from 0 to 14, not 15$",
        ),
        *(
            (
                lambda steps=steps: Scalable(steps=steps),
                r"^Scalable steps must be two or more that differ, the smallest first, not \(",
            )
            for steps in ((), ((0, 0),), ((1, 1), (1, 1)), ((1, 0), (0, 1)))
        ),
    ],
)
def test_parameters_out_of_range_are_refused(build, message):
    with pytest.raises(SpecError, match=message):
        build()
