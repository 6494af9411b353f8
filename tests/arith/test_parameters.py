"""Multipliers named by their family and parameters."""

import numpy as np
import pytest

from hwgen.arith.booth.truncated_booth import TruncatedBooth
from hwgen.arith.catalogue import find, resolve
from hwgen.arith.logarithmic.drum import Drum
from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.errors import SpecError


def test_a_family_with_parameters_is_a_name():
    name = "TruncatedBooth(a_bits=7, w_bits=5, cut=9, w_kind=u8, midpoint=True)"
    wanted = TruncatedBooth(a_bits=7, w_bits=5, cut=9, w_kind=U8, midpoint=True)
    assert resolve(name) == name
    assert find(name) == wanted
    assert find(name) is find(name)


def test_kinds_and_tuples_are_values():
    assert find("Drum(k=3, a_kind=u6, w_kind=s8)") == Drum(k=3, a_kind=OperandKind(6, False))
    steps = find("ScalableBooth(steps=((0, 0), (1, 2)), a_kind=s8)")
    assert (steps.modes, steps.a_kind) == (("8x8", "6x6"), S8)


def test_it_is_the_catalogues_own_where_the_parameters_are():
    assert np.array_equal(find("Truncated(cut=6)").table(), find("truncated_6").table())


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("Drum(k=9)", "Drum k must be an integer from 2 to 7, not 9"),
        (
            "Drum(k=7, k=3)",
            "multiplier Drum(k=7, k=3) must give every parameter once, not k twice",
        ),
        ("Drum()", "multiplier family Drum needs the parameter k"),
        ("Drum(bits=3)", "multiplier family Drum has the parameters a_kind, w_kind, k, not bits"),
        ("Drum(3)", "multiplier must be FAMILY(parameter=value, ...), not 'Drum(3)'"),
        ("Drum(k=)", "multiplier must be FAMILY(parameter=value, ...), not 'Drum(k=)'"),
        ("Drum(k=3, w_kind=5)", "multiplier Drum w_kind must be a kind such as u8, not 5"),
        (
            "Drum(k=exit())",
            (
                "multiplier Drum(k=exit()) values must be integers, True, False, tuples, "
                "strings or kinds such as u8, not exit()"
            ),
        ),
        (
            "Scalable(steps=3)",
            (
                "multiplier Scalable(steps=3) must give every parameter a value of the type "
                "that it takes"
            ),
        ),
    ],
)
def test_anything_else_is_refused(name, complaint):
    with pytest.raises(SpecError) as error:
        find(name)
    assert str(error.value) == complaint


def test_an_unknown_family_is_refused_with_those_there_are():
    with pytest.raises(SpecError, match=r"^multiplier family must be one of .*Drum.*, not 'Foo'$"):
        find("Foo(x=1)")
