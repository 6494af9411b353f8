"""The accelerator's Verilog executes random networks and mappings as golden does."""

import shutil

import numpy as np
import pytest

from hwgen.spec.accelerator import AcceleratorSpec
from tests.accelerator.simulated import build, simulate_image
from tests.random_graph import random_graph
from tests.random_network import random_mapping

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(not shutil.which("iverilog"), reason="needs iverilog"),
]

SMALL = {
    "accumulator_depth": 32,
    "activation_bytes": 2048,
    "weight_fifo_words": 16,
}
ACCELERATORS = {
    "plain": AcceleratorSpec(rows=4, cols=4, requantizers=4, **SMALL),
    "wide": AcceleratorSpec(rows=3, cols=6, requantizers=2, **SMALL),
    "tall, pipelined, modes, sums": AcceleratorSpec(
        rows=7,
        cols=3,
        requantizers=1,
        multipliers=("scalable_t5_u8",),
        multiplier_stages=2,
        activation_sum=True,
        **SMALL,
    ),
    "signed activations": AcceleratorSpec(
        rows=4, cols=4, requantizers=4, multipliers=("exact_s8",), data_width=128, **SMALL
    ),
    "edge": AcceleratorSpec(
        rows=5, cols=4, requantizers=4, form="edge", multipliers=("precision_5x8",), **SMALL
    ),
    "tiles behind gating cells": AcceleratorSpec(
        rows=4,
        cols=4,
        requantizers=4,
        form="tiles",
        multipliers=("truncated_7", "exact"),
        clock_gates=True,
        **SMALL,
    ),
}


@pytest.mark.parametrize("name", ACCELERATORS)
def test_random_networks_with_stalls(name, tmp_path):
    spec = ACCELERATORS[name]
    compiled = build(spec, tmp_path)
    for seed, stalls in ((1, 0.0), (2, 0.3), (3, 0.0), (4, 0.5)):
        rng = np.random.default_rng(seed)
        network = random_graph(rng, layers=4)
        mapping = random_mapping(rng, network, spec.multipliers[0])
        image = rng.integers(0, 256, network.input_shape).astype(np.uint8)
        folder = tmp_path / f"job{seed}"
        _, passed, seen = simulate_image(compiled, folder, network, mapping, spec, image, stalls)
        assert passed, f"seed {seed}: {seen}"
