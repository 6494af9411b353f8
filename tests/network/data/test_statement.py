"""A preprocessing comes from a file beside the model, from another one, or from a line."""

import pytest

from hwgen.network.data.preprocessing import Preprocessing
from hwgen.network.data.statement import preprocessing_of

KEYS = "codes, divide, mean, std, scale, zero_point, layout, colour"


@pytest.fixture
def model(tmp_path):
    return tmp_path / "net.onnx"


def test_nothing_is_stated_where_nothing_lies_beside_the_model(model):
    assert preprocessing_of(model) is None


def test_the_file_beside_the_model_is_read(model):
    path = model.with_suffix(".toml")
    path.write_text("divide = 255\nmean = [0.5, 0.4, 0.3]\nstd = 0.25\n")
    assert preprocessing_of(model) == Preprocessing(
        subject=f"preprocessing {path}", divide=(255,), mean=(0.5, 0.4, 0.3), std=(0.25,)
    )


def test_another_file_comes_before_it(model, tmp_path):
    model.with_suffix(".toml").write_text("codes = true\n")
    path = tmp_path / "other.toml"
    path.write_text('divide = 128\nmean = 1\nlayout = "chw"\n')
    assert preprocessing_of(model, str(path)) == Preprocessing(
        subject=f"preprocessing {path}", divide=(128,), mean=(1,), layout="chw"
    )


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("codes = true", {"codes": True}),
        ("divide = 128, mean = 1", {"divide": (128,), "mean": (1,)}),
        ("divide = 255, mean = [0.1, 0.2, 0.3]", {"divide": (255,), "mean": (0.1, 0.2, 0.3)}),
        ("scale = 0.5, zero_point = -3", {"scale": 0.5, "zero_point": -3}),
        ('divide = 1, colour = "bgr"', {"colour": "bgr"}),
    ],
)
def test_a_line_states_it_too(model, line, fields):
    assert preprocessing_of(model, line) == Preprocessing(**fields)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("size = 3", f"preprocessing has the unknown key size; known: {KEYS}"),
        (
            "subject = 'x', codes = true",
            f"preprocessing has the unknown key subject; known: {KEYS}",
        ),
        (
            "codes = true, divide = 255",
            "preprocessing must say codes or divide, not both",
        ),
        (
            "zero_point = 3, std = 1.5",
            "preprocessing must say zero_point or std, not both",
        ),
        ("zero_point = 3", "preprocessing lacks the key scale"),
        ("mean = {}", "preprocessing mean must be numbers, not {}"),
    ],
)
def test_keys_that_do_not_fit(model, refusal, line, message):
    assert refusal(preprocessing_of, model, line) == message


@pytest.mark.parametrize("line", ["", "codes = false", "layout = 'chw'"])
def test_a_line_that_states_no_meaning(model, refusal, line):
    assert refusal(preprocessing_of, model, line) == (
        "preprocessing must say what numbers mean: codes = true, scale and zero_point, "
        "or some of divide, mean and std"
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("other.tml", "Expected '=' after a key in a key/value pair"),
        ("divide = .5", "Invalid value"),
        ("divide = 1\n", "it has more than one line"),
    ],
)
def test_a_line_that_is_none(model, refusal, line, reason):
    assert refusal(preprocessing_of, model, line) == (
        f"preprocessing must be a file that ends in .toml, or its keys in one line, such as "
        f"'divide = 255, mean = 0.5, std = 0.25', not {line!r}: {reason}"
    )


def test_a_missing_file(model, refusal, tmp_path):
    path = tmp_path / "none.toml"
    line = f"preprocessing {path} cannot be read: No such file or directory"
    assert refusal(preprocessing_of, model, str(path)) == line


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"divide = \n", "is not TOML: Invalid value (at line 1, column 10)"),
        (b"\xff", "must be UTF-8 text, but its byte 0 is not"),
    ],
)
def test_a_file_of_something_else(model, refusal, content, rule):
    path = model.with_suffix(".toml")
    path.write_bytes(content)
    assert refusal(preprocessing_of, model) == f"preprocessing {path} {rule}"
