"""Columns of products: what one weight byte gives with each activation code.

A filter's factor of the sum of codes goes into its columns: ``sum_k p(a_k) + c * sum_k a_k`` is
``sum_k (p(a_k) + c * a_k)``. Then nobody adds codes up, and where the factor takes back what an
unsigned encoding added to the weights, products become as small as those of signed weights.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import SpecError

__all__ = ["Columns", "columns_of"]

_WIDEST = (1 << 16) - 1  # range of products that rows of 16 bits hold
_MOST = 2048  # columns: more would not stay near the processor, and take a layer's own memory


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """The distinct columns that a layer's weights select.

    Parameters
    ----------
    products : int32[columns, 256]
        By activation code. Column 0 is all zero: it stands for no filter.
    of_weight : int32[F, taps]
        Column of each weight.
    sum_factor : int64[F]
        Factor of the sum of codes that is not in the columns: all 0, or as it was.
    """

    products: NDArray[np.int32]
    of_weight: NDArray[np.int32]
    sum_factor: NDArray[np.int64]

    @property
    def smallest(self) -> NDArray[np.int64]:
        """Smallest product of each column."""
        return np.asarray(self.products.min(axis=1), np.int64)

    @property
    def ranges(self) -> NDArray[np.int64]:
        """Largest less smallest product of each column."""
        return np.asarray(self.products.max(axis=1), np.int64) - self.smallest

    @property
    def is_wide(self) -> bool:
        """Whether some column does not fit 16 bits, even less its smallest product."""
        return bool(self.ranges.max() > _WIDEST)

    @property
    def narrow(self) -> NDArray[np.uint16]:
        """Products less the column's smallest; modulo ``2**16`` where ``is_wide``."""
        return (self.products - self.smallest[:, None]).astype(np.uint16)

    @property
    def removed(self) -> NDArray[np.int64]:
        """What ``narrow`` lacks in the sum of each filter: int64[F]."""
        return np.asarray(self.smallest[self.of_weight].sum(axis=1), np.int64)


def columns_of(
    tables: tuple[NDArray[np.int32], ...],
    choice: NDArray[np.uint8],
    codes: NDArray[np.uint8],
    sum_factor: NDArray[np.int64],
) -> Columns:
    """Find the columns of weights.

    Parameters
    ----------
    tables : tuple of int32[256, 256]
        Products, by activation code and weight byte.
    choice, codes : uint8[F, KH, KW, C // groups]
        Table and byte of each weight.
    sum_factor : int64[F]
        Factor of the sum of codes, of each filter.

    Raises
    ------
    SpecError
        An array has another shape or type, or a weight chooses no table.
    """
    _check(tables, choice, codes)
    factors, of_filter = np.unique(sum_factor, return_inverse=True)
    selected = choice.astype(np.int64) * 256 + codes
    folded = of_filter.reshape(-1, 1, 1, 1) * (256 * len(tables)) + selected
    used, of_weight = np.unique(folded, return_inverse=True)
    if len(used) > _MOST:
        factors, rest = np.zeros(1, np.int64), sum_factor
        used, of_weight = np.unique(selected, return_inverse=True)
    else:
        rest = np.zeros_like(sum_factor)
    products = np.zeros((len(used) + 1, 256), np.int32)
    for row, column in enumerate(used.tolist(), start=1):
        factor, table = divmod(column // 256, len(tables))
        slope = factors[factor] * np.arange(256)
        products[row] = (tables[table][:, column % 256] + slope).astype(np.int32)  # wraps
    numbers = of_weight.reshape(len(codes), -1).astype(np.int32) + np.int32(1)
    return Columns(products=products, of_weight=numbers, sum_factor=rest)


def _check(
    tables: tuple[NDArray[np.int32], ...], choice: NDArray[np.uint8], codes: NDArray[np.uint8]
) -> None:
    for table in tables:
        if table.dtype != np.int32 or table.shape != (256, 256):
            raise SpecError(
                f"look-up tables must be int32 (256, 256), not {table.dtype} {table.shape}"
            )
    for name, values in (("choice", choice), ("codes", codes)):
        if values.dtype != np.uint8 or values.shape != codes.shape:
            raise SpecError(
                f"look-up {name} must be uint8 {codes.shape}, not {values.dtype} {values.shape}"
            )
    if choice.max() >= len(tables):
        raise SpecError(f"look-up choice must be below {len(tables)} tables, not {choice.max()}")
