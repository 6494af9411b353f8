import pytest

from hwgen.arith.booth.pr import PR
from hwgen.arith.booth.roup import Roup
from hwgen.arith.catalogue import find
from hwgen.arith.matrix.perforated import Perforated
from hwgen.arith.matrix.posneg import PositiveNegative
from hwgen.arith.matrix.precision import Precision
from hwgen.arith.matrix.scalable import Scalable
from hwgen.arith.matrix.truncated import Truncated, TruncatedSteps
from hwgen.mapping.kinds import errors, is_exact, is_precision

STEPS = TruncatedSteps(cuts=(0, 5, 7))


@pytest.mark.parametrize("name", ["exact", "exact_dadda", "exact_booth", "exact_u8"])
def test_every_exact_circuit_is_exact(name):
    assert is_exact(find(name), 0)
    assert is_precision(find(name))
    assert not errors(find(name), 0).any()


@pytest.mark.parametrize(
    "multiplier",
    [
        Precision(a_bits=5, w_bits=5),
        Perforated(a_rows=2, w_rows=2),
        PositiveNegative(rows=2),
        Scalable(steps=((0, 0), (4, 3))),
        PR(perforated=1, rounded=2),
    ],
    ids=str,
)
def test_coarser_operands_are_precision_whatever_the_circuit_is_called(multiplier):
    assert is_precision(multiplier)


@pytest.mark.parametrize(
    "multiplier", [Truncated(cut=7), Roup(perforated=1, rounded=4), STEPS], ids=str
)
def test_products_that_no_coarser_operands_give_are_approximate(multiplier):
    assert not is_precision(multiplier)


def test_a_reconfigurable_multiplier_is_exact_only_in_its_exact_mode():
    assert is_exact(STEPS, 0)
    assert not is_exact(STEPS, 1)
