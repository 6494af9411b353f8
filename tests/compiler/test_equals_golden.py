"""Programs on the reference model of the accelerator equal golden, tensor by tensor."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen.compiler.compile import compile_network
from hwgen.errors import SpecError
from hwgen.golden import exact_mapping
from hwgen.network.graph import Concat, Network, Quantization
from hwgen.network.load import load
from hwgen.spec.accelerator_file import load_spec
from hwgen.spec.mapping import Mapping
from tests.compiler.cases import compare, random_spec
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


@pytest.mark.parametrize(("preset", "path"), REAL)
def test_real_networks(preset, path, shared_data):
    network = load(shared_data / path)
    program = compare(network, exact_mapping(network), load_spec(preset))
    spilled = program.extents.keys() - {program.input, program.output}
    assert bool(spilled) == (preset == "4x4")


@pytest.mark.parametrize("seed", range(40))
def test_random_networks(seed):
    rng = np.random.default_rng(seed)
    network = random_graph(rng)
    name = ("exact", "scalable_a3", "truncated_7_u8", "exact_s8", "precision_6x8")[seed % 5]
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
            compile_network(network, mapping, least)
        except SpecError:
            continue
        break
    compare(network, mapping, least, seed)


def test_lines_of_one_spilled_tensor_twice_in_a_stripe():
    shape, kept = (7, 8, 2), Quantization(1.0, 7)
    twice = Concat(
        name="twice", inputs=("image", "image"), shape=(14, 8, 2), quantization=kept, axis=0
    )
    network = Network(
        input_name="image", input_shape=shape, input_quantization=kept, layers=(twice,)
    )
    spec, banks = random_spec(np.random.default_rng(0))
    spec = replace(spec, activation_bytes=80 // banks * banks)
    program = compare(network, Mapping({}), spec)
    assert {"image", "twice"} <= set(program.extents)
