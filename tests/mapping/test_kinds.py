import pytest

from hwgen.arith.catalogue import find
from hwgen.mapping.kinds import errors, is_exact, is_precision


@pytest.mark.parametrize("name", ["exact", "exact_dadda", "exact_booth", "exact_u8"])
def test_every_exact_circuit_is_exact(name):
    assert is_exact(find(name), 0)
    assert not errors(find(name), 0).any()


@pytest.mark.parametrize(
    "name", ["exact", "precision_5x5", "perforated_a2_w2", "posneg_2", "scalable_a4_w3", "pr_1_2"]
)
def test_coarser_operands_are_precision_whatever_the_circuit_is_called(name):
    assert is_precision(find(name))


@pytest.mark.parametrize("name", ["truncated_7", "roup_1_4", "truncated_steps", "scalable_t5"])
def test_products_that_no_coarser_operands_give_are_approximate(name):
    assert not is_precision(find(name))


def test_a_reconfigurable_multiplier_is_exact_only_in_its_exact_mode():
    assert is_exact(find("truncated_steps"), 0)
    assert not is_exact(find("truncated_steps"), 1)
