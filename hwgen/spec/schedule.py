"""The order in which a weight-stationary array works through a layer's weights.

Filters are taken ``cols`` at a time, and their taps, in the order of kernel lines, columns and
channels, ``rows`` at a time. A depthwise layer lies on the diagonal: as many channels at a time
as the array has rows and columns, one tap in each pass. The groups of a grouped layer follow
each other.

Where the compiler must start each kernel line in a new pass, so that the activations of a pass
lie in different banks, the real schedule has more passes than this one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Block", "blocks"]


@dataclass(frozen=True)
class Block:
    """Weights that are resident in the array at once.

    Parameters
    ----------
    filters : range
        One per array column.
    taps : range
        Indices into ``(kernel_height, kernel_width, channel)`` order, one per array row; of a
        block on the diagonal, the one tap.
    is_diagonal : bool
        Whether row and column of each filter are the same.
    """

    filters: range
    taps: range
    is_diagonal: bool = False

    def places(self) -> Iterator[tuple[int, int, int, int]]:
        """Row and column of the array, tap and filter of every weight."""
        for column, kernel in enumerate(self.filters):
            for row, tap in enumerate(self.taps):
                yield column if self.is_diagonal else row, column, tap, kernel


def blocks(
    weight_shape: tuple[int, int, int, int], rows: int, cols: int, groups: int = 1
) -> list[Block]:
    """Blocks of a layer with weights ``[F, KH, KW, C // groups]``, in execution order."""
    filters, kernel_height, kernel_width, channels = weight_shape
    taps = kernel_height * kernel_width * channels
    if groups == filters > 1 == channels:
        size = min(rows, cols)
        return [
            Block(range(first, min(first + size, filters)), range(tap, tap + 1), is_diagonal=True)
            for first in range(0, filters, size)
            for tap in range(taps)
        ]
    own = filters // groups
    return [
        Block(
            range(first, min(first + cols, group + own)),
            range(start, min(start + rows, taps)),
        )
        for group in range(0, filters, own)
        for first in range(group, group + own, cols)
        for start in range(0, taps, rows)
    ]
