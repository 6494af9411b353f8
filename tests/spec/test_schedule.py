import numpy as np
import pytest

from hwgen.spec.schedule import Block, blocks

SHAPES = [(1, 1, 1, 1), (5, 3, 3, 3), (8, 1, 1, 7), (3, 2, 1, 4), (10, 4, 4, 16), (7, 1, 3, 2)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("rows", "cols"), [(2, 1), (2, 2), (3, 5), (4, 4), (16, 16)])
def test_every_weight_is_in_exactly_one_block_that_fits_the_array(shape, rows, cols):
    filters, kernel_height, kernel_width, channels = shape
    seen = np.zeros((filters, kernel_height * kernel_width * channels), dtype=int)
    for block in blocks(shape, rows, cols):
        assert 1 <= len(block.taps) <= rows
        assert 1 <= len(block.filters) <= cols
        segment = kernel_width * channels
        assert block.taps[0] // segment == block.taps[-1] // segment  # of one kernel row
        seen[np.ix_(block.filters, block.taps)] += 1
    assert (seen == 1).all()


def test_blocks_come_by_filters_then_kernel_rows_then_pieces_of_them():
    assert blocks((3, 2, 3, 1), rows=2, cols=2) == [
        Block(range(0, 2), range(0, 2)),
        Block(range(0, 2), range(2, 3)),
        Block(range(0, 2), range(3, 5)),
        Block(range(0, 2), range(5, 6)),
        Block(range(2, 3), range(0, 2)),
        Block(range(2, 3), range(2, 3)),
        Block(range(2, 3), range(3, 5)),
        Block(range(2, 3), range(5, 6)),
    ]
