import re
from dataclasses import dataclass

import numpy as np
import pytest

from hwgen.arith.operand import OperandKind
from hwgen.cost.operands import check_operands, port_codes, uniform_transitions
from hwgen.errors import SpecError
from hwgen.network.transitions import Transitions


@dataclass(frozen=True)
class Kinds:
    a_kind: OperandKind
    w_kind: OperandKind


def kinds(a, w):
    return Kinds(*(OperandKind(int(name[1:]), name[0] == "s") for name in (a, w)))


TRACE = Transitions(
    np.array([0, 127], np.uint8),
    np.array([-128, -1], np.int8),
    np.array([200, 255], np.uint8),
    np.array([5, 127], np.int8),
)


@pytest.mark.parametrize(
    ("a", "w", "before", "after"),
    [
        ("u8", "s8", ([0, 127], [-128, -1]), ([200, 255], [5, 127])),
        ("u8", "u8", ([0, 127], [0, 127]), ([200, 255], [133, 255])),
        ("s8", "s8", ([-128, -1], [-128, -1]), ([72, 127], [5, 127])),
        ("s8", "u8", ([-128, -1], [0, 127]), ([72, 127], [133, 255])),
        ("u4", "s6", ([0, 7], [-32, -1]), ([12, 15], [1, 31])),
        ("s5", "u7", ([-16, -1], [0, 63]), ([9, 15], [66, 127])),
    ],
)
def test_codes_are_re_encoded_and_rounded_down(a, w, before, after):
    multiplier = kinds(a, w)
    for found, expected in zip(port_codes(multiplier, 3, [TRACE]), (before, after), strict=True):
        assert multiplier.a_kind.decode(found["a"]).tolist() == expected[0]
        assert multiplier.w_kind.decode(found["w"]).tolist() == expected[1]
        assert found["mode"].tolist() == [3, 3]
        assert found["a"].min() >= 0
        assert found["w"].min() >= 0


def test_traces_follow_each_other():
    before, after = port_codes(kinds("u8", "s8"), 0, [TRACE, TRACE])
    assert before["a"].tolist() == [0, 127, 0, 127]
    assert after["a"].tolist() == [200, 255, 200, 255]


def test_uniform_operands_stay_uniform():
    _, after = port_codes(kinds("s4", "u5"), 0, [uniform_transitions(1 << 14)])
    for port, values in (("a", 16), ("w", 32)):
        counts = np.bincount(after[port], minlength=values)
        assert counts == pytest.approx((1 << 14) / values, rel=0.2)


def test_wide_operands_are_refused():
    line = (
        "multiplier wide must take operands of at most 8 bits to be characterized, not u8 and s16"
    )
    with pytest.raises(SpecError, match=f"^{re.escape(line)}$"):
        check_operands("wide", kinds("u8", "s16"))
