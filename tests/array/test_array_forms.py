"""Every form of the array, in Verilog, against what its multipliers compute."""

import pytest

from hwgen.arith.catalogue import find
from hwgen.array.grid import SystolicArray
from hwgen.array.tiles import Tiles

pytestmark = pytest.mark.tool


def check(run_bench, component, multiplier, other, seed=1, **wrong):
    """The bench passes, and neither with another multiplier nor with other environments."""
    right = {
        "multiplier": multiplier,
        "latency": component.latency,
        "stages": component.stages,
        "seed": seed,
    }
    passed, *failed = run_bench(component, "bench_array", right, right | {"multiplier": other})
    assert passed is None, passed
    assert ["AssertionError: " in (log or "") for log in failed] == [True]


# posneg and compensated ones give something else than 0 for 0 times w: unused rows add nothing.
@pytest.mark.parametrize(
    ("name", "other", "rows", "cols", "stages"),
    [
        ("posneg_2", "posneg_3", 4, 3, 1),
        ("lvrm", "truncated_8", 3, 4, 2),
        ("exact_s8", "drum_5_s8", 2, 2, 3),
    ],
)
def test_registers_in_the_multipliers(name, other, rows, cols, stages, run_bench):
    array = SystolicArray(find(name), rows=rows, cols=cols, sum_column=True, stages=stages)
    assert array.latency == rows + stages
    check(run_bench, array, name, other)


@pytest.mark.parametrize(
    ("name", "other", "rows", "cols", "stages"),
    [
        ("posneg_2", "posneg_1", 4, 4, 0),
        ("truncated_8_c", "exact", 3, 5, 1),
        ("exact_s8", "drum_5_s8", 5, 2, 0),
    ],
)
def test_positions_on_the_diagonal(name, other, rows, cols, stages, run_bench):
    array = SystolicArray(
        find(name),
        rows=rows,
        cols=cols,
        sum_column=True,
        stages=stages,
        diagonal=True,
        column_enable=False,
    )
    check(run_bench, array, name, other)


@pytest.mark.parametrize(("bits", "name"), [(3, "perforated_a2"), (8, "exact_s8"), (1, "exact_u8")])
def test_sums_of_low_bits(bits, name, run_bench):
    array = SystolicArray(
        find(name),
        rows=4,
        cols=2,
        sum_column=True,
        variate_bits=bits,
        diagonal=True,
        column_enable=False,
    )
    check(run_bench, array, name, "drum_4")


def test_a_multiplier_per_column(run_bench):
    names = ["exact_booth", "truncated_8_c", "scalable_a3", "exact_booth", "roup_1_4"]
    array = SystolicArray(
        [find(name) for name in names], rows=3, cols=5, sum_column=False, stages=1
    )
    check(run_bench, array, "|".join(names), "|".join(reversed(names)))


@pytest.mark.parametrize(
    ("name", "other", "sum_column", "variate_bits", "diagonal"),
    [
        ("precision_6x8", "precision_5x8", False, 0, False),
        ("truncated_8_a3", "exact", True, 3, True),
        ("pr_1_3_s8", "exact_s8", True, 0, True),
    ],
)
def test_activations_shortened_at_the_edge(
    name, other, sum_column, variate_bits, diagonal, run_bench
):
    array = SystolicArray(
        find(name),
        rows=4,
        cols=3,
        sum_column=sum_column,
        variate_bits=variate_bits,
        diagonal=diagonal,
        column_enable=False,
        at_edge=True,
    )
    assert array.latency == 4 + 1
    check(run_bench, array, name, other)


@pytest.mark.parametrize("gating", ["enable", "cell"])
@pytest.mark.parametrize(
    ("names", "other", "size", "options"),
    [
        (("exact_booth", "posneg_2"), "exact_booth;posneg_1", (3, 4), {}),
        (
            ("precision_6x8", "exact_dadda", "truncated_8_c"),
            "precision_6x8;exact_dadda;truncated_8",
            (4, 3),
            {"at_edge": (True, False, False), "diagonal": True, "variate_bits": 2, "stages": 2},
        ),
        (("exact_u8", "heam_u8"), "heam_u8;heam_u8", (2, 1), {"stages": 1}),
    ],
)
def test_tiles(names, other, size, options, gating, run_bench):
    rows, cols = size
    tiles = Tiles(
        [find(name) for name in names],
        rows=rows,
        cols=cols,
        sum_column=True,
        gating=gating,
        **options,
    )
    check(run_bench, tiles, ";".join(names), other)
