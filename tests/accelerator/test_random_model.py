"""Programs of the random cases on the reference model, which is faster than Verilog."""

import pytest

from tests.accelerator.cells import Cell, required
from tests.accelerator.plans import MANY
from tests.accelerator.random_case import make_case
from tests.accelerator.verdict import on_model


def test_the_many_are_asked_for_the_whole_cross():
    wished = {
        Cell(wish.kind, wish.stride, wish.padding, plan.form, wish.level, plan.pattern)
        for plan in MANY
        for wish in plan.wishes
    }
    assert wished == required()
    assert len(MANY) == 200


@pytest.mark.parametrize("plan", MANY[::10], ids=lambda plan: f"{plan.seed}-{plan.form}")
def test_one_in_ten_cases(plan):
    assert on_model(make_case(plan)) is None


@pytest.mark.regress
def test_all_cases():
    wrong = {plan.seed: why for plan in MANY if (why := on_model(make_case(plan)))}
    assert wrong == {}


def test_a_case_is_the_same_each_time():
    first, second = (make_case(MANY[3]) for _ in range(2))
    assert first.spec == second.spec
    assert first.mapping.digest == second.mapping.digest
    assert (first.image == second.image).all()
    assert first.stalls == second.stalls
