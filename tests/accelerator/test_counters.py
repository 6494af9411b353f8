"""What simulated accelerators count is what the cycle model says."""

import shutil

import numpy as np
import pytest

from hwgen.compiler.cycles import program_cycles
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.registers.accelerator import CAUSES
from tests.accelerator.simulated import build, simulate_images
from tests.random_graph import random_graph
from tests.random_network import random_mapping

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(not shutil.which("iverilog"), reason="needs iverilog"),
]

LATENCY = 4  # of the bench's memory
CLOSE = 12  # cycles that a descriptor may take more or less: bursts share one port
SMALL = {"accumulator_depth": 64, "activation_bytes": 384, "weight_fifo_words": 16}
ACCELERATORS = {
    "plain": AcceleratorSpec(rows=4, cols=4, requantizers=4, **SMALL),
    "pipelined": AcceleratorSpec(
        rows=6,
        cols=4,
        requantizers=2,
        multiplier_stages=2,
        multipliers=("scalable_t5_u8",),
        activation_sum=True,
        variate_bits=2,
        data_width=128,
        **SMALL,
    ),
}


@pytest.mark.parametrize("name", ACCELERATORS)
def test_every_cycle_is_counted_and_foreseen(name, tmp_path):
    """With tensors that are spilled, too: the banks are small."""
    spec = ACCELERATORS[name]
    compiled = build(spec, tmp_path)
    spilled = set()
    for seed in (3, 7, 11):
        rng = np.random.default_rng(seed)
        network = random_graph(rng, layers=4)
        mapping = random_mapping(rng, network, spec.multipliers[0])
        images = rng.integers(0, 256, (1, *network.input_shape)).astype(np.uint8)
        folder = tmp_path / f"job{seed}"
        program, passed, seen = simulate_images(
            compiled, folder, network, mapping, spec, images, HWGEN_STEPS="1"
        )
        assert passed, f"seed {seed}: {seen}"
        assert seen["cycles"] == sum(seen[cause] for cause in CAUSES)
        check(program, seen["steps"], seen["cycles"])
        spilled |= program.extents.keys() - {program.input, program.output}
    assert spilled


def check(program, counted, total):
    """Positions exactly, the rest closely; whole networks, whose layers are longer, within 1 %."""
    steps = program_cycles(program, LATENCY)
    assert len(counted) == len(program.steps)
    for number, (step, own) in enumerate(zip(steps, counted, strict=False)):
        place = f"descriptor {number} of layer {step.layer}: {step}, counted {own}"
        assert own["cycles"] == sum(own[cause] for cause in CAUSES), place
        assert own["streaming"] == step.streaming, place
        assert own["pooling"] == step.pooling, place
        assert abs(own["cycles"] - step.total) <= max(CLOSE, 0.25 * own["cycles"]), place
    foreseen = sum(step.total for step in steps)
    assert abs(foreseen - total) <= 0.08 * total, (foreseen, total)
