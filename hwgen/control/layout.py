"""Descriptors and parameters as circuits see them."""

from amaranth.hdl import signed
from amaranth.lib import data

from hwgen.spec.program import DESCRIPTOR, RANGES, Operation, parameter_layout

__all__ = ["DESCRIPTOR_LAYOUT", "WEIGHT_JOB", "filter_layout", "is_move", "is_multiply"]

DESCRIPTOR_LAYOUT = data.StructLayout(
    {name: signed(width) if sign else width for name, (width, sign) in DESCRIPTOR.items()}
)

WEIGHT_JOB = data.StructLayout(
    {"diagonal": 1}
    | {
        name: DESCRIPTOR[name][0]
        for name in (
            "tile",
            "range_mode",
            *(
                f"range_{number}_{part}"
                for number in range(RANGES)
                for part in ("low", "high", "mode")
            ),
        )
    }
)
"""What a descriptor says of its weights: one word for all rows; tile; ranges of modes."""


def filter_layout(spec):
    """Parameters of one column, as they come from memory."""
    return data.StructLayout(
        {
            name: signed(width) if sign else width
            for name, (width, sign) in parameter_layout(spec).items()
        }
    )


def is_multiply(operation):
    """Whether an operation uses the array."""
    return (operation == Operation.DENSE) | (operation == Operation.DIAGONAL)


def is_move(operation):
    """Whether an operation moves lines between memory and banks."""
    return (operation == Operation.LOAD) | (operation == Operation.STORE)
