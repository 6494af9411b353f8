"""What columns of an array may be, and what is refused."""

import pytest

from hwgen.arith.catalogue import find
from hwgen.array.grid import SystolicArray
from hwgen.array.tiles import Tiles
from hwgen.errors import SpecError

SIZE = {"rows": 4, "cols": 2, "sum_column": False}


def array(*names, **options):
    multipliers = [find(name) for name in names]
    return SystolicArray(multipliers if len(names) > 1 else multipliers[0], **SIZE | options)


def test_sums_of_all_columns_fit_the_widest():
    narrow, wide = find("perforated_a3_w3"), find("posneg_2")
    both = array("perforated_a3_w3", "posneg_2").columns
    assert both[0].total.width == narrow.product_kind.width + 2
    assert both.total_kind == both[1].total
    assert both[1].total.width == wide.product_kind.width + 2
    assert both.weight_width == 8 + wide.mode_width


def test_a_core_behind_the_edge_sums_in_units_of_what_went():
    whole = array("precision_5x8")
    transform, cores = whole.columns.at_edge()
    assert transform.shift == 3
    assert cores.total_kind.width == whole.columns.total_kind.width - 3


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (("exact", "exact", "exact"), {}, "array multipliers must be one per column, 2, not 3"),
        (
            ("exact", "exact_u8"),
            {},
            "array multipliers must all take u8 x s8, not u8 x u8",
        ),
        (
            ("exact",),
            {"at_edge": True},
            r"array edge must do a part of every multiplier, and there is none in Exact\(.*\)",
        ),
        (
            ("precision_6x8", "precision_5x8"),
            {"at_edge": True},
            r"array edge must do the same for every column, not EdgeTransform\(.*2.*\) and .*3.*",
        ),
        (
            ("exact",),
            {"diagonal": True},
            "array column_enable must be off with diagonal: .* all columns then",
        ),
    ],
)
def test_columns_that_do_not_fit_are_refused(names, options, message):
    with pytest.raises(SpecError, match=f"^{message}$"):
        array(*names, **options)


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (("exact",), {}, "tiles must be two or more, not 1"),
        (
            ("exact", "exact_s8"),
            {},
            "tiles must all take the same operands, not s8 x s8 and u8 x s8",
        ),
        (
            ("exact", "lvrm"),
            {"at_edge": (True,)},
            r"tiles at_edge must be one per tile, not \(True,\)",
        ),
        (("exact", "lvrm"), {"gating": "off"}, "tiles gating must be .*, not 'off'"),
    ],
)
def test_tiles_that_do_not_fit_are_refused(names, options, message):
    with pytest.raises(SpecError, match=f"^{message}$"):
        Tiles([find(name) for name in names], **SIZE, **options)
