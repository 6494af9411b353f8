"""The fastest of the kernels that can run a layer, by measurement.

Nothing is assumed about a machine: each kind of kernel runs once per process on a few images of
each kind of layer, and the faster one is taken from then on. Results never depend on it.
"""

from collections.abc import Hashable
from threading import Lock
from time import perf_counter

import numpy as np

from hwgen.emulation.candidates import Candidate, candidates
from hwgen.errors import SpecError
from hwgen.golden.products import Products
from hwgen.network.graph import Convolution, Network

__all__ = ["choose"]

_PRODUCTS = 1 << 22  # at least so many are measured: a fraction of a millisecond
_ROUNDS = 3
_LONG = 0.05  # seconds that need no second look

_seconds: dict[Hashable, float] = {}
_lock = Lock()


def choose(
    network: Network,
    layer: Convolution,
    products: Products,
    kernel: str | None = None,
    path: str | None = None,
) -> Candidate:
    """The fastest kernel for a layer.

    Parameters
    ----------
    network : Network
    layer : Convolution
    products : Products
    kernel, path : str, optional
        Force a kernel and an instruction set.

    Raises
    ------
    SpecError
        The forced kernel cannot run the layer.
    """
    found = candidates(network, layer, products, kernel, path)
    while len(found) > 1:
        try:
            return _built(min(found, key=_time))
        except SpecError:  # matrix products refuse a layer that is none for them
            found = [x for x in found if x.kernel == "lookup"]
    return _built(found[0])


def _built(candidate: Candidate) -> Candidate:
    """The candidate, its weights packed. Raises :exc:`SpecError` where it cannot run the layer."""
    _ = candidate.prepared
    return candidate


def _time(candidate: Candidate) -> float:
    """Seconds per product."""
    with _lock:
        known = _seconds.get(candidate.key)
    if known is None:
        known = _measure(candidate)
        with _lock:
            known = _seconds.setdefault(candidate.key, known)
    return known


def _measure(candidate: Candidate) -> float:
    shape = candidate.geometry
    count = 1 + _PRODUCTS // shape.operations
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 256, (count, *shape.in_shape), np.uint8)
    out = np.empty((count, *shape.out_shape), np.uint8)
    best = np.inf
    for _ in range(_ROUNDS):
        before = perf_counter()
        candidate.prepared.run(codes, out)
        best = min(best, perf_counter() - before)
        if best > _LONG:
            break
    return float(best / (count * shape.operations))
