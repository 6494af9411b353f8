"""What columns need beside weights: biases, factors of corrections, rescaling."""

from collections.abc import Sequence

from hwgen.network.graph import Rescale, Rounding
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.fields import pack
from hwgen.spec.program import parameter_bytes, parameter_layout

__all__ = [
    "IDENTITY",
    "group_parameters",
    "place_fields",
    "same_parameters",
    "scale_fields",
    "wrapped",
]

IDENTITY: dict[Rounding, Rescale] = {
    "single": Rescale(1, 0, 0),
    "double": Rescale(1 << 30, 1, 0),
}
"""What leaves a value as it is."""


def wrapped(value: int) -> int:
    """``value`` modulo ``2**32``, as the signed 32 bits of a field hold it."""
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)


def group_parameters(spec: AcceleratorSpec, filters: Sequence[dict[str, int]]) -> bytes:
    """Parameters of one group of filters, a column each; further columns read 0."""
    layout = parameter_layout(spec)
    size = parameter_bytes(spec)
    words = [pack(layout, dict.fromkeys(layout, 0) | given) for given in filters]
    words += [0] * (spec.cols - len(words))
    return b"".join(word.to_bytes(size, "little") for word in words)


def same_parameters(
    spec: AcceleratorSpec, rescales: Sequence[Rescale], groups: Sequence[range]
) -> bytes:
    """For each group of channels, one word after the other with the same in all columns."""
    found = b""
    for channels in groups:
        for rescale in rescales:
            fields = [scale_fields(rescale) | place_fields(spec, channel) for channel in channels]
            found += group_parameters(spec, fields)
    return found


def scale_fields(rescale: Rescale) -> dict[str, int]:
    """Fields that rescale."""
    return {
        "multiplier": rescale.multiplier,
        "left": rescale.left,
        "right": rescale.right,
    }


def place_fields(spec: AcceleratorSpec, channel: int, slot: int = 0) -> dict[str, int]:
    """Fields that say where a column writes, on accelerators whose filters are permuted."""
    return {"channel": channel, "slot": slot} if spec.form == "columns" else {}
