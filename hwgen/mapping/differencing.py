"""Number partitioning by the largest differencing method."""

from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["largest_differencing"]


def largest_differencing(values: ArrayLike) -> NDArray[np.int64]:
    """Signs that make a signed sum of ``values`` small, the first of them ``+1``.

    Karmarkar and Karp (1982): the two largest numbers go to different sides, so their difference
    takes their place, until one number is left: the magnitude of the sum. In ``O(n log n)``.

    Parameters
    ----------
    values : float[n]
        Not negative.

    Returns
    -------
    int64[n]
        1 or -1.
    """
    numbers = np.asarray(values, dtype=float)
    heap = [(-float(value), number) for number, value in enumerate(numbers)]
    heapify(heap)
    parted = []  # of each pair the larger one stands for both from then on
    while len(heap) > 1:
        (large, first), (small, second) = heappop(heap), heappop(heap)
        parted.append((first, second))
        heappush(heap, (large - small, first))
    signs = np.ones(len(numbers), np.int64)
    for first, second in reversed(parted):
        signs[second] = -signs[first]
    return signs * signs[:1]
