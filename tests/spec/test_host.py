from dataclasses import replace

import pytest

from hwgen.spec.accelerator import load_spec, presets
from hwgen.spec.descriptor import DESCRIPTOR_WIDTH, PARAMETER_WIDTH
from hwgen.spec.host import HOST_WIDTH, Region, host_address, host_address_width, pieces, stride


@pytest.mark.parametrize("width", [1, 31, 32, 33, 64, 65, 96, 97, 398, 1000])
def test_a_word_has_room_for_its_pieces_and_strides_are_powers_of_two(width):
    assert (pieces(width) - 1) * HOST_WIDTH < width <= pieces(width) * HOST_WIDTH
    assert stride(width) & (stride(width) - 1) == 0
    assert pieces(width) <= stride(width) < 2 * pieces(width)


@pytest.mark.parametrize("name", presets())
def test_every_word_of_every_memory_has_an_address_of_its_own(name):
    spec = replace(load_spec(name), weight_words=64, activation_bytes=256, multiplier="posneg_2")
    sizes = {
        Region.CONTROL: 2,
        Region.DESCRIPTORS: spec.descriptor_words * stride(DESCRIPTOR_WIDTH),
        Region.WEIGHTS: spec.weight_words * stride(spec.cols * spec.weight_bits),
        Region.PARAMETERS: spec.parameter_words * stride(PARAMETER_WIDTH),
        Region.ACTIVATIONS: spec.activation_bytes,
    }
    addresses = [
        host_address(spec, region, word) for region, size in sizes.items() for word in range(size)
    ]
    assert len(set(addresses)) == len(addresses)
    assert max(addresses) < 1 << host_address_width(spec)
