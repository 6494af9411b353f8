import math

from hwgen.cost.model import MultiplierCost


def test_json_keeps_every_bit():
    codes = (0.1, math.nan, 1e-300, *[0.0] * 253)
    energies = {0: {"conv": 1 / 3}, 1: {"conv": 0.7}}
    cost = MultiplierCost(1.5, 2 / 3, 0.1, energies, {0: {"conv": codes}, 1: {"conv": codes}})
    again = MultiplierCost.from_json(cost.to_json())
    assert (again.area_um2, again.delay_ns, again.energy_pj) == (1.5, 2 / 3, cost.energy_pj)
    assert str(again.energy_by_code) == str(cost.energy_by_code)  # NaN never equals itself
