"""Factors of everything that one layer multiplies, several modes included.

Tables side by side are one matrix: activation codes by (table, weight byte). Its rank is what the
layer costs in matrix products. Modes that differ in what they do to the weight alone share it:
a mixed layer need not cost more than a uniform one.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.emulation.fit import excess, fit
from hwgen.golden.products import Factors, Products

__all__ = ["LIMIT", "factors_of"]

LIMIT = 16  # matrix products: beyond, look-up is faster by far
_KNOWN = 256  # fits remembered


def factors_of(products: Products) -> Factors | None:
    """``left [rank, 256]`` and ``right [rank, F, KH, KW, C // groups]`` of a layer's products.

    ``tables[choice][a, code] == sum_r left[r, a] * right[r]`` for every weight and every
    activation code. None where the rank exceeds :data:`LIMIT`.
    """
    used = np.unique(products.choice)
    tables = [products.tables[x] for x in used]
    place = np.zeros(len(products.tables), np.int64)
    place[used] = np.arange(len(used)) * 256
    columns = place[products.choice] + products.codes
    key = tuple(id(table) for table in tables)
    found = _remembered(key, lambda: (_joined(products, used, tables), tables))[0]
    if found is None:
        return None
    left, right = found
    return left, np.ascontiguousarray(right[:, columns])


def _joined(
    products: Products, used: NDArray[Any], tables: list[NDArray[np.int32]]
) -> Factors | None:
    """Factors of the tables side by side: fitted ones, or the families' own where as good."""
    fitted = fit(np.concatenate(tables, axis=1), LIMIT)
    given = _given([products.factors[x] for x in used])
    if fitted is None or given is None:
        return fitted
    return min(fitted, given, key=lambda x: (len(x[0]), excess(*x)))


def _given(factors: list[Factors | None]) -> Factors | None:
    """The tables' own factors one after the other, 0 where a column is another table's."""
    known = [x for x in factors if x is not None]
    if len(known) < len(factors):
        return None
    ranks = [len(u) for u, _ in known]
    right = np.zeros((sum(ranks), 256 * len(known)), np.int32)
    for number, (first, (_, v)) in enumerate(zip(np.cumsum([0, *ranks]), known, strict=False)):
        right[first : first + len(v), 256 * number : 256 * number + 256] = v
    return np.concatenate([u for u, _ in known]), right


_results: "OrderedDict[tuple[int, ...], tuple[Factors | None, Any]]" = OrderedDict()
_lock = Lock()


def _remembered(
    key: tuple[int, ...], make: Callable[[], tuple[Factors | None, Any]]
) -> tuple[Factors | None, Any]:
    """What ``make`` gave for ``key``; it keeps the tables, so that their identities stay theirs."""
    with _lock:
        if key in _results:
            _results.move_to_end(key)
            return _results[key]
    found = make()
    with _lock:
        _results[key] = found
        while len(_results) > _KNOWN:
            _results.popitem(last=False)
    return found
