"""The words of a program: layer descriptors and filter parameters, bit by bit.

Fields are packed from the least significant bit in the order given here. The compiler packs
them, the circuit unpacks them; the widths do not depend on the accelerator's size.
"""

from enum import IntEnum

from hwgen.spec.fields import pack, unpack, width_of

__all__ = [
    "DESCRIPTOR",
    "DESCRIPTOR_WIDTH",
    "PARAMETER",
    "PARAMETER_WIDTH",
    "Operation",
    "pack",
    "unpack",
]

_ADDRESS = 20
_SIZE = 16


class Operation(IntEnum):
    """What a descriptor does; a fresh memory reads as END."""

    END = 0
    MULTIPLY = 1
    SUM = 2
    MAXIMUM = 3


# name: (bits, two's complement)
DESCRIPTOR: dict[str, tuple[int, bool]] = {
    "operation": (2, False),
    "double_rounding": (1, False),
    "sources": (2, False),  # tensors that are read one after the other: 1, or 2 for an addition
    "zero_0": (8, False),  # zero point of each source
    "zero_1": (8, False),
    "zero_out": (8, False),
    "low": (8, False),  # output codes are clamped to low..high
    "high": (8, False),
    "weight_zero": (8, False),  # weight codes stand for code - weight_zero
    "source_0": (_ADDRESS, False),  # byte addresses
    "source_1": (_ADDRESS, False),
    "destination": (_ADDRESS, False),
    "weight_address": (_ADDRESS, False),  # in weight words
    "parameter_address": (_SIZE, False),  # in parameter words
    "block_count": (_SIZE, False),  # weight blocks of the whole layer
    "in_lines": (_SIZE, False),  # height of the input
    "line_bytes": (_SIZE, False),  # width times channels of the input
    "out_height": (_SIZE, False),
    "out_width": (_SIZE, False),
    "filters": (_SIZE, False),  # output channels
    "kernel_lines": (_SIZE, False),
    "segment": (_SIZE, False),  # kernel width times channels
    "segment_step": (_SIZE, False),  # bytes of it that one pass takes
    "step_q": (_SIZE, False),  # horizontal stride, in bytes
    "step_lines": (_SIZE, False),  # vertical stride, in lines
    "step_line_bytes": (_ADDRESS, False),  # the same in bytes
    "origin_line": (_SIZE, True),  # line of the first tap: minus the upper padding
    "origin_line_bytes": (_ADDRESS + 1, True),  # the same in bytes
    "origin_q": (_SIZE, True),  # minus the left padding, in bytes
}

PARAMETER: dict[str, tuple[int, bool]] = {
    "bias": (32, True),
    "multiplier": (31, False),
    "left": (5, False),
    "right": (6, False),
}

DESCRIPTOR_WIDTH = width_of(DESCRIPTOR)
PARAMETER_WIDTH = width_of(PARAMETER)
