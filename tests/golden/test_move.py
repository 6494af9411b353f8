"""Layers that move codes, by hand."""

import numpy as np

from hwgen.golden import exact_mapping, run
from hwgen.network.graph import Concat, Network, Pad, Quantization, Reshape, Slice

MEANING = Quantization(0.5, 7)
CODES = np.arange(2 * 2 * 3, dtype=np.uint8).reshape(1, 2, 2, 3)


def moved(layer, shape, **fields):
    """What one layer makes of ``CODES``."""
    common = {"name": "out", "inputs": ("image",), "shape": shape, "quantization": MEANING}
    network = Network(
        input_name="image",
        input_shape=(2, 2, 3),
        input_quantization=MEANING,
        layers=(layer(**common | fields),),
    )
    found = run(network, CODES, exact_mapping(network))["out"]
    assert found.shape == (1, *shape)
    return found[0]


def test_tensors_follow_each_other_along_the_axis():
    twice = ("image", "image")
    assert moved(Concat, (2, 2, 6), inputs=twice, axis=2)[0, 1].tolist() == [3, 4, 5, 3, 4, 5]
    assert moved(Concat, (4, 2, 3), inputs=twice, axis=0)[2:].tolist() == CODES[0].tolist()


def test_a_margin_holds_one_code():
    found = moved(Pad, (3, 2, 5), before=(1, 0, 0), after=(0, 0, 2), fill=7)
    assert (found[0] == 7).all()
    assert found[1].tolist() == [[0, 1, 2, 7, 7], [3, 4, 5, 7, 7]]


def test_a_slice_takes_every_other_element():
    found = moved(Slice, (1, 2, 2), start=(1, 0, 0), step=(1, 1, 2))
    assert found.tolist() == [[[6, 8], [9, 11]]]


def test_a_slice_of_a_single_element_needs_no_step():
    assert moved(Slice, (1, 1, 1), start=(0, 1, 2), step=(5, 5, 5)).tolist() == [[[5]]]


def test_codes_keep_their_order_in_another_shape():
    assert moved(Reshape, (1, 1, 12)).ravel().tolist() == list(range(12))
