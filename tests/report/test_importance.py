"""Attribution of energy and accuracy to layers."""

import numpy as np
import pytest

from hwgen.report.importance import importance


@pytest.fixture
def energies():
    """200 designs of four layers; the last layer is always exact."""
    found = np.random.default_rng(0).uniform(0.1, 0.25, (200, 4))
    found[:, 3] = 0.25
    return found


def test_shares_follow_what_made_the_drop(energies):
    saved = energies.max(axis=0) - energies
    found = importance(energies, 3 * saved[:, 0] + saved[:, 1])
    assert found.explained == pytest.approx(1)
    # Independent layers of equal spread: variances 9 and 1, up to what chance correlates.
    assert found.drop == pytest.approx([0.9, 0.1, 0, 0], abs=0.05)
    assert found.energy.sum() == pytest.approx(1)
    assert found.energy[:3] == pytest.approx([1 / 3] * 3, abs=0.1)
    assert found.energy[3] == 0
    assert found.designs == 200


def test_what_the_sum_does_not_explain_is_left_over(energies):
    saved = energies.max(axis=0) - energies
    noise = np.random.default_rng(1).normal(0, saved[:, 0].std(), len(saved))
    found = importance(energies, saved[:, 0] + noise)
    assert found.explained == pytest.approx(0.5, abs=0.12)
    assert found.drop.sum() == pytest.approx(found.explained)


def test_a_layer_that_would_win_accuracy_gets_no_factor(energies):
    saved = energies.max(axis=0) - energies
    found = importance(energies, 2 * saved[:, 0] - saved[:, 2])
    assert found.drop[2] == 0
    assert 0.6 < found.explained < 0.95


@pytest.mark.parametrize(
    ("energies", "drops"),
    [
        (np.ones((5, 4)), np.arange(5.0)),  # fewer than layers and two
        (np.ones((9, 4)), np.arange(9.0)),  # all alike
        (np.random.default_rng(2).random((9, 4)), np.ones(9)),
    ],
)
def test_too_little_to_tell(energies, drops):
    assert importance(energies, drops) is None
