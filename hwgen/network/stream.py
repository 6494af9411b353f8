"""What one layer brings to an array: activations, position by position, and weights."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LayerStream"]


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerStream:
    """Operands of a convolution for one image, in the order of its output positions.

    Parameters
    ----------
    a : uint8[P, G * K]
        Stored activation codes that each output position multiplies: groups one after the
        other, taps in kernel row, kernel column, channel order. Padded taps read the zero point.
    w : uint8[F, K]
        Weight bytes as the multiplier gets them.
    choices : tuple of (str, int)
        Multipliers and modes that the layer uses.
    choice : uint8[F, K]
        Index into them of each weight.
    groups : int
    parameters : mapping of str to int64[F]
        ``bias`` with all constants, ``sum_factor`` of the sum of activations, ``multiplier``,
        ``left`` and ``right`` of the scaling.
    double_rounding : bool
        How it rounds.
    clamp : (int, int, int)
        Zero point, lowest and highest code of the output.
    outputs : uint8[P, F]
        Codes of the output.
    """

    a: NDArray[np.uint8]
    w: NDArray[np.uint8]
    choices: tuple[tuple[str, int], ...]
    choice: NDArray[np.uint8]
    groups: int
    parameters: Mapping[str, NDArray[np.int64]]
    double_rounding: bool
    clamp: tuple[int, int, int]
    outputs: NDArray[np.uint8]
