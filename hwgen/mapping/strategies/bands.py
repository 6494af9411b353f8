"""Choices given to quantile bands: the further down a ranking, the further down a ladder."""

from collections.abc import Iterator
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

__all__ = ["band_count", "band_edges", "bandings"]


def bandings(choices: int, bands: int, most: int) -> Iterator[tuple[int, ...]]:
    """Choice of each band, never falling: all ways with at most ``most`` different ones."""
    for count in range(1, min(choices, bands, most) + 1):
        for held in combinations(range(choices), count):
            for cuts in combinations(range(1, bands), count - 1):
                lengths = np.diff([0, *cuts, bands])
                yield tuple(np.repeat(held, lengths).tolist())


def band_count(choices: int, bands: int, most: int) -> int:
    """How many ways :func:`bandings` finds."""
    largest = min(choices, bands, most)
    return sum(comb(choices, x) * comb(bands - 1, x - 1) for x in range(1, largest + 1))


def band_edges(groups: int, bands: int) -> NDArray[np.int64]:
    """Band of each rank, bands as alike in size as they can be: int64[groups]."""
    return np.arange(groups) * bands // groups
