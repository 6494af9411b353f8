"""Modes that comparators derive from weights."""

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError
from hwgen.spec.program import RANGES

__all__ = ["range_fields"]


def range_fields(
    layer: str, values: NDArray[np.int64], modes: NDArray[np.int64], kind: OperandKind
) -> dict[str, int]:
    """Fields that give every weight its mode.

    The mode whose weights lie farthest apart is that of weights in no range; of the others,
    narrow ranges come before wide ones, so that a range may lie within another.

    Parameters
    ----------
    layer : str
        Named in errors.
    values : int64[...]
        Weights, as the multiplier reads them.
    modes : int64[...]
        Of each weight.
    kind : OperandKind
        Of the weights.

    Raises
    ------
    SpecError
        Ranges do not express the modes.
    """
    hulls = [
        (int(values[modes == mode].min()), int(values[modes == mode].max()), int(mode))
        for mode in np.unique(modes)
    ]
    hulls.sort(key=lambda hull: hull[1] - hull[0])
    rest = hulls.pop()[2]
    if len(hulls) > RANGES:
        raise SpecError(
            f"layer {layer} must have at most {RANGES + 1} modes to be derived from weights, "
            f"not {len(hulls) + 1}"
        )
    derived = np.full(values.shape, rest)
    for low, high, mode in reversed(hulls):
        derived[(values >= low) & (values <= high)] = mode
    if (derived != modes).any():
        wrong = int((derived != modes).sum())
        raise SpecError(
            f"layer {layer} must have one range of weights for each mode, but one (the rest), "
            f"or ranges within others: {wrong} of {values.size} weights would get another mode"
        )
    hulls += [(1, 0, 0)] * (RANGES - len(hulls))  # holds no weight
    fields = {"range_mode": rest}
    for number, (low, high, mode) in enumerate(hulls):
        bounds = {"low": int(kind.encode(low)), "high": int(kind.encode(high)), "mode": mode}
        fields |= {f"range_{number}_{name}": value for name, value in bounds.items()}
    return fields
