"""Random networks of every layer kind under mappings of every level, resolved."""

import numpy as np
import pytest

from hwgen.mapping_export.resolved import resolve
from tests.wide_network import wide_mapping, wide_network

# Signed and unsigned weights, several modes, and a multiplier that is no masked matrix.
NAMES = ("exact", "exact_u8", "perforated_a3", "lvrm", "roup_1_4", "mitchell")


@pytest.fixture(scope="session", params=[("single", 0), ("double", 1), ("single", 2)])
def mapped(request):
    """Network, mapping, images and what is resolved."""
    rounding, seed = request.param
    rng = np.random.default_rng(seed)
    network = wide_network(rng, rounding)
    mapping = wide_mapping(rng, network, NAMES)
    images = rng.integers(0, 256, (3, *network.input_shape), np.uint8)
    return network, mapping, images, resolve(network, mapping)
