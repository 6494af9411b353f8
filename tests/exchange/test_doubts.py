"""Imports that are right and yet of no use, or not what was meant, are told apart."""

import re
from dataclasses import replace

import pytest

from hwgen.arith.netlist.gate_builder import array_multiplier
from hwgen.arith.operand import S8, U8
from hwgen.exchange.doubts import doubts

EXACT = array_multiplier("exact", U8, U8)
SIGNED = array_multiplier("signed", S8, S8)
A = range(2, 10)  # nets of its bits


@pytest.mark.parametrize("netlist", [EXACT, SIGNED], ids=["u8", "s8"])
def test_nothing_speaks_against_a_good_one(netlist):
    assert list(doubts(netlist)) == []


USELESS = r"the mean absolute error is \d+\.\d, no less than 16256\.2 of a constant 0"  # 127.5 ** 2
READ_AS = (
    r"the mean absolute error is \d+\.\d, but 0\.0 if it is read as {0} x {0}: "
    r"is the signedness as stated\?"
)


@pytest.mark.parametrize(
    ("netlist", "doubt"),
    [
        (
            replace(EXACT, gates=(), outputs=(0,) * 16),
            "every product is 0, and a search would like how little that costs",
        ),
        (replace(EXACT, gates=(), outputs=(0,) * 7 + (*A, 0)), "the product does not depend on w"),
        (replace(EXACT, outputs=EXACT.outputs[8:] + EXACT.outputs[:8]), USELESS),
        (replace(SIGNED, a_kind=U8, w_kind=U8, p_kind=EXACT.p_kind), READ_AS.format("s8")),
        (replace(EXACT, a_kind=S8, w_kind=S8, p_kind=SIGNED.p_kind), READ_AS.format("u8")),
    ],
    ids=["constant", "one operand", "useless", "not signed", "not unsigned"],
)
def test_doubts(netlist, doubt):
    assert any(re.fullmatch(doubt, found) for found in doubts(netlist))
