"""Integer factors of a matrix of products: how a table that looks arbitrary becomes GEMMs.

A matrix of low rank over the rationals has factors over the integers, too: its rows generate a
lattice, every basis of which is a right factor. The basis is found in Hermite normal form modulo
the determinant of a minor (Domich, Kannan and Trotter, Math. Oper. Res. 1987), and both factors
are then shortened together (after Seysen, Combinatorica 1993) so that they fit narrow operands.
"""

from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["excess", "fit", "pivots"]

_PRIME = (1 << 31) - 1  # products of two residues fit int64
_RANGE = 1 << 31  # of an int32 factor
_LEFT, _RIGHT = 255, 127  # ranges of the narrowest operands: u8 (with an offset) and s8
_ROUNDS = 50  # of shortening; few do anything

Matrix = NDArray[Any]  # of Python integers, where those are needed


def fit(
    products: NDArray[np.int32], limit: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]] | None:
    """Factors ``u [rank, M]``, ``v [rank, N]`` with ``products == u.T @ v``, every entry checked.

    Parameters
    ----------
    products : int32[M, N]
    limit : int
        Highest rank that is of use.

    Returns
    -------
    tuple or None
        None where the rank is higher, or a factor does not fit int32.
    """
    wanted = products.astype(np.int64)
    found = pivots(wanted, limit)
    if found is None:
        return None
    rows, columns = found
    if not rows:  # all products are 0
        return np.zeros((1, len(wanted)), np.int32), np.zeros((1, wanted.shape[1]), np.int32)
    determinant, adjugate = _adjugate(wanted[np.ix_(rows, columns)].astype(object))
    # Every row as rows of the minor, times its determinant; the matrix is their combination.
    coordinates = wanted[:, columns].astype(object) @ adjugate
    basis = _lattice(coordinates, abs(determinant))
    left = _solve(coordinates, basis)
    right = basis @ wanted[rows].astype(object) // determinant
    left, right = _balance(*_shorten(left, right))
    if max(abs(left).max(), abs(right).max()) >= _RANGE:
        return None
    u, v = (np.ascontiguousarray(x, dtype=np.int64) for x in (left.T, right))
    if not np.array_equal(u.T @ v, wanted):  # the minor vanished modulo the prime
        return None
    return u.astype(np.int32), v.astype(np.int32)


def pivots(matrix: NDArray[np.int64], limit: int) -> tuple[list[int], list[int]] | None:
    """Rows and columns of a regular minor as large as the rank; None where that exceeds ``limit``.

    The rank is that modulo a prime: not higher than over the integers, and seldom lower.
    """
    rest = matrix % _PRIME
    rows: list[int] = []
    columns: list[int] = []
    while rest.any():
        if len(rows) == limit:
            return None
        row, column = (int(x) for x in np.unravel_index((rest != 0).argmax(), rest.shape))
        inverse = pow(int(rest[row, column]), -1, _PRIME)
        multiples = rest[:, column] * inverse % _PRIME
        rest = (rest - np.outer(multiples, rest[row])) % _PRIME
        rows.append(row)
        columns.append(column)
    return rows, columns


def _adjugate(minor: Matrix) -> tuple[int, Matrix]:
    """Determinant and its product with the inverse, by fraction-free elimination (Bareiss)."""
    size = len(minor)
    work = np.concatenate([minor, np.eye(size, dtype=int).astype(object)], axis=1)
    previous = 1
    for step in range(size):
        swap = next(i for i in range(step, size) if work[i, step] != 0)
        work[[step, swap]] = work[[swap, step]]
        pivot = work[step, step]
        for row in range(size):
            if row != step:
                work[row] = (work[row] * pivot - work[step] * work[row, step]) // previous
        previous = pivot
    return int(work[0, 0]), work[:, size:]


def _lattice(vectors: Matrix, modulus: int) -> Matrix:
    """Triangular basis of the lattice of ``vectors``, which holds ``modulus`` times every unit."""
    size = vectors.shape[1]
    basis = np.eye(size, dtype=int).astype(object) * modulus
    for vector in {tuple(x) for x in (vectors % modulus).tolist()}:
        rest = np.array(vector, dtype=object)
        for column in range(size):
            if rest[column]:
                kept = basis[column]
                gcd, s, t = _extended_gcd(int(kept[column]), int(rest[column]))
                combined = s * kept + t * rest
                rest = (kept[column] // gcd * rest - rest[column] // gcd * kept) % modulus
                basis[column, column] = gcd
                basis[column, column + 1 :] = combined[column + 1 :] % modulus
    return basis


def _extended_gcd(a: int, b: int) -> tuple[int, int, int]:
    s, t, next_s, next_t = 1, 0, 0, 1
    while b:
        quotient = a // b
        a, b = b, a - quotient * b
        s, next_s = next_s, s - quotient * next_s
        t, next_t = next_t, t - quotient * next_t
    return a, s, t


def _solve(vectors: Matrix, basis: Matrix) -> Matrix:
    """``x`` with ``x @ basis == vectors``, for a triangular basis of their lattice."""
    rest = vectors.copy()
    found = np.zeros_like(rest)
    for column in range(len(basis)):
        found[:, column] = rest[:, column] // basis[column, column]
        rest = rest - np.outer(found[:, column], basis[column])
    return found


def _shorten(left: Matrix, right: Matrix) -> tuple[Matrix, Matrix]:
    """Make both factors' entries small without changing ``left @ right``, pair by pair.

    Adding ``q`` times row ``j`` to row ``i`` of the right factor takes ``q`` times column ``i``
    from column ``j`` of the left one; the ``q`` that makes both shortest together, each measured
    by its operand's range, is in closed form.
    """
    left, right = left.copy(), right.copy()
    size = len(right)
    for _ in range(_ROUNDS):
        changed = False
        for i, j in ((i, j) for i in range(size) for j in range(size) if i != j):
            u, v = left.astype(float) / _LEFT, right.astype(float) / _RIGHT
            gained = u[:, i] @ u[:, j] - v[i] @ v[j]
            quotient = round(gained / (u[:, i] @ u[:, i] + v[j] @ v[j]))
            if quotient:
                right[i] = right[i] + quotient * right[j]
                left[:, j] = left[:, j] - quotient * left[:, i]
                changed = True
        if not changed:
            break
    return left, right


def _balance(left: Matrix, right: Matrix) -> tuple[Matrix, Matrix]:
    """Move common divisors and signs to the side where they cost the narrower operand."""
    columns, rows = [], []
    for u, v in zip(left.T, right, strict=True):
        content = gcd(*v)
        divisors = [x for x in range(1, min(content, _LEFT) + 1) if content % x == 0]
        pairs = [(u * x, v // x) for d in divisors for x in (d, -d)]
        best = min(pairs, key=lambda pair: excess(pair[0][None], pair[1][None]))
        columns.append(best[0])
        rows.append(best[1])
    return np.array(columns).T, np.array(rows)


def excess(u: Matrix, v: Matrix) -> float:
    """How far factors are above 8-bit operands: at most 1 where all fit them.

    An offset of ``u`` costs nothing, as it adds a constant to every sum.
    """
    spread = (u.max(axis=1) - u.min(axis=1)).max() / _LEFT
    return float(max(spread, v.max() / _RIGHT, -v.min() / (_RIGHT + 1)))
