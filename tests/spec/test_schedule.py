import numpy as np
import pytest

from hwgen.spec.schedule import Block, blocks

SHAPES = [(1, 1, 1, 1), (5, 3, 3, 3), (8, 1, 1, 7), (3, 2, 1, 4), (10, 4, 4, 16), (7, 1, 3, 2)]


GROUPS = [(shape, 1) for shape in SHAPES] + [
    ((6, 3, 3, 1), 6),
    ((6, 2, 2, 4), 3),
    ((6, 3, 1, 1), 3),
]


@pytest.mark.parametrize(("shape", "groups"), GROUPS)
@pytest.mark.parametrize(("rows", "cols"), [(2, 1), (2, 2), (3, 5), (4, 4), (16, 16)])
def test_every_weight_is_in_exactly_one_block_that_fits_the_array(shape, groups, rows, cols):
    filters, kernel_height, kernel_width, channels = shape
    seen = np.zeros((filters, kernel_height * kernel_width * channels), dtype=int)
    for block in blocks(shape, rows, cols, groups):
        places = list(block.places())
        assert len({place[:2] for place in places}) == len(places)
        assert all(row < rows and column < cols for row, column, _, _ in places)
        for _, _, tap, kernel in places:
            seen[kernel, tap] += 1
    assert (seen == 1).all()


def test_blocks_come_by_filters_then_pieces_of_their_taps():
    assert blocks((3, 2, 3, 1), rows=4, cols=2) == [
        Block(range(0, 2), range(0, 4)),
        Block(range(0, 2), range(4, 6)),
        Block(range(2, 3), range(0, 4)),
        Block(range(2, 3), range(4, 6)),
    ]


def test_channels_of_a_depthwise_layer_lie_on_the_diagonal():
    found = blocks((3, 1, 2, 1), rows=2, cols=4, groups=3)
    assert [list(block.places()) for block in found] == [
        [(0, 0, 0, 0), (1, 1, 0, 1)],
        [(0, 0, 1, 0), (1, 1, 1, 1)],
        [(0, 0, 0, 2)],
        [(0, 0, 1, 2)],
    ]
