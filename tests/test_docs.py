"""What the documents show is what the program takes and writes."""

import re
from pathlib import Path

import numpy as np

from hwgen.spec.mapping import Mapping

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_the_mapping_shown_is_in_canonical_form():
    (text,) = re.findall(r"```json\n(.*?)```", (DOCS / "mapping.md").read_text("utf-8"), re.S)
    mapping = Mapping.from_json(text)
    assert " ".join(mapping.to_json().split()) == re.sub(r"\s+", " ", text).strip()


def test_the_levels_of_the_mapping_shown_have_the_precedence_that_is_told():
    (text,) = re.findall(r"```json\n(.*?)```", (DOCS / "mapping.md").read_text("utf-8"), re.S)
    layer = Mapping.from_json(text).layers["conv2"]
    codes = np.full((4, 2, 2, 6), 50)
    codes[0, 0, 0, 0] = codes[2, 0, 0, :2] = 3  # in the range; taps 0 and 1 of filter 2
    choices, index = layer.resolve(codes)
    chosen = [[choices[i] for i in taps] for taps in index.reshape(4, -1)]
    assert chosen[0][0] == ("scalable_booth_6", 2)  # range over filter
    assert chosen[0][1] == chosen[1][5] == ("scalable_booth_6", 0)
    assert chosen[2][0] == chosen[2][11] == ("booth_8_8x8", 0)  # weight over range
    assert chosen[2][9] == ("scalable_booth_6", 1)
    assert [x.mode for x in chosen[3][:6]] == [2, 1, 2, 2, 2, 2]
