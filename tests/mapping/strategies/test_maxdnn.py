"""MAx-DNN: who counts as a configuration, how groups are ranked, and what bands get."""

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.errors import SpecError
from hwgen.golden.products import activation_offset, products_of, weight_offset
from hwgen.mapping.corrections.statistics import scales, windows
from hwgen.mapping.design import Corrections
from hwgen.mapping.strategies import find_strategy
from hwgen.mapping.strategies.errors import error_power
from hwgen.mapping.strategies.search import Options
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.rules import Choice
from tests.mapping import tiny
from tests.mapping.drive import asked, made_up, run, start

GROUPS = {"maxdnn-layer": 3, "maxdnn-filter": 13, "maxdnn-kernel": 44}


def strengths(problem, ladder, question):
    """Place on the ladder of every weight's choice, layer by layer."""
    found = []
    for layer in problem.network.convolutions:
        used, index = question.mapping.layers[layer.name].resolve(layer.centred_weights)
        found.append(np.array([ladder.index(x) for x in used])[index])
    return found


def weights_differing(problem):
    """Drop by which weights err: one layer matters most, and in it one filter."""

    def drop(mapping):
        lost = 0.0
        for layer, weight in zip(problem.network.convolutions, (1.0, 30.0, 5.0), strict=True):
            used, index = mapping.layers[layer.name].resolve(layer.centred_weights)
            strong = np.array([x != Choice("dypr", 0) for x in used])[index]
            by_filter = strong.mean(axis=(1, 2, 3)) * (1 + np.arange(len(strong)))
            lost += weight * by_filter.sum() / by_filter.size
        return lost

    return drop


@pytest.mark.parametrize("name", GROUPS)
def test_sensitivity_is_the_drop_of_a_group_alone_in_the_strongest_configuration(problem, name):
    groups = GROUPS[name]
    search = start(name, problem, budget=2 * groups)
    done = [x for x, _ in run(search, answer=made_up(weights_differing(problem)))]
    ladder = [Choice("dypr", mode) for mode in range(4)]
    alone = [strengths(problem, ladder, x) for x in done[:groups]]
    assert {int(x) for each in alone for layer in each for x in layer.ravel()} == {0, 3}
    covered = sum(np.concatenate([x.ravel() // 3 for x in each]) for each in alone)
    assert (covered == 1).all()


@pytest.mark.parametrize("name", GROUPS)
def test_the_most_tolerant_groups_get_the_strongest_configuration(problem, name):
    search = start(name, problem, budget=120)
    done = run(search, answer=made_up(weights_differing(problem)))
    ladder = [Choice("dypr", mode) for mode in range(4)]
    drops = [outcome.drop.expected for _, outcome in done[: GROUPS[name]]]
    alone = [
        np.concatenate([x.ravel() for x in strengths(problem, ladder, question)]) == 3
        for question, _ in done[: GROUPS[name]]
    ]
    order = np.argsort(-np.array(drops), kind="stable")
    swept = done[GROUPS[name] :]
    assert swept
    for question, _ in swept:
        chosen = np.concatenate([x.ravel() for x in strengths(problem, ladder, question)])
        ranked = [chosen[alone[i]] for i in order]
        assert all(len(set(x.tolist())) == 1 for x in ranked)
        by_rank = [int(x[0]) for x in ranked]
        assert by_rank == sorted(by_rank)
    assert len({x.key for x, _ in done}) == len(done)


def test_many_groups_share_what_their_layer_loses_by_their_errors(problem):
    search = start("maxdnn-kernel", problem, budget=40)  # 44 kernels
    done = run(search, answer=made_up(weights_differing(problem)))
    ladder = [Choice("dypr", mode) for mode in range(4)]
    alone = [[set(x.ravel().tolist()) for x in strengths(problem, ladder, q)] for q, _ in done[:3]]
    assert alone == [[{3 * (i == place)} for i in range(3)] for place in range(3)]
    power = error_power(problem.statistics("two"), Choice("dypr", 3))
    for question, _ in done[3:]:
        chosen = strengths(problem, ladder, question)[1][:, 0, 0, :].ravel()
        ranked = chosen[np.argsort(-power.ravel(), kind="stable")]
        assert ranked.tolist() == sorted(ranked.tolist())


@pytest.mark.parametrize("choice", [Choice("dypr", 3), Choice("perforated_a2_s8", 0)])
def test_the_power_of_errors_is_their_mean_square_over_all_positions(problem, choice):
    for name in problem.layers:
        statistics = problem.statistics(name)
        layer = statistics.layer
        multiplier = find(choice.multiplier)
        plain = LayerMapping(multiplier=choice.multiplier, mode=choice.mode)
        products = products_of(layer, plain, statistics.zero_point, statistics.highest)
        read = windows(layer, statistics.codes, statistics.zero_point, 1 << 30)[:, 0]
        a = read.astype(int) - activation_offset(multiplier.a_kind)
        w = layer.weights.reshape(len(layer.weights), -1).astype(int)
        w = w + weight_offset(multiplier.w_kind)
        table, codes = products.tables[0].astype(int), products.codes.reshape(w.shape)
        errors = a[:, None] * w - table[read[:, None], codes]
        power = (errors.astype(float) ** 2).mean(axis=0) * scales(layer)[:, None] ** 2
        wanted = power.reshape(len(w), -1, layer.weights.shape[3]).sum(axis=1)
        assert error_power(statistics, choice) == pytest.approx(wanted)


def test_a_configuration_that_saves_nothing_does_not_count():
    dear = tiny.problem("tiles", ("exact", "roup_0_4", "roup_1_4"))  # roup_0_4 costs 10.5
    found = {m for x in asked("maxdnn-layer", dear) for m in held(x)}
    assert found == {"exact", "roup_1_4"}


def test_configurations_are_booth_multipliers_that_round_or_cut(problems):
    tiles = {m for x in asked("maxdnn-layer", problems["tiles"]) for m in held(x)}
    assert tiles == {"exact", "roup_0_6", "roup_1_4"}
    assert {m for x in asked("maxdnn-kernel", problems["weights"]) for m in held(x)} == {"dypr"}


def held(question):
    return {m for layer in question.mapping.layers.values() for m in layer.multipliers}


def test_weights_are_tuned_as_alwann_has_it_unless_the_options_say_otherwise(problem):
    found = {c for x in asked("maxdnn-filter", problem) for c in x.corrections.values()}
    assert found == {Corrections(bias_update=False, tuning="published")}
    other = Corrections(tuning="joint")
    found = asked("maxdnn-filter", problem, corrections=other)
    assert {c for x in found for c in x.corrections.values()} == {other}


@pytest.mark.parametrize(
    ("name", "form", "names", "message"),
    [
        ("maxdnn-layer", "weights", ("exact", "lvrm"), "weights can mix by layer, not exact, lvrm"),
        (
            "maxdnn-filter",
            "weights",
            ("exact", "roup_1_4"),
            "weights can mix by filter, not exact, roup_1_4",
        ),
        (
            "maxdnn-kernel",
            "columns",
            ("exact", "roup_1_4"),
            "columns can mix by kernel, not exact, roup_1_4",
        ),
    ],
)
def test_a_problem_without_configurations_is_refused(name, form, names, message):
    wanted = (
        f"{name} needs rounded or truncated Booth multipliers that save energy and that form "
        f"{message}"
    )
    with pytest.raises(SpecError, match=f"^{wanted}$"):
        find_strategy(name)(tiny.problem(form, names), Options(seed=0, budget=9))
