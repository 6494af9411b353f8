"""Operand pairs as bit planes: which pairs there are, in what order, and what they weigh."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.operand import OperandKind
from hwgen.kernels.evolution.task import BLOCK_WORDS, LANE_WORDS

__all__ = ["Planes", "operands", "packed", "planes"]

Words = NDArray[np.uint64]
_LARGEST_WEIGHT = (1 << 20) - 1


@dataclass(frozen=True, eq=False, kw_only=True)
class Planes:
    """Pairs of operands, 64 to a word, and what the kernels have to know about them.

    Parameters
    ----------
    inputs : uint64[bits of a and w, words]
    exact : uint64[planes, words]
        Exact products in two's complement.
    zero : uint64[words]
        Pairs with a zero operand.
    weights : uint64[words]
        Integer weight of a word's pairs; ``scale`` is what one is worth in probability.
    scale : float
    excess : float
        By what part the weights add up to more than 1: every pair of a word weighs as much as
        the heaviest.
    """

    inputs: Words
    exact: Words
    zero: Words
    weights: Words
    scale: float
    excess: float


def planes(
    a_kind: OperandKind,
    w_kind: OperandKind,
    joint: NDArray[np.float64] | None = None,
    *,
    only_likely: bool = False,
) -> Planes:
    """All pairs; under a histogram, sorted by weight.

    Without one every pair weighs 1, and each block of words is spread over all operands, so
    that a bad circuit is told from its first block. With one, alike weights share a word and
    words of no weight come last.

    Parameters
    ----------
    a_kind, w_kind : OperandKind
        Together 6 to 20 bits.
    joint : float64[2**a_kind.width, 2**w_kind.width], optional
        Probabilities of raw code pairs; uniform by default.
    only_likely : bool
        Leave out words of no weight.
    """
    count = 1 << (a_kind.width + w_kind.width)
    order = _spread(count) if joint is None else np.argsort(-joint.ravel(), kind="stable")
    if joint is not None and only_likely:
        count = -(-int(np.count_nonzero(joint)) // 64) * 64
        order = order[:count]
    padding = -count % (64 * (BLOCK_WORDS if count > 64 * BLOCK_WORDS else LANE_WORDS))
    order = np.concatenate((order, np.repeat(order[-1:], padding)))
    a, w = order >> w_kind.width, order & ((1 << w_kind.width) - 1)
    exact = a_kind.values[a] * w_kind.values[w]
    if joint is None:
        weights, scale = np.ones(len(order) // 64), 1 / count
        excess = 0.0
    else:
        heaviest = joint.ravel()[order].reshape(-1, 64).max(axis=1)
        scale = float(heaviest.max()) / _LARGEST_WEIGHT
        weights = np.ceil(heaviest / scale)
        excess = float(64 * weights.sum() * scale) - 1.0
    weights[count // 64 :] = 0  # the padding repeats a pair
    return Planes(
        inputs=packed(a_kind, w_kind, a, w),
        exact=np.array([_packed(exact >> k & 1) for k in range(a_kind.width + w_kind.width + 2)]),
        zero=_packed((a_kind.values[a] == 0) | (w_kind.values[w] == 0)),
        weights=weights.astype(np.uint64),
        scale=scale,
        excess=excess,
    )


def operands(
    a_kind: OperandKind,
    w_kind: OperandKind,
    count: int,
    joint: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Raw codes ``(a_before, a, w)`` of random transitions; the same at every call.

    An activation follows another one past a weight that stays, as in an array.
    """
    rng = np.random.default_rng(0)
    if joint is None:
        before, after = rng.integers(0, 1 << a_kind.width, (2, count))
        return before, after, rng.integers(0, 1 << w_kind.width, count)
    before, w = np.divmod(rng.choice(joint.size, count, p=joint.ravel()), joint.shape[1])
    return before, _next_activations(joint, w, rng), w


def packed(
    a_kind: OperandKind, w_kind: OperandKind, a: NDArray[np.int64], w: NDArray[np.int64]
) -> Words:
    """Bits of the operands ``a``, then ``w``: ``uint64[bits, pairs / 64]``."""
    bits = [a >> k & 1 for k in range(a_kind.width)] + [w >> k & 1 for k in range(w_kind.width)]
    return np.array([_packed(x) for x in bits])


def _next_activations(
    joint: NDArray[np.float64], w: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Another activation of each weight's own distribution."""
    cumulative = np.cumsum(joint, axis=0)[:, w]
    drawn = rng.random(len(w)) * cumulative[-1]
    found: NDArray[np.int64] = np.minimum((cumulative <= drawn).sum(axis=0), len(joint) - 1)
    return found


def _spread(count: int) -> NDArray[np.int64]:
    """All pair numbers; words that follow each other are far apart."""
    words = count // 64
    word = np.arange(words) * (words * 5 // 8 | 1) % words
    return (word[:, None] * 64 + np.arange(64)).ravel()


def _packed(bits: NDArray[np.integer]) -> Words:
    packed = np.packbits(bits.astype(np.uint8), bitorder="little")
    return packed.view("<u8").astype(np.uint64)
