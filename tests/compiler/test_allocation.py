from itertools import combinations

import numpy as np
import pytest

from hwgen.compiler.allocation import allocate
from hwgen.errors import SpecError
from tests.random_network import random_network

SIZE = 1 << 16


def needed_after(network, index):
    """Tensors that a layer behind ``index`` reads, and the logits."""
    later = network.layers[index + 1 :]
    return {name for layer in later for name in layer.inputs} | {network.layers[-1].name}


@pytest.mark.parametrize("seed", range(40))
def test_tensors_that_are_alive_together_never_overlap(seed):
    network = random_network(np.random.default_rng(seed), "single")
    placements = allocate(network, SIZE)
    assert {name: placement.shape for name, placement in placements.items()} == network.shapes
    assert list(placements) == list(network.shapes)

    made = {network.input_name}
    for index, layer in enumerate(network.layers):
        # While a layer runs: what it reads, what it writes, and what later ones need.
        made.add(layer.name)
        alive = {*layer.inputs, layer.name} | (needed_after(network, index) & made)
        for first, second in combinations(sorted(alive), 2):
            a, b = placements[first], placements[second]
            apart = a.address + a.size <= b.address or b.address + b.size <= a.address
            assert apart, (layer.name, first, second)


def test_memory_of_dead_tensors_is_used_again():
    network = random_network(np.random.default_rng(3), "single")
    placements = allocate(network, SIZE)
    end = max(placement.address + placement.size for placement in placements.values())
    assert end < sum(placement.size for placement in placements.values())


def test_the_least_memory_suffices_and_a_byte_less_is_refused():
    network = random_network(np.random.default_rng(4), "single")
    placements = allocate(network, SIZE)
    name, last = max(placements.items(), key=lambda item: item[1].address + item[1].size)
    end = last.address + last.size
    assert allocate(network, end) == placements
    message = (
        rf"^layer {name} does not fit: its tensor would end at byte {end} "
        rf"of {end - 1} bytes of activation memory$"
    )
    with pytest.raises(SpecError, match=message):
        allocate(network, end - 1)


def test_an_input_that_does_not_fit_is_refused(pool_of):
    message = (
        r"^input image does not fit: its tensor would end at byte 60 "
        r"of 59 bytes of activation memory$"
    )
    with pytest.raises(SpecError, match=message):
        allocate(pool_of((3, 4, 5)), 59)
