"""The kernels that can run a convolution."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hwgen.emulation.factors import factors_of
from hwgen.emulation.fit import excess
from hwgen.emulation.plain import Plain
from hwgen.emulation.shapes import geometry_of, output_of, sums_of
from hwgen.errors import SpecError
from hwgen.golden.products import Factors, Products
from hwgen.kernels.layers import native
from hwgen.kernels.layers.factored.factored import Factored
from hwgen.kernels.layers.geometry import Geometry
from hwgen.kernels.layers.lookup.lookup import Lookup
from hwgen.network.graph import Convolution, Network

__all__ = ["KERNELS", "Candidate", "Kernel", "candidates"]

KERNELS = ("lookup", "factored", "numpy")
_IDENTITY = np.arange(256)
_NARROW = (-128, 127)


class Kernel(Protocol):
    """A convolution that is prepared once and runs on slices of images, in any thread."""

    @property
    def path(self) -> str:
        """Instruction set."""

    def run(self, codes: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
        """Write the output codes ``[N, OH, OW, F]`` of ``codes`` ``[N, H, W, C]``."""

    def accumulate(self, codes: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Accumulators ``[N, OH, OW, F]`` before requantization."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidate:
    """A kernel that can run a layer, built when it is asked for.

    Parameters
    ----------
    kernel : str
        One of :data:`KERNELS`.
    rank : int
        Matrix products that replace the table; 0 where the kernel has a choice.
    geometry : Geometry
    key : hashable
        Of all layers that take as long, per product.
    build : callable
        Raises :exc:`SpecError` where sums may leave the range of the kernel.
    """

    kernel: str
    rank: int
    geometry: Geometry
    key: Hashable
    build: Callable[[], Kernel]

    @cached_property
    def prepared(self) -> Kernel:
        """The kernel, with weights packed."""
        return self.build()


def candidates(
    network: Network,
    layer: Convolution,
    products: Products,
    kernel: str | None = None,
    path: str | None = None,
) -> list[Candidate]:
    """Kernels that may run ``layer``, the ``kernel`` alone where it is forced.

    Raises
    ------
    SpecError
        The forced kernel cannot: no factors are known, or sums may leave its range.
    """
    geometry = geometry_of(network, layer)
    found = []
    if kernel == "numpy" or (kernel is None and not native.sets()):
        found.append(_plain(layer, geometry, products))
    if kernel in (None, "lookup"):
        found.append(_lookup(layer, geometry, products, path))
    if kernel in (None, "factored"):
        factors = factors_of(products)
        if factors is not None:
            found.append(_factored(layer, geometry, products, factors, path))
    if not found:
        raise SpecError(f"layer {layer.name} has no factors for a kernel that needs them")
    return found


def _plain(layer: Convolution, geometry: Geometry, products: Products) -> Candidate:
    return Candidate(
        kernel="numpy",
        rank=0,
        geometry=geometry,
        key=("numpy", tuple(x is None or len(x[0]) for x in products.factors), _extents(geometry)),
        build=lambda: Plain(layer, products, geometry.fill),
    )


def _lookup(
    layer: Convolution, geometry: Geometry, products: Products, path: str | None
) -> Candidate:
    used = len(np.unique(products.choice))
    return Candidate(
        kernel="lookup",
        rank=0,
        geometry=geometry,
        key=("lookup", path, used, _extents(geometry)),
        build=lambda: Lookup(
            geometry,
            sums_of(products),
            output_of(layer),
            products.tables,
            products.choice,
            products.codes,
            path,
        ),
    )


def _factored(
    layer: Convolution,
    geometry: Geometry,
    products: Products,
    factors: Factors,
    path: str | None,
) -> Candidate:
    left, right, sum_factor = _absorbed(*factors, products.sum_factor)
    is_wide = excess(left, right.reshape(len(right), -1)) > 1
    rank, extra = len(left), (bool(sum_factor.any()), products.variate is not None)
    return Candidate(
        kernel="factored",
        rank=rank,
        geometry=geometry,
        key=("factored", path, rank, is_wide, extra, _extents(geometry)),
        build=lambda: Factored(
            geometry, sums_of(products, sum_factor), output_of(layer), left, right, path
        ),
    )


def _absorbed(
    left: NDArray[np.int32], right: NDArray[np.int32], sum_factor: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Let a factor that is the activation itself carry the sum of activations, too.

    An exact product of encoded weights becomes that of the weights; where 8 bits then hold the
    factor of every weight, nothing is left to be added up apart.
    """
    rows = np.flatnonzero((left == _IDENTITY).all(axis=1))
    if not rows.size or not sum_factor.any():
        return left, right, sum_factor
    moved = right[rows[0]] + sum_factor.reshape(-1, 1, 1, 1)
    if moved.min() < _NARROW[0] or moved.max() > _NARROW[1]:
        return left, right, sum_factor
    changed = right.copy()
    changed[rows[0]] = moved
    return left, changed, np.zeros_like(sum_factor)


def _extents(geometry: Geometry) -> Hashable:
    return (*geometry.in_shape, *geometry.weight_shape, *geometry.stride, geometry.groups)
