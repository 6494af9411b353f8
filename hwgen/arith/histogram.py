"""How likely operands are: histograms by raw code, of each operand or of pairs."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError
from hwgen.npz import listed, open_npz

__all__ = ["load_histograms", "pair_probabilities"]

_NAMES = ("a", "w", "joint")
_TOLERANCE = 1e-6  # of a sum of probabilities, for rounding in the user's arithmetic


def pair_probabilities(
    a_kind: OperandKind,
    w_kind: OperandKind,
    *,
    a: ArrayLike | None = None,
    w: ArrayLike | None = None,
    joint: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Probability of every pair of raw codes: ``float64[a, w]`` with sum 1.

    Integers are counts, which are normalized; floating-point numbers are probabilities, which
    have to sum to 1 within 1e-6. What is not given is uniform.

    Parameters
    ----------
    a_kind, w_kind : OperandKind
    a, w : array, optional
        Of independent operands, by raw code: shapes ``(2**width,)``.
    joint : array, optional
        Of pairs ``[a, w]``, in place of the two others.
    """
    shape = (1 << a_kind.width, 1 << w_kind.width)
    if joint is None:
        return np.multiply.outer(
            _probabilities("a", a, shape[:1]), _probabilities("w", w, shape[1:])
        )
    if a is not None or w is not None:
        raise SpecError("histogram joint must come alone, not with a or w")
    return _probabilities("joint", joint, shape)


def load_histograms(path: str | Path) -> dict[str, NDArray[Any]]:
    """Arrays ``a`` and ``w``, one of them, or ``joint``, of an ``.npz`` file.

    They are what :func:`pair_probabilities` and :func:`~hwgen.arith.metrics.measure` take;
    whether their shapes fit is checked there, where the operand kinds are known.
    """
    with open_npz(Path(path), "histogram file", SpecError) as archive:
        if not set(archive) or set(archive) - set(_NAMES):
            raise SpecError(
                f"histogram file {path} must hold arrays named {', '.join(_NAMES)} and no others, "
                f"not {listed(archive)}"
            )
        found = {name: np.asarray(archive[name]) for name in archive}
    for name, values in found.items():
        _check_values(f"histogram {path} {name}", values)
    return found


def _probabilities(
    name: str, given: ArrayLike | None, shape: tuple[int, ...]
) -> NDArray[np.float64]:
    if given is None:
        return np.full(shape, 1 / np.prod(shape))
    values = np.asarray(given)
    if values.shape != shape:
        raise SpecError(f"histogram {name} must have shape {shape}, not {values.shape}")
    _check_values(f"histogram {name}", values)
    return values / values.sum(dtype=np.float64)


def _check_values(subject: str, values: NDArray[Any]) -> None:
    """Refuse what are neither counts nor probabilities."""
    if values.dtype.kind not in "iuf":
        raise SpecError(f"{subject} must hold numbers, not {values.dtype}")
    if not values.size:
        raise SpecError(f"{subject} must hold numbers, not none")
    if not np.isfinite(values).all() or values.min() < 0 or not values.any():
        raise SpecError(
            f"{subject} must hold finite numbers, none negative and not all 0, "
            f"not {values.min()} to {values.max()}"
        )
    total = values.sum(dtype=np.float64)
    if values.dtype.kind == "f" and abs(total - 1) > _TOLERANCE:
        raise SpecError(
            f"{subject} must hold integer counts, or probabilities that sum to 1 "
            f"within {_TOLERANCE:g}, not to {total:g}"
        )
