from dataclasses import dataclass

import pytest

from hwgen.cost.model import MultiplierCost, exact_baseline
from hwgen.errors import SpecError


@dataclass
class Layer:
    name: str
    operations: int


@dataclass
class Network:
    convolutions: tuple[Layer, ...]


NETWORK = Network((Layer("one", 1000), Layer("two", 10)))


def cost(one, two):
    return MultiplierCost(1.0, 1.0, 1.0, {0: {"one": one, "two": two}}, {})


def test_operations_weigh_the_layers():
    costs = {"exact": cost(1.0, 50.0), "exact_booth": cost(1.2, 1.0)}
    assert exact_baseline(costs, NETWORK) == "exact_booth"
    assert exact_baseline({**costs, "exact_dadda": cost(1.0, 20.0)}, NETWORK) == "exact_dadda"


def test_approximate_multipliers_are_no_baseline():
    costs = {"truncated_7": cost(0.1, 0.1), "exact": cost(1.0, 1.0), "posneg_2": cost(0.1, 0.1)}
    assert exact_baseline(costs, NETWORK) == "exact"


def test_a_baseline_needs_an_exact_multiplier():
    with pytest.raises(
        SpecError,
        match=r"^a baseline needs the cost of an exact multiplier, not only of truncated_7$",
    ):
        exact_baseline({"truncated_7": cost(1.0, 1.0)}, NETWORK)
