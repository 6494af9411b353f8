import numpy as np
import pytest

from hwgen.spec.descriptor import (
    DESCRIPTOR,
    DESCRIPTOR_WIDTH,
    PARAMETER,
    PARAMETER_WIDTH,
    pack,
    unpack,
)

LAYOUTS = {"descriptor": DESCRIPTOR, "parameter": PARAMETER}
WIDTHS = {"descriptor": DESCRIPTOR_WIDTH, "parameter": PARAMETER_WIDTH}


def bounds(layout, name):
    width, is_signed = layout[name]
    return (-(1 << width - 1), (1 << width - 1) - 1) if is_signed else (0, (1 << width) - 1)


@pytest.mark.parametrize("kind", LAYOUTS)
def test_unpack_inverts_pack_for_corners_and_random_fields(kind):
    layout = LAYOUTS[kind]
    rng = np.random.default_rng(1)
    corners = [{name: bounds(layout, name)[side] for name in layout} for side in (0, 1)]
    drawn = [
        {name: int(rng.integers(*bounds(layout, name), endpoint=True)) for name in layout}
        for _ in range(200)
    ]
    for fields in corners + drawn:
        word = pack(layout, fields)
        assert 0 <= word < 1 << WIDTHS[kind]
        assert unpack(layout, word) == fields


@pytest.mark.parametrize("kind", LAYOUTS)
def test_every_field_has_bits_of_its_own(kind):
    layout = LAYOUTS[kind]
    nothing = dict.fromkeys(layout, 0)
    masks = [
        pack(layout, nothing | {name: -1 if is_signed else (1 << width) - 1})
        for name, (width, is_signed) in layout.items()
    ]
    assert sum(masks) == (1 << WIDTHS[kind]) - 1
    assert len(masks) == len(layout)


@pytest.mark.parametrize(
    ("layout", "change", "message"),
    [
        (DESCRIPTOR, {"zero_0": 256}, r"^zero_0 must be from 0 to 255, not 256$"),
        (DESCRIPTOR, {"filters": -1}, r"^filters must be from 0 to 65535, not -1$"),
        (DESCRIPTOR, {"origin_q": -32769}, r"^origin_q must be from -32768 to 32767, not -32769$"),
        (
            PARAMETER,
            {"multiplier": 1 << 31},
            r"^multiplier must be from 0 to 2147483647, not 21.*$",
        ),
        (PARAMETER, {"right": 64}, r"^right must be from 0 to 63, not 64$"),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_refused(layout, change, message):
    with pytest.raises(ValueError, match=message):
        pack(layout, dict.fromkeys(layout, 0) | change)


def test_missing_and_unknown_fields_are_refused():
    with pytest.raises(ValueError, match=r"^fields must be \['bias', .*'right'\], not \['bias'\]$"):
        pack(PARAMETER, {"bias": 0})
