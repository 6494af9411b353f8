"""Random accelerators in Verilog execute random networks as golden does, under random stalls."""

import shutil
from collections import Counter

import pytest

from tests.accelerator.again import judged
from tests.accelerator.cells import GEOMETRIES, LEVELS, PATTERNS, cells_of, required
from tests.accelerator.features import FEATURES, features_of
from tests.accelerator.plans import FEW, MANY
from tests.accelerator.random_case import make_case

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(not shutil.which("iverilog"), reason="needs iverilog"),
]

EXECUTED = {}  # seed: cells and features of a case that passed


def cases(plans):
    """A test for each plan."""
    names = [f"{plan.seed}-{plan.form}-{plan.pattern}" for plan in plans]
    return pytest.mark.parametrize("plan", plans, ids=names)


def execute(plan, folder, record):
    """Run a plan's case; what it covers goes into the test's report."""
    case = make_case(plan)
    wrong = judged(case, folder)
    if wrong is not None:
        pytest.fail(wrong, pytrace=False)
    EXECUTED[plan.seed] = cells_of(case), features_of(case)
    record("cells", [tuple(cell) for cell in cells_of(case)])
    record("features", features_of(case))


def covered(plans):
    """Hits of cells and features; skips where some case was not executed."""
    missing = [plan.seed for plan in plans if plan.seed not in EXECUTED]
    if missing:
        pytest.skip(f"cases {missing} have not passed in this process")
    found = [EXECUTED[plan.seed] for plan in plans]
    cells = Counter(cell for cells, _ in found for cell in cells)
    return cells, Counter(name for _, names in found for name in names)


@cases(FEW)
def test_few_cases(plan, tmp_path, record_property):
    execute(plan, tmp_path, record_property)


def test_the_few_cover_every_layer_mode_and_pattern():
    cells, features = covered(FEW)
    assert not set(GEOMETRIES) - {cell[:3] for cell in cells}
    levels = {(form, level) for form, found in LEVELS.items() for level in found}
    assert not levels - {(cell.form, cell.level) for cell in cells}
    assert not set(PATTERNS) - {cell.pattern for cell in cells}
    assert not set(FEATURES) - {"512-bit bus"} - features.keys()  # which takes long to emit


@pytest.mark.regress
@cases(MANY)
def test_many_cases(plan, tmp_path, record_property):
    execute(plan, tmp_path, record_property)


@pytest.mark.regress
def test_the_many_cover_the_whole_cross():
    cells, features = covered(MANY)
    assert not required() - cells.keys()
    assert not set(FEATURES) - features.keys()
