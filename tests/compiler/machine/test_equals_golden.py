"""Programs on the reference model of the machine equal golden, tensor by tensor."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen.compiler.machine.compile import compile_machine
from hwgen.errors import SpecError
from hwgen.golden import exact_mapping, run
from hwgen.network.load import load
from hwgen.spec.machine import MachineSpec
from hwgen.spec.machine_file import load_machine
from sim.reference.replay import replay
from tests.random_graph import random_graph
from tests.random_network import random_mapping

REAL = [
    ("16x16", "models/resnet8_mlperftiny_cifar10_int8qdq_pt.onnx"),
    ("16x16", "models/resnet8_alwann_cifar10_int8qdq_pc.onnx"),
    ("16x16", "models/resnet20_cifar10_int8qdq_pt.onnx"),
    ("16x16", "models/dscnn_mlperftiny_kws_int8qdq_pc.onnx"),
    ("16x16", "models/lenet5_mnist_int8qdq_pt.onnx"),
    ("16x16", "tflite/resnet8_mlperftiny_int8.tflite"),
    ("16x16", "tflite/autoencoder_ad_int8.tflite"),
    ("8x8", "tflite/dscnn_kws_int8.tflite"),
    ("4x4", "models/resnet8_mlperftiny_cifar10_int8qdq_pt.onnx"),  # spills
]


def compare(network, mapping, spec, seed=0):
    """Every tensor that the machine makes is golden's."""
    program = compile_machine(network, mapping, spec)
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, network.input_shape).astype(np.uint8)
    expected = run(network, image[None], mapping)
    seen = []

    def check(name, codes):
        np.testing.assert_array_equal(codes, expected[name][0], err_msg=name)
        seen.append(name)

    result = replay(program, image, check)
    np.testing.assert_array_equal(result, expected[program.output][0])
    assert set(seen) == set(program.places) | set(program.extents)
    return program


@pytest.mark.parametrize(("preset", "path"), REAL)
def test_real_networks(preset, path, shared_data):
    network = load(shared_data / path)
    program = compare(network, exact_mapping(network), load_machine(preset))
    spilled = program.extents.keys() - {program.input, program.output}
    assert bool(spilled) == (preset == "4x4")


def random_spec(rng, **fields):
    rows, cols = (int(x) for x in rng.integers(2, 12, 2))
    banks = 1 << (max(rows, cols) - 1).bit_length()
    spec = MachineSpec(
        rows=rows,
        cols=cols,
        activation_sum=True,
        variate_bits=3,
        accumulator_depth=int(rng.integers(3, 80)),
        activation_bytes=1 << 14,
        weight_fifo_words=16,
        parameter_groups=4,
        requantizers=1,
        **fields,
    )
    return spec, banks


@pytest.mark.parametrize("seed", range(40))
def test_random_networks(seed):
    rng = np.random.default_rng(seed)
    network = random_graph(rng)
    name = ("exact", "scalable_a3", "truncated_7", "u8_exact")[seed % 3]
    spec, _ = random_spec(rng, multipliers=(name,))
    compare(network, random_mapping(rng, network, name), spec, seed)


@pytest.mark.parametrize("seed", range(30))
def test_random_networks_with_as_little_memory_as_possible(seed):
    rng = np.random.default_rng(100 + seed)
    network = random_graph(rng, layers=5)
    mapping = exact_mapping(network)
    spec, banks = random_spec(rng)
    for size in range(64, spec.activation_bytes, 2 * banks):
        least = replace(spec, activation_bytes=-(-size // banks) * banks)
        try:
            compile_machine(network, mapping, least)
        except SpecError:
            continue
        break
    compare(network, mapping, least, seed)
