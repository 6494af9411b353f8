"""Numbers packed into words, field by field, from the least significant bit on.

A layout gives each field's bits and whether it is two's complement, in the order of packing.
"""

from collections.abc import Mapping

__all__ = ["Layout", "pack", "unpack", "width_of"]

Layout = Mapping[str, tuple[int, bool]]


def pack(layout: Layout, fields: Mapping[str, int]) -> int:
    """The word that holds ``fields``; a value that does not fit its field raises ValueError."""
    if fields.keys() != layout.keys():
        raise ValueError(f"fields must be {list(layout)}, not {list(fields)}")
    word, position = 0, 0
    for name, (width, signed) in layout.items():
        low, high = (-(1 << (width - 1)), 1 << (width - 1)) if signed else (0, 1 << width)
        if not low <= fields[name] < high:
            raise ValueError(f"{name} must be from {low} to {high - 1}, not {fields[name]}")
        word |= (fields[name] & ((1 << width) - 1)) << position
        position += width
    return word


def unpack(layout: Layout, word: int) -> dict[str, int]:
    """The fields of a packed word."""
    fields = {}
    for name, (width, signed) in layout.items():
        value = word & ((1 << width) - 1)
        fields[name] = value - (1 << width) if signed and value >> (width - 1) else value
        word >>= width
    return fields


def width_of(layout: Layout) -> int:
    """Bits of a packed word."""
    return sum(width for width, _ in layout.values())
