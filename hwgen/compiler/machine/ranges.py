"""Modes that comparators derive from weights."""

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import SpecError
from hwgen.spec.program import RANGES

__all__ = ["range_fields"]


def range_fields(layer: str, codes: NDArray[np.int64], modes: NDArray[np.int64]) -> dict[str, int]:
    """Fields that give every weight its mode.

    The most frequent mode is that of weights in no range; of the others, narrow ranges come
    before wide ones, so that a range may lie within another.

    Parameters
    ----------
    layer : str
        Named in errors.
    codes : int64[...]
        Weights, as the multiplier gets them, less its lowest code.
    modes : int64[...]
        Of each weight.

    Raises
    ------
    SpecError
        Ranges do not express the modes.
    """
    found, counts = np.unique(modes, return_counts=True)
    rest = int(found[counts.argmax()])
    hulls = [
        (int(codes[modes == mode].min()), int(codes[modes == mode].max()), int(mode))
        for mode in found
        if mode != rest
    ]
    hulls.sort(key=lambda hull: hull[1] - hull[0])
    if len(hulls) > RANGES:
        raise SpecError(
            f"layer {layer} must have at most {RANGES + 1} modes to be derived from weights, "
            f"not {len(found)}"
        )
    derived = np.full(codes.shape, rest)
    for low, high, mode in reversed(hulls):
        derived[(codes >= low) & (codes <= high)] = mode
    if (derived != modes).any():
        wrong = int((derived != modes).sum())
        raise SpecError(
            f"layer {layer} has modes that are no ranges of weights: "
            f"{wrong} of {codes.size} weights would get another one"
        )
    hulls += [(1, 0, 0)] * (RANGES - len(hulls))  # holds no weight
    fields = {"range_mode": rest}
    for number, hull in enumerate(hulls):
        for name, value in zip(("low", "high", "mode"), hull, strict=True):
            fields[f"range_{number}_{name}"] = value
    return fields
