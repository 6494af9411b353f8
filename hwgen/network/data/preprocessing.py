"""What the numbers of an image mean to a network: stated by its user, never guessed."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hwgen.errors import SpecError, check_choice, check_range

__all__ = ["NORMALIZED", "Preprocessing"]

_CHOICES = {"layout": ("hwc", "chw"), "colour": ("same", "grey", "rgb", "bgr")}
NORMALIZED = ("divide", "mean", "std")  # one number, or one per channel
_SMALLEST, _LARGEST = float(np.finfo(np.float32).tiny), float(np.finfo(np.float32).max)


@dataclass(frozen=True, kw_only=True)
class Preprocessing:
    """How numbers ``x`` of an image become what a network reads, in float32 step by step.

    One of three: they are the network's ``codes``; or they are codes of their own, with
    ``value = scale * (x - zero_point)``; or ``value = (x / divide - mean) / std``, as PyTorch's
    and TensorFlow's pipelines have it.

    Parameters
    ----------
    subject : str
        What errors call it.
    codes : bool
        u8 codes of the network's input, or its two's-complement codes if they are s8.
    divide, mean, std : tuple of float
        One for all channels, or one per channel. Divisors are positive.
    scale : float, optional
        Positive.
    zero_point : int
        -128 to 255.
    layout : str
        Of an array with four axes: ``hwc`` is [N, height, width, channels], ``chw`` is
        [N, channels, height, width].
    colour : str
        ``grey``: RGB images become grey (ITU-R BT.601, as Pillow rounds it); ``rgb``: grey
        images become three equal channels; ``bgr``: the channels of RGB images are reversed.
    """

    subject: str = "preprocessing"
    codes: bool = False
    divide: tuple[float, ...] = (1.0,)
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    scale: float | None = None
    zero_point: int = 0
    layout: Literal["hwc", "chw"] = "hwc"
    colour: Literal["same", "grey", "rgb", "bgr"] = "same"

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            check_choice(self.subject, name, getattr(self, name), choices)
        check_range(self.subject, "zero_point", self.zero_point, -128, 255)
        if not isinstance(self.codes, bool):
            raise SpecError(f"{self.subject} codes must be true or false, not {self.codes!r}")
        for name in NORMALIZED:
            _check_numbers(self.subject, name, getattr(self, name), name != "mean")
        if self.scale is not None:
            _check_numbers(self.subject, "scale", (self.scale,), True)

    def values(self, numbers: ArrayLike) -> NDArray[np.float32]:
        """What the network reads, for numbers ``[..., channels]``; not of codes."""
        x = np.asarray(numbers).astype(np.float32)
        if self.scale is not None:
            return (x - np.float32(self.zero_point)) * np.float32(self.scale)
        divide, mean, std = (self._by_channel(name, x.shape[-1]) for name in NORMALIZED)
        with np.errstate(over="ignore"):  # infinity saturates, as any large number does
            result: NDArray[np.float32] = (x / divide - mean) / std
        return result

    def _by_channel(self, name: str, channels: int) -> NDArray[np.float32]:
        numbers = getattr(self, name)
        if len(numbers) not in (1, channels):
            wanted = "1 number" if channels == 1 else f"1 or {channels} numbers"
            raise SpecError(f"{self.subject} {name} must have {wanted}, not {len(numbers)}")
        return np.array(numbers, dtype=np.float32)


def _check_numbers(subject: str, name: str, numbers: Any, positive: bool) -> None:
    rule = "positive numbers" if positive else "numbers"
    if not isinstance(numbers, tuple) or not numbers:
        raise SpecError(f"{subject} {name} must be {rule}, not {numbers!r}")
    for x in numbers:
        is_number = isinstance(x, int | float) and not isinstance(x, bool)
        # A divisor must not become 0 in float32.
        if not is_number or not abs(x) < _LARGEST or (positive and x < _SMALLEST):
            raise SpecError(f"{subject} {name} must be {rule}, not {x!r}")
