"""Operand pairs in bit planes: each once, and weighed on the safe side."""

import numpy as np
import pytest

from hwgen.arith.operand import OperandKind
from hwgen.evolve.planes import operands, packed, planes

A, W = OperandKind(5, False), OperandKind(6, True)


def bits(plane):
    return np.unpackbits(plane.view(np.uint8), bitorder="little")


def numbers(some):
    return sum(bits(plane).astype(np.int64) << k for k, plane in enumerate(some))


def histogram():
    counts = np.random.default_rng(0).random((32, 64)) ** 6
    counts[:, :20] = 0
    return counts / counts.sum()


def weight_by_pair(found):
    """Weight of every pair of raw codes, in probability."""
    a, w = numbers(found.inputs[: A.width]), numbers(found.inputs[A.width :])
    total = np.zeros((32, 64))
    np.add.at(total, (a, w), np.repeat(found.weights.astype(float), 64) * found.scale)
    return total


def test_uniform_pairs_come_once_each():
    found = planes(A, W)
    assert np.allclose(weight_by_pair(found), 1 / 2048)
    assert found.excess == 0


def test_products_and_zeros_are_those_of_the_pairs():
    found = planes(A, W)
    a = A.values[numbers(found.inputs[: A.width])]
    w = W.values[numbers(found.inputs[A.width :])]
    exact = numbers(found.exact) - (bits(found.exact[-1]).astype(np.int64) << len(found.exact))
    assert np.array_equal(exact, a * w)
    assert np.array_equal(bits(found.zero).astype(bool), a * w == 0)


@pytest.mark.parametrize("only_likely", [False, True])
def test_weights_are_at_least_the_histogram(only_likely):
    joint = histogram()
    found = planes(A, W, joint, only_likely=only_likely)
    weight = weight_by_pair(found)
    assert (weight >= joint * (1 - 1e-9)).all()
    assert weight.sum() == pytest.approx(1 + found.excess)
    assert 0 < found.excess < 0.2
    assert (np.diff(found.weights.astype(np.int64)) <= 0).all()  # the likely ones first


def test_unlikely_pairs_can_be_left_out():
    few = planes(A, W, histogram(), only_likely=True)
    assert few.inputs.shape[1] < planes(A, W, histogram()).inputs.shape[1]


def test_transitions_follow_the_histogram():
    joint = histogram()
    before, after, w = operands(A, W, 20000, joint)
    for a in (before, after):
        counts = np.zeros((32, 64))
        np.add.at(counts, (a, w), 1 / 20000)
        assert not counts[joint == 0].any()
        assert np.abs(counts - joint).max() < 0.01


def test_transitions_are_the_same_every_time():
    first, second = (np.concatenate(operands(A, W, 64)) for _ in range(2))
    assert np.array_equal(first, second)


def test_packing_keeps_every_code():
    before, _, w = operands(A, W, 128)
    found = packed(A, W, before, w)
    assert np.array_equal(numbers(found[: A.width]), before)
    assert np.array_equal(numbers(found[A.width :]), w)
