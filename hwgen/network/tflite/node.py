"""An operator with its operands resolved, and what all operators check alike."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import tflite
from numpy.typing import NDArray

from hwgen.errors import ModelError
from hwgen.network.graph import Quantization, Shape
from hwgen.network.tflite.file import Tensor

__all__ = ["LARGEST", "SMALLEST", "Activation", "Node", "Operand", "spread"]

SMALLEST, LARGEST = 2.0**-60, 2.0**60  # scales: products and quotients of two stay floats
_OFFSETS = {"INT8": 128, "UINT8": 0}  # from the model's codes to ours
_LIMITS = {  # of fused activations, in values
    tflite.ActivationFunctionType.NONE: (-math.inf, math.inf),
    tflite.ActivationFunctionType.RELU: (0.0, math.inf),
    tflite.ActivationFunctionType.RELU6: (0.0, 6.0),
    tflite.ActivationFunctionType.RELU_N1_TO_1: (-1.0, 1.0),
}


@dataclass(frozen=True)
class Activation:
    """A tensor of the network.

    Parameters
    ----------
    name : str
        In the network.
    kind : str
        Type of its codes in the model: ``INT8`` or, at input and output, ``UINT8``.
    dims : tuple of int
        As TFLite has it, batch first.
    quantization : Quantization
        Of its u8 codes.
    """

    name: str
    kind: str
    dims: tuple[int, ...]
    quantization: Quantization

    @property
    def shape(self) -> Shape:
        """Height, width, channels: 1 for those that TFLite leaves out."""
        return spread(self.dims, 1)


def spread(values: Sequence[int], missing: int) -> Shape:
    """What is said of each axis, the batch first, as of height, width and channels."""
    height, width, channels = (missing, missing, missing, *values[1:])[-3:]
    return height, width, channels


Operand: TypeAlias = Activation | Tensor | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Node:
    """One operator.

    Parameters
    ----------
    path : Path
        File it comes from.
    name : str
        Of its output, in the network.
    kind : str
        ``CONV_2D`` for example.
    operands : tuple of Operand
        Activations, constants, and None for what is left out.
    output : Tensor
    options : object or None
        As :class:`~hwgen.network.tflite.file.Operator` has it.
    """

    path: Path
    name: str
    kind: str
    operands: tuple[Operand, ...]
    output: Tensor
    options: Any

    def refusal(self, rule: str) -> ModelError:
        """The error that says which ``rule`` this operator breaks."""
        return ModelError(f"model {self.path} node {self.name} ({self.kind}): {rule}")

    def operand(self, index: int) -> Operand:
        """An operand, None where it is left out."""
        return self.operands[index] if index < len(self.operands) else None

    def activation(self, index: int = 0, kinds: tuple[str, ...] = ("INT8",)) -> Activation:
        """An operand that is a tensor of the network."""
        value = self.operand(index)
        if not isinstance(value, Activation):
            raise self.refusal(f"input {index} must be an activation")
        if value.kind not in kinds:
            raise self.refusal(f"input {index} must be {' or '.join(kinds)}, not {value.kind}")
        return value

    def image(self) -> Activation:
        """The first operand, which must be an image."""
        source = self.activation()
        if len(source.dims) != 4:
            raise self.refusal(f"the input must have 4 axes, not {list(source.dims)}")
        return source

    def constant(self, index: int, what: str, kinds: tuple[str, ...]) -> NDArray[Any]:
        """Elements of an operand that is a constant."""
        value = self.operand(index)
        if not isinstance(value, Tensor) or value.codes is None:
            raise self.refusal(f"{what} must be a constant")
        if value.kind not in kinds:
            raise self.refusal(f"{what} must be {' or '.join(kinds)}, not {value.kind}")
        return value.codes

    def indices(self, index: int, what: str) -> list[int]:
        """Numbers of a constant operand that states axes or sizes."""
        codes = self.constant(index, what, ("INT32", "INT64"))
        return [int(x) for x in codes.reshape(-1)]

    def chosen(self, options: type) -> Any:
        """The options, which must be of the class ``options``."""
        if not isinstance(self.options, options):
            raise self.refusal(f"its options must be {options.__name__}")
        return self.options

    def result(
        self, dims: tuple[int, ...], *sources: Activation, kinds: tuple[str, ...] = ("INT8",)
    ) -> dict[str, Any]:
        """Fields that every layer has, for an output of ``dims``."""
        found = self.describe(dims, kinds)
        return {
            "name": found.name,
            "inputs": tuple(x.name for x in sources),
            "shape": found.shape,
            "quantization": found.quantization,
            "rounding": "double",
        }

    def describe(self, dims: tuple[int, ...], kinds: tuple[str, ...] = ("INT8",)) -> Activation:
        """The output, whose computed ``dims`` must be what the file says."""
        if dims != self.output.dims:
            raise self.refusal(
                f"the output must be of shape {list(dims)}, not {list(self.output.dims)}"
            )
        if not 2 <= len(dims) <= 4 or min(dims) < 1 or dims[0] != 1:
            raise self.refusal(
                f"a tensor must have 2 to 4 axes, the first a batch of 1, not {list(dims)}"
            )
        if self.output.kind not in kinds:
            raise self.refusal(f"codes must be {' or '.join(kinds)}, not {self.output.kind}")
        return Activation(self.name, self.output.kind, dims, self.quantization(self.output))

    def quantization(self, tensor: Tensor) -> Quantization:
        """Quantization of an activation, of our u8 codes."""
        if tensor.scale.size != 1 or tensor.zero_point.size != 1:
            raise self.refusal(
                f"{tensor.name} must have one scale and one zero point, "
                f"not {tensor.scale.size} and {tensor.zero_point.size}"
            )
        scale, zero_point = float(tensor.scale[0]), int(tensor.zero_point[0])
        if not SMALLEST <= scale <= LARGEST:
            raise self.refusal(
                f"the scale of {tensor.name} must be from 2**-60 to 2**60, not {scale:g}"
            )
        if tensor.kind not in _OFFSETS:
            known = " or ".join(_OFFSETS)
            raise self.refusal(f"{tensor.name} must be {known}, not {tensor.kind}")
        code = zero_point + _OFFSETS[tensor.kind]
        if not 0 <= code <= 255:
            raise self.refusal(
                f"the zero point of {tensor.name} must be a code of {tensor.kind}, not {zero_point}"
            )
        return Quantization(scale, code)

    def unchanged(self, *sources: Activation) -> None:
        """Refuse an operator that keeps codes, but whose output means them otherwise."""
        own = self.quantization(self.output)
        for source in sources:
            if source.quantization != own:
                raise self.refusal(
                    f"the output must have the scale and zero point of the input {source.name}, "
                    f"{source.quantization.scale:g} and {source.quantization.zero_point}, "
                    f"not {own.scale:g} and {own.zero_point}"
                )

    def clamp(self, function: int) -> dict[str, int]:
        """Limits of the codes under a fused activation, as TFLite rounds them."""
        if function not in _LIMITS:
            raise self.refusal(f"fused activation {function} is not supported")
        found = self.quantization(self.output)
        low, high = (found.zero_point + _rounded(x / found.scale) for x in _LIMITS[function])
        return {"low": max(0, low), "high": min(255, high)}


def _rounded(quotient: float) -> int:
    """TFLite's float32 quotient, to the nearest, ties away from zero, within what codes need."""
    magnitude = math.floor(float(np.float32(min(abs(quotient), 1e6))) + 0.5)
    return magnitude if quotient >= 0 else -magnitude
