"""Columns of products: what one weight byte gives with each activation code."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import SpecError

__all__ = ["Columns", "columns_of"]

_WIDEST = (1 << 16) - 1  # range of products that rows of 16 bits hold


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """The distinct columns that a layer's weights select.

    Parameters
    ----------
    products : int32[columns, 256]
        By activation code. Column 0 is all zero: it stands for no filter.
    of_weight : int32[F, taps]
        Column of each weight.
    """

    products: NDArray[np.int32]
    of_weight: NDArray[np.int32]

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
    tables: tuple[NDArray[np.int32], ...], choice: NDArray[np.uint8], codes: NDArray[np.uint8]
) -> Columns:
    """Find the columns of weights.

    Parameters
    ----------
    tables : tuple of int32[256, 256]
        Products, by activation code and weight byte.
    choice, codes : uint8[F, KH, KW, C // groups]
        Table and byte of each weight.

    Raises
    ------
    SpecError
        An array has another shape or type, or a weight chooses no table.
    """
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
    selected = choice.astype(np.int32) * 256 + codes
    used, of_weight = np.unique(selected, return_inverse=True)
    products = np.zeros((len(used) + 1, 256), np.int32)
    for row, column in enumerate(used, start=1):
        products[row] = tables[column // 256][:, column % 256]
    of_weight = of_weight.reshape(len(codes), -1).astype(np.int32) + 1
    return Columns(products=products, of_weight=of_weight)
