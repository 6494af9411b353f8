"""What LVRM's modes save, its switches included."""

import pytest

from hwgen.arith.catalogue import find
from hwgen.cost.characterize import characterize_all


@pytest.fixture(scope="module")
def costs(generic, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setattr("hwgen.cost.cache._root", lambda: folder)
        names = ("exact", "lvrm", "lvrm_fast")
        return characterize_all({name: find(name) for name in names}, generic)


@pytest.mark.parametrize("name", ["lvrm", "lvrm_fast"])
def test_every_mode_saves_energy(costs, name):
    exact, first, second = (mode["uniform"] for mode in costs[name].energy_pj.values())
    assert first < 0.95 * exact
    assert second < 0.90 * exact


def test_even_the_exact_mode_is_cheaper_than_the_synthesizers_multiplier(costs):
    exact = costs["exact"]
    for name in ("lvrm", "lvrm_fast"):
        assert costs[name].area_um2 < exact.area_um2
        assert costs[name].energy_pj[0]["uniform"] < 0.6 * exact.energy_pj[0]["uniform"]


def test_the_fast_one_is_no_slower_than_the_synthesizers_multiplier(costs):
    assert costs["lvrm_fast"].delay_ns <= costs["exact"].delay_ns
    assert costs["lvrm_fast"].delay_ns < 0.85 * costs["lvrm"].delay_ns
