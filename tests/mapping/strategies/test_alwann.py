"""ALWANN: what chromosomes mean, what is tuned, whose energy is minimised, and that it learns."""

from itertools import product

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.mapping.design import Corrections
from hwgen.mapping.energy import layer_energy_pj
from hwgen.mapping.pareto import hypervolume
from hwgen.mapping.strategies.alwann import POPULATION, pipelined_energy
from hwgen.mapping.strategies.choices import by_operands, layer_design
from hwgen.mapping.strategies.chromosomes import ModeChromosomes, TileChromosomes, chromosomes
from hwgen.mapping.strategies.search import Options
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.rules import Choice
from tests.mapping import tiny
from tests.mapping.drive import asked, made_up, run, start

LAYERS = ("one", "two", "head")


def chosen(question):
    return tuple(question.mapping.layers[name].choice for name in LAYERS)


def truth(problem):
    """Drop that grows with the square of what is saved, differently in every layer."""

    def drop(mapping):
        lost = 0.0
        exact = LayerMapping(multiplier=problem.baseline)
        for weight, layer in zip((2.0, 30.0, 8.0), problem.network.convolutions, strict=True):
            own = layer_energy_pj(layer, mapping.layers[layer.name], problem.energies)
            saved = 1 - own / layer_energy_pj(layer, exact, problem.energies)
            lost += weight * max(saved, 0) ** 2
        return lost

    return made_up(drop)


def test_a_chromosome_says_what_tiles_hold_and_which_tile_a_layer_runs_on(problems):
    genes = chromosomes(problems["tiles"])
    assert isinstance(genes, TileChromosomes)
    assert genes.bounds.tolist() == [6, 6, 6, 3, 3, 3]
    library = genes.library.choices
    assert genes.read(np.array([4, 0, 2, 1, 0, 1])) == (library[0], library[4], library[0])
    assert genes.tiles_of(np.array([4, 0, 2, 1, 0, 1])) == (1, 0, 1)


def test_one_array_has_a_multiplier_and_modes_that_scale_with_it(problem):
    genes = chromosomes(problem)
    assert isinstance(genes, ModeChromosomes)
    numbers = {x.choices[0].multiplier: i for i, x in enumerate(genes.multipliers)}
    assert genes.bounds.tolist() == [9, 4, 4, 4]
    assert genes.read(np.array([numbers["dypr"], 0, 3, 1])) == tuple(
        Choice("dypr", mode) for mode in (0, 3, 1)
    )
    assert genes.read(np.array([numbers["lvrm"], 0, 3, 2])) == tuple(
        Choice("lvrm", mode) for mode in (0, 2, 1)
    )
    assert genes.read(np.array([numbers["exact"], 0, 3, 1])) == (Choice("exact", 0),) * 3


@pytest.mark.parametrize("form", ["weights", "tiles"])
def test_uniform_genes_are_all_uniform_designs(problems, form):
    genes = chromosomes(problems[form])
    read = [genes.read(x) for x in genes.uniform()]
    assert sorted(read) == sorted((choice,) * 3 for choice in problems[form].choices)
    assert all((x < genes.bounds).all() for x in genes.uniform())


def test_several_arrays_take_the_operands_of_the_baseline():
    mixed = tiny.problem("tiles", ("exact", "exact_s8", "truncated_7_s8", "roup_1_4"))
    genes = chromosomes(mixed)
    assert mixed.baseline == "exact"
    assert {x.multiplier for x in genes.library.choices} == {"exact", "roup_1_4"}


def test_nothing_that_costs_more_than_exact_is_in_the_library():
    genes = chromosomes(tiny.problem("tiles", ("exact", "roup_0_4", "roup_1_4", "lvrm")))
    assert genes.library.choices == (
        Choice("exact", 0),
        Choice("lvrm", 1),
        Choice("roup_1_4", 0),
        Choice("lvrm", 2),
    )  # roup_0_4 costs 10.5 where exact costs 10, and so does the exact mode of lvrm


def test_weights_are_tuned_as_published_and_biases_stay(problems):
    published = Corrections(bias_update=False, tuning="published")
    found = asked("alwann", problems["tiles"], budget=20)
    assert {c for x in found for c in x.corrections.values()} == {published}
    weighted = Corrections(bias_update=False, tuning="weighted")
    found = asked("alwann", problems["tiles"], budget=20, corrections=weighted)
    assert {c for x in found for c in x.corrections.values()} == {weighted}


def test_half_of_the_first_generation_is_uniform_from_cheapest_to_exact(problems):
    first = start("alwann", problems["tiles"], budget=150).ask(1000)
    uniform = [chosen(x)[0] for x in first if len(set(chosen(x))) == 1]
    assert {"exact", "precision_6x6"} <= {x.multiplier for x in uniform}
    assert len(first) > len(uniform)


def test_a_budget_as_large_as_the_papers_has_its_population(problem):
    """All genes drawn, designs that several individuals mean are asked once."""
    first = start("alwann", problem, budget=1500).ask(1000)
    assert POPULATION // 2 < len(first) <= POPULATION
    assert len(start("alwann", problem, budget=60).ask(1000)) <= 10


@pytest.mark.parametrize("seed", [1, 2])
def test_it_comes_close_to_the_whole_front_with_a_fraction_of_the_designs(problems, seed):
    problem = problems["tiles"]
    (group,) = by_operands(problem)
    answer = truth(problem)
    corrections = Corrections()
    every = [
        answer(problem, layer_design(problem, x, corrections)).objectives
        for x in product(group.choices, repeat=3)
    ]
    search = start("alwann", problem, seed=seed, budget=80)
    found = [outcome.objectives for _, outcome in run(search, answer=answer)]
    first = found[: len(start("alwann", problem, seed=seed, budget=80).ask(1000))]
    assert len(every) == 216
    assert hypervolume(found) >= 0.97 * hypervolume(every) > hypervolume(first)


def test_waiting_tiles_cost_what_they_do_while_they_work(problems):
    problem = problems["tiles"]
    outcome = problem.answer(problem.exact)
    layers = problem.network.convolutions
    energy = [
        layer_energy_pj(x, LayerMapping(multiplier="exact"), problem.energies) for x in layers
    ]
    count = [layer.operations for layer in layers]
    assert pipelined_energy(problem, outcome, (1, 1, 1)) == pytest.approx(1)
    period = max(count[0], count[1] + count[2])
    tiles = energy[0] / count[0] + (energy[1] + energy[2]) / (count[1] + count[2])
    wanted = tiles * period / sum(energy)
    assert pipelined_energy(problem, outcome, (2, 0, 0)) == pytest.approx(wanted)
    assert wanted > 1


def test_accounting_changes_what_is_bred_but_not_where_it_starts(problems):
    problem = problems["tiles"]
    gated, pipelined = (
        [x.key for x, _ in run(start("alwann", problem, accounting=x), answer=truth(problem))]
        for x in ("gated", "pipelined")
    )
    first = len(start("alwann", problem).ask(1000))
    assert gated[:first] == pipelined[:first]
    assert gated != pipelined


def test_another_accounting_is_refused():
    with pytest.raises(SpecError, match=r"^search accounting must be .*gated.*pipelined.*'free'$"):
        Options(seed=0, budget=1, accounting="free")
