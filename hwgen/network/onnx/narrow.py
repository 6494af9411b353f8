"""Activations of 8 bits or fewer, as u8 codes between limits."""

from dataclasses import dataclass

import numpy as np

from hwgen.network.onnx.file import Node
from hwgen.network.onnx.rewriting import Rewriting

__all__ = ["Narrow", "quantize"]


@dataclass(frozen=True, kw_only=True)
class Narrow:
    """``scale * (code - zero)`` with codes from ``low`` to ``high``, as the model has them.

    Parameters
    ----------
    scale : float
    zero, low, high : int
    is_signed : bool
        Whether the codes are two's complement.
    """

    scale: float
    zero: int
    low: int
    high: int
    is_signed: bool

    @property
    def lift(self) -> int:
        """What is added to make u8 codes at the lower end: half the range of signed ones."""
        if not self.is_signed:
            return 0
        return 1 << max(self.high.bit_length(), (-self.low - 1).bit_length())


def quantize(new: Rewriting, node: Node, real: str, codes: Narrow, output: str) -> tuple[str, str]:
    """Emit ``output``, the u8 codes of ``real``; return the names of scale and zero point.

    Limits are applied to the real numbers: since they are codes, rounding afterwards gives what
    rounding before would. The network's input has no limits; a layer behind it has.
    """
    zero = codes.zero + codes.lift
    if not 0 <= codes.low + codes.lift <= codes.high + codes.lift <= 255:
        raise node.refusal(f"activations must have 8 bits, not {codes.low} to {codes.high}")
    if not 0 <= zero <= 255:
        raise node.refusal(f"the zero point must be a code of 8 bits, not {codes.zero}")
    parameters = (
        new.constant(f"{output}/scale", np.asarray(codes.scale, np.float32)),
        new.constant(f"{output}/zero", np.asarray(zero, np.uint8)),
    )
    if (codes.low + codes.lift, codes.high + codes.lift) != (0, 255):
        if real == new.graph.input_name:
            real = new.dequantize(node, new.quantize(node, real, parameters), parameters)
        limits = [codes.scale * (limit - codes.zero) for limit in (codes.low, codes.high)]
        real = new.clip(node, real, *limits)
    new.quantize(node, real, parameters, output)
    return parameters
