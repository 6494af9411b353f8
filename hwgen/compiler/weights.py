"""Weight images: codes and modes in the order in which the array takes them."""

import numpy as np
from numpy.typing import NDArray

from hwgen.compiler.lanes import LaneSteps
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["dense_image", "diagonal_image", "packed"]

Words = NDArray[np.uint16]


def dense_image(weights: Words, columns: list[list[int]], steps: LaneSteps, rows: int) -> Words:
    """Blocks of a dense layer: ``[groups, passes, rows, cols]``.

    Parameters
    ----------
    weights : uint16[F, KH, KW, C]
        Code with mode above.
    columns : list of list of int
        Of each group, the filter in each column; -1 for none.
    steps : LaneSteps
    rows : int
    """
    filters = len(weights)
    taps = np.zeros((filters + 1, steps.passes * rows), np.uint16)  # the last one is no filter
    lines = weights.reshape(filters, steps.kernel_lines, steps.segment)
    padded = np.pad(lines, ((0, 0), (0, 0), (0, steps.wrap - steps.segment)))
    whole = padded.reshape(filters, -1)
    taps[:-1, : whole.shape[1]] = whole
    blocks = taps[np.array(columns)].reshape(len(columns), -1, steps.passes, rows)
    return np.asarray(blocks.transpose(0, 2, 3, 1), np.uint16)


def diagonal_image(weights: Words, group: int, cols: int) -> Words:
    """Blocks of a depthwise layer, one word each: ``[groups, taps, 1, cols]``.

    Parameters
    ----------
    weights : uint16[C, KH, KW, 1]
    group : int
        Channels that the array takes at once.
    cols : int
    """
    channels = len(weights)
    groups = -(-channels // group)
    taps = np.pad(weights.reshape(channels, -1), ((0, groups * group - channels), (0, 0)))
    blocks = taps.reshape(groups, group, -1).transpose(0, 2, 1)[:, :, None, :]
    return np.pad(blocks, ((0, 0), (0, 0), (0, 0), (0, cols - group)))


def packed(words: Words, spec: AcceleratorSpec) -> bytes:
    """Words without gaps between them, as they lie in memory."""
    bits = (words.reshape(-1, 1) >> np.arange(spec.weight_bits)) & 1
    return np.packbits(bits.astype(np.uint8), bitorder="little").tobytes()
