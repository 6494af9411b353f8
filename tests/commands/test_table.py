from hwgen.commands.table import table


def test_numbers_are_right_and_text_is_left():
    text = table(("name", "area um2"), [("exact", 1234.5678), ("perforated", 9.0)])
    assert text.splitlines() == [
        "name        area um2",
        "----------  --------",
        "exact           1235",
        "perforated         9",
    ]


def test_what_is_unknown_shows_as_a_dash():
    assert table(("a", "b"), [("x", None), ("y", 2)]).splitlines()[2:] == ["x  -", "y  2"]


def test_large_numbers_keep_their_digits():
    assert table(("a",), [(123456.7,)]).splitlines()[-1] == "123457"
