"""What every layer of the integer graph has: a name, a shape and the meaning of its codes."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Layer", "Quantization", "Rescale", "Rounding", "Shape"]

Shape: TypeAlias = tuple[int, int, int]  # height, width, channels
Rounding: TypeAlias = Literal["single", "double"]


@dataclass(frozen=True)
class Quantization:
    """Meaning of u8 codes: ``value = scale * (code - zero_point)``."""

    scale: float
    zero_point: int


@dataclass(frozen=True)
class Rescale:
    """Fixed-point factor ``multiplier * 2**(left - right)``.

    ``single`` rounding: ``x * multiplier / 2**right``, rounded once, ties to even (``left``
    is 0). ``double`` rounding is gemmlowp's: saturating rounding doubling high multiply of
    ``x << left``, then a rounding right shift by ``right``, ties away from zero.

    Parameters
    ----------
    multiplier : int
        0 to ``2**31 - 1``.
    left : int
        Bits shifted left first: 0 to 30.
    right : int
        Bits shifted right last: 0 to 62 (``single``) or 0 to 31 (``double``).
    """

    multiplier: int
    left: int
    right: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Layer:
    """A node of the graph; its name is also the name of the tensor it makes.

    Parameters
    ----------
    name : str
        Unique in the network.
    inputs : tuple of str
        Names of the tensors it reads.
    shape : Shape
        Shape of its output tensor.
    quantization : Quantization
        Of its output tensor.
    low, high : int
        Codes that the output is clamped to (a ReLU raises ``low``).
    rounding : str
        How accumulators become codes: ``single`` (ONNX, and TFLite's fully connected layers)
        or ``double`` (TFLite's others).
    """

    name: str
    inputs: tuple[str, ...]
    shape: Shape
    quantization: Quantization
    low: int = 0
    high: int = 255
    rounding: Rounding = "single"
