"""Every real model compiles for 256 multipliers, or is refused in one honest line."""

from dataclasses import replace

import pytest

from hwgen.compiler.compile import compile_network
from hwgen.compiler.cycles import program_cycles
from hwgen.compiler.report import layer_cycles
from hwgen.errors import SpecError
from hwgen.golden import exact_mapping
from hwgen.network.load import load
from hwgen.spec.accelerator_file import load_spec

SPEC = load_spec("16x16")
FORMS = ("int8qdq_pt", "int8qdq_pc")
MODELS = [
    f"models/{name}_{form}.onnx"
    for name in (
        *("resnet8_mlperftiny_cifar10", "resnet8_alwann_cifar10", "resnet20_cifar10"),
        *("dscnn_mlperftiny_kws", "lenet5_mnist"),
    )
    for form in FORMS
]
ASYMMETRIC = [
    f"models/{name}_cifar10_uint8qdq_ptasym.onnx"
    for name in ("resnet8_mlperftiny", "resnet8_alwann", "resnet20")
]
MODELS += [
    f"tflite/{name}.tflite"
    for name in ("resnet8_mlperftiny_int8", "dscnn_kws_int8", "autoencoder_ad_int8")
]


def compiled(network, spec):
    program = compile_network(network, exact_mapping(network), spec)
    layers = layer_cycles(program, network)
    steps = program_cycles(program)
    assert sum(layer.operations for layer in layers) == sum(
        layer.operations for layer in network.convolutions
    )
    assert all(layer.streaming * layer.multipliers >= layer.operations for layer in layers), (
        "more multiplications than multipliers have cycles"
    )
    assert len(steps) == len(program.steps) + 1
    return program


@pytest.mark.parametrize("path", MODELS)
def test_models_compile_and_stay_on_chip(path, shared_data):
    program = compiled(load(shared_data / path), SPEC)
    assert program.extents.keys() == {program.input, program.output}


@pytest.mark.parametrize("path", ASYMMETRIC)
def test_weights_with_zero_points_need_sums_of_activations(path, shared_data):
    network = load(shared_data / path)
    with pytest.raises(SpecError, match=r"^layer conv\d has weights with a zero point, but .*\)$"):
        compile_network(network, exact_mapping(network), SPEC)
    compiled(network, replace(SPEC, activation_sum=True))


@pytest.mark.parametrize("size", [1 << 13, 1 << 14])
@pytest.mark.parametrize("path", MODELS)
def test_models_compile_by_blocks_where_banks_are_small(path, size, shared_data):
    compiled(load(shared_data / path), replace(SPEC, activation_bytes=size))


def test_banks_that_hold_no_block_are_refused_with_what_it_takes(shared_data):
    network = load(shared_data / "models/resnet8_mlperftiny_cifar10_int8qdq_pt.onnx")
    with pytest.raises(
        SpecError,
        match=r"^layer gap needs 4160 bytes of activation memory for one output line, "
        r"but the accelerator has 2048$",
    ):
        compile_network(network, exact_mapping(network), replace(SPEC, activation_bytes=2048))
    compiled(network, replace(SPEC, activation_bytes=8192))
