"""The order in which a weight-stationary array works through a layer's weights.

Compiler, circuit and energy trace share it: filters are taken ``cols`` at a time; for each of
those groups, every kernel row is cut into pieces of ``rows`` taps. A kernel row is contiguous
in a ``[height, width, channel]`` tensor, which is what makes the addressing of the circuit
small. The last piece of a kernel row may leave array rows unused.
"""

from dataclasses import dataclass

__all__ = ["Block", "blocks"]


@dataclass(frozen=True)
class Block:
    """Weights that are resident in the array at once.

    Parameters
    ----------
    filters : range
        Filters, one per array column.
    taps : range
        Indices into ``(kernel_height, kernel_width, channel)`` order, one per array row.
    """

    filters: range
    taps: range


def blocks(weight_shape: tuple[int, int, int, int], rows: int, cols: int) -> list[Block]:
    """Blocks of a layer with weights ``[F, KH, KW, C]``, in execution order."""
    filters, kernel_height, kernel_width, channels = weight_shape
    segment = kernel_width * channels
    return [
        Block(
            range(first, min(first + cols, filters)),
            range(row * segment + start, row * segment + min(start + rows, segment)),
        )
        for first in range(0, filters, cols)
        for row in range(kernel_height)
        for start in range(0, segment, rows)
    ]
