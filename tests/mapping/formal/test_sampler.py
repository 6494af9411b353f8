"""Hit-and-run Monte Carlo over the unit cube."""

import numpy as np
import pytest

from hwgen.mapping.formal.sampler import MOVED, WINDOW, Chain, Proposal


def chain_at(point, cost=0.0, seed=1):
    return Chain(np.random.default_rng(seed), np.array(point, dtype=float), cost)


def settled(chain, cost, count):
    """Proposals, each settled by the cost of its point."""
    for _ in range(count):
        proposal = chain.propose()
        chain.settle(proposal, cost(proposal.point))
        yield proposal


def test_proposals_stay_in_the_cube_and_move_few_coordinates():
    chain = chain_at([0.0, 1.0, 0.5, 0.0, 1.0, 0.2])
    for _ in range(300):
        before = chain.point
        proposal = chain.propose()
        chain.settle(proposal, 0.0)
        assert ((proposal.point >= 0) & (proposal.point <= 1)).all()
        assert 1 <= (proposal.point != before).sum() <= MOVED


def test_a_corner_is_left():
    for corner in ([0.0] * 16, [1.0] * 16):
        assert any((chain_at(corner, seed=x).propose().point != corner).any() for x in range(3))


def test_what_does_not_cost_more_is_always_accepted():
    chain = chain_at([0.5] * 3, cost=2.0)
    assert all(chain.propose().level >= 2.0 for _ in range(50))
    better = Proposal(np.zeros(3), 2.0)
    chain.settle(better, 1.5)
    assert chain.point is better.point
    assert chain.cost == 1.5


def test_what_costs_more_is_accepted_as_often_as_the_temperature_says():
    chain = chain_at([0.5] * 3)
    increase = 1 / chain.beta
    levels = np.array([chain.propose().level for _ in range(4000)])
    assert (levels >= increase).mean() == pytest.approx(np.exp(-1), abs=0.03)


def test_a_refused_place_is_not_gone_to():
    chain = chain_at([0.5] * 3)
    proposal = chain.propose()
    chain.settle(proposal, proposal.level + 1e-9)
    assert chain.point.tolist() == [0.5] * 3
    assert chain.cost == 0.0


def test_refusals_cool_the_walk_and_acceptance_heats_it():
    chain = chain_at([0.5] * 3)
    beta, step = chain.beta, chain.step
    list(settled(chain, lambda _: np.inf, WINDOW))
    assert chain.step < step
    cooled = chain.beta
    list(settled(chain, lambda _: 0.0, WINDOW))
    assert chain.step == pytest.approx(step)
    assert {cooled < beta, chain.beta > cooled} == {True}


def test_a_walk_finds_the_low_corner():
    def cost(point):
        return float(((point - [1, 0, 1, 0.5]) ** 2).sum())

    chain = chain_at([0.1] * 4, cost=cost(np.full(4, 0.1)))
    points = [x.point for x in settled(chain, cost, 800)]
    assert min(map(cost, points)) < 0.02


def test_a_seed_fixes_the_walk():
    first, again, other = (chain_at([0.5] * 3, seed=x) for x in (4, 4, 5))
    walks = [[x.point.tolist() for x in settled(c, np.sum, 30)] for c in (first, again, other)]
    assert walks[0] == walks[1] != walks[2]
