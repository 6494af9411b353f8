"""The circuits that ship: as accurate as their names say, and told how to make again."""

import re
import shlex

import pytest

from hwgen.arith.catalogue import CATALOGUE
from hwgen.arith.metrics import measure
from hwgen.arith.netlist.netlist import Netlist
from hwgen.commands.arguments import parser
from hwgen.cost.characterize import characterize
from hwgen.cost.technology import Technology
from hwgen.evolve.constraint import parse_bound
from hwgen.flow.data import data_path

FILES = sorted(data_path("rtl_templates/multipliers/evolved").glob("*.v"))
SEEDS = data_path("rtl_templates/seeds")  # as they were, whatever becomes of the families
WORST = 32  # largest WCE, in units of the bound of the MAE: no product wraps around
SUFFIXES = {"_u8": ("u8", "u8"), "_s8": ("s8", "s8"), "": ("u8", "s8")}


def suffix(path):
    return re.fullmatch(r"evolved_m\d{4}(\w*)", path.stem)[1]


@pytest.mark.parametrize(("kind", "count"), [("_u8", 20), ("_s8", 20), ("", 10)])
def test_there_is_a_front_of_every_kind(kind, count):
    assert sum(suffix(path) == kind for path in FILES) >= count


@pytest.mark.parametrize("path", FILES, ids=lambda x: x.stem)
def test_a_circuit_is_what_its_name_says(path):
    netlist = Netlist.load(path)
    kinds = SUFFIXES[suffix(path)]
    assert (netlist.a_kind.name, netlist.w_kind.name) == kinds
    error = measure(netlist)
    bound = int(path.stem[9:13]) / 1000  # percent of 2**16
    assert 0.5 * bound < 100 * error.mae / (1 << 16) <= bound
    assert 100 * error.wce / (1 << 16) <= WORST * bound
    assert error.is_zero_preserving or kinds != ("u8", "s8")


@pytest.mark.parametrize("path", FILES, ids=lambda x: x.stem)
def test_its_header_tells_how_to_make_it_again(path):
    command, figures = path.read_text().splitlines()[:2]
    args = parser("").parse_args(shlex.split(command.removeprefix("// hwgen ")))
    assert args.command == "evolve"
    assert args.seed_circuit in CATALOGUE or (SEEDS / args.seed_circuit).is_file()
    assert args.name == path.stem
    error = measure(Netlist.load(path))
    assert error.mae <= parse_bound("mae", args.mae, 16)
    assert f"MAE {100 * error.mae / (1 << 16):.4f} % of 2**16, WCE {error.wce}, " in figures


@pytest.mark.parametrize("kind", SUFFIXES)
def test_its_header_has_the_figures_of_characterize(kind):
    name = f"evolved_m0033{kind}"
    cost = characterize(CATALOGUE[name], Technology.load())
    energy = f"{cost.energy_pj[0]['uniform']:.4g} pJ a product"
    place = next(x for x in FILES if x.stem == name)
    figures = f"{cost.area_um2:.1f} um2, {cost.delay_ns:.3f} ns, {energy}"
    assert place.read_text().splitlines()[1].endswith(figures)


def test_no_circuit_leads_back_to_itself():
    """Seeds are better known than what came of them: the chain of commands ends."""
    seeds = {x.stem: re.search(r"--seed-circuit (\S+)", x.read_text())[1] for x in FILES}
    for name in seeds:
        chain = [name]
        while chain[-1] in seeds:
            chain.append(seeds[chain[-1]])
            assert chain.count(chain[-1]) == 1, chain


def test_every_seed_is_some_circuits():
    used = {re.search(r"--seed-circuit (\S+)", x.read_text())[1] for x in FILES}
    assert {x.name for x in SEEDS.iterdir()} == {x for x in used if x.endswith(".v")}
