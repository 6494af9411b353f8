"""The Verilog of whole accelerators against golden, on random networks."""

import numpy as np
import pytest

from hwgen import golden
from hwgen.accelerator import Accelerator
from hwgen.compiler.compile import compile_network
from hwgen.compiler.cycles import END_CYCLES, layer_cycles
from hwgen.simulation import compare
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.verilog import to_verilog
from tests.random_network import random_mapping, random_network

MEMORIES = {
    "activation_bytes": 2048,
    "weight_words": 2048,
    "parameter_words": 64,
    "descriptor_words": 32,
}
IMAGES = 2

# seed, rows, cols, accumulator depth, multiplier, rounding
CASES = [
    (1, 2, 2, 64, "exact", "single"),
    (2, 3, 5, 64, "posneg_2", "single"),  # 0 times w is not 0: unused rows must still add 0
    (3, 4, 4, 16, "exact_u8", "single"),  # a sum column; layers in several descriptors
    (4, 5, 3, 64, "truncated_7_c", "double"),
    (5, 4, 1, 49, "roup_1_4", "double"),
    (6, 8, 8, 64, "perforated_a2_u8", "double"),
    (7, 3, 2, 8, "scalable_a4_w3", "single"),
    (8, 4, 4, 64, "heam_u8", "single"),
]


@pytest.mark.tool
@pytest.mark.parametrize(
    ("seed", "rows", "cols", "depth", "multiplier", "rounding"),
    CASES,
    ids=[f"{case[1]}x{case[2]}-{case[4]}" for case in CASES],
)
def test_every_tensor_of_a_random_network_equals_golden(
    seed, rows, cols, depth, multiplier, rounding, tmp_path
):
    rng = np.random.default_rng(seed)
    network = random_network(rng, rounding)
    mapping = random_mapping(rng, network, multiplier)
    spec = AcceleratorSpec(
        rows=rows, cols=cols, multiplier=multiplier, accumulator_depth=depth, **MEMORIES
    )
    images = rng.integers(0, 256, (IMAGES, *network.input_shape)).astype(np.uint8)
    expected = golden.run(network, images, mapping)
    verilog = tmp_path / "accelerator.v"
    verilog.write_text(to_verilog(Accelerator(spec), "accelerator"), encoding="utf-8")

    seen = compare(verilog, compile_network(network, mapping, spec), expected)

    assert seen.mismatch is None
    cycles = sum(layer_cycles(layer, spec) for layer in network.layers) + END_CYCLES
    assert set(seen.cycles_per_image) == {cycles}
    assert (seen.images, seen.tensors) == (IMAGES, IMAGES * len(network.layers))
    assert seen.codes == sum(codes.size for codes in expected.values()) - images.size
