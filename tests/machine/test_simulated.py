"""The machine's Verilog executes random networks and mappings as golden does."""

import shutil

import numpy as np
import pytest

from hwgen.compiler.machine.cycles import program_cycles
from hwgen.golden import exact_mapping
from hwgen.network.load import load
from hwgen.spec.machine import MachineSpec
from hwgen.spec.machine_file import load_machine
from tests.machine.simulated import build, simulate_image
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
MACHINES = {
    "plain": MachineSpec(rows=4, cols=4, requantizers=4, **SMALL),
    "wide": MachineSpec(rows=3, cols=6, requantizers=2, **SMALL),
    "tall, pipelined, modes, sums": MachineSpec(
        rows=7,
        cols=3,
        requantizers=1,
        multipliers=("scalable_t5_u8",),
        multiplier_stages=2,
        activation_sum=True,
        **SMALL,
    ),
    "signed activations": MachineSpec(
        rows=4, cols=4, requantizers=4, multipliers=("exact_s8",), data_width=128, **SMALL
    ),
    "edge": MachineSpec(
        rows=5, cols=4, requantizers=4, form="edge", multipliers=("precision_5x8",), **SMALL
    ),
}


@pytest.mark.parametrize("name", MACHINES)
def test_random_networks_with_stalls(name, tmp_path):
    spec = MACHINES[name]
    compiled = build(spec, tmp_path)
    for seed, stalls in ((1, 0.0), (2, 0.3), (3, 0.0), (4, 0.5)):
        rng = np.random.default_rng(seed)
        network = random_graph(rng, layers=4)
        mapping = random_mapping(rng, network, spec.multipliers[0])
        image = rng.integers(0, 256, network.input_shape).astype(np.uint8)
        folder = tmp_path / f"job{seed}"
        _, passed, seen = simulate_image(compiled, folder, network, mapping, spec, image, stalls)
        assert passed, f"seed {seed}: {seen}"


@pytest.mark.regress
def test_resnet_8_on_256_multipliers(shared_data, tmp_path):
    network = load(shared_data / "models/resnet8_mlperftiny_cifar10_int8qdq_pt.onnx")
    spec = load_machine("16x16")
    compiled = build(spec, tmp_path, "verilator")
    image = np.random.default_rng(1).integers(0, 256, network.input_shape).astype(np.uint8)
    program, passed, seen = simulate_image(
        compiled, tmp_path / "job", network, exact_mapping(network), spec, image, 0.0, "verilator"
    )
    assert passed, seen
    assert seen["cycles"] <= 60_000
    expected = sum(step.total for step in program_cycles(program))
    assert abs(seen["cycles"] - expected) <= 0.01 * expected
