import numpy as np
import pytest

from hwgen.cost.function import parse_function


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("A", 0b1010),
        ("!A", 0b0101),
        ("A'", 0b0101),
        ("A B", 0b1000),
        ("A * B", 0b1000),
        ("A&B", 0b1000),
        ("A+B", 0b1110),
        ("A | B", 0b1110),
        ("A^B", 0b0110),
        ("!(A*B)", 0b0111),
        ("(A + B)'", 0b0001),
        ("!A B + A !B", 0b0110),
        ("(!A) | (!B)", 0b0111),
        ("0", 0b0000),
        ("1 ^ A", 0b0101),
    ],
)
def test_truth_table_follows_liberty(text, truth):
    assert parse_function(text).truth(("A", "B")) == truth


def test_exclusive_or_binds_stronger_than_and():
    function = parse_function("A & B ^ C")
    assert function == parse_function("A & (B ^ C)")
    assert function != parse_function("(A & B) ^ C")


def test_pins_are_those_of_the_text():
    assert parse_function("!(A1 & A2) | B[0]").pins == {"A1", "A2", "B[0]"}


def test_words_are_evaluated_bit_by_bit():
    ones = np.uint64(2**64 - 1)
    a, b = np.random.default_rng(1).integers(0, 2**63, (2, 5), dtype=np.uint64)
    found = parse_function("!(A & B) ^ A").evaluate({"A": a, "B": b}, ones)
    assert found.tolist() == (~(a & b) ^ a).tolist()


def test_verilog_names_the_nets():
    text = parse_function("!((A & B) | 1)").to_verilog({"A": "n1", "B": "n2"})
    assert text == "(~((n1 & n2) | 1'b1))"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A &", r"^function must not end with an operator$"),
        ("(A", r"^function must close its parentheses$"),
        ("A ) B", r"^function must end before '\)': 'A \) B'$"),
        ("A # B", r"^function must not hold '#': 'A # B'$"),
        ("+ A", r"^function must have an operand before '\+'$"),
    ],
)
def test_other_text_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        parse_function(text)
