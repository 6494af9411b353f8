"""The cycle model: budgets of real networks, and what small programs must cost."""

from dataclasses import replace

import pytest

from hwgen.compiler.compile import compile_network
from hwgen.compiler.cycles import program_cycles
from hwgen.compiler.report import layer_cycles, report_text, utilization
from hwgen.golden import exact_mapping
from hwgen.network.graph import Network, Quantization
from hwgen.network.load import load
from hwgen.spec.accelerator_file import load_spec
from hwgen.spec.mapping import LayerMapping, Mapping
from tests.golden.random_layer import ZERO_POINT
from tests.golden.random_layer import layer as random_layer


def test_resnet_8_keeps_the_array_busy(shared_data):
    network = load(shared_data / "models/resnet8_mlperftiny_cifar10_int8qdq_pt.onnx")
    spec = load_spec("16x16")
    steps = program_cycles(compile_network(network, exact_mapping(network), spec))
    operations = {layer.name: layer.operations for layer in network.convolutions}
    cycles = sum(step.total for step in steps if step.layer in operations)
    assert sum(operations.values()) / (spec.rows * spec.cols * cycles) >= 0.92
    assert sum(step.total for step in steps) <= 60_000


def test_a_report_divides_cycles_by_layer_and_cause(shared_data):
    network = load(shared_data / "models/resnet8_mlperftiny_cifar10_int8qdq_pt.onnx")
    program = compile_network(network, exact_mapping(network), load_spec("16x16"))
    steps = program_cycles(program)
    layers = layer_cycles(program, network)
    named = [layer.layer for layer in layers]
    assert named == ["input", *(layer.name for layer in network.layers), ""]
    assert sum(layer.total for layer in layers) == sum(step.total for step in steps)
    assert 0.98 < utilization([layer for layer in layers if layer.operations]) < 1
    busy = {layer.layer: layer for layer in layers}
    assert busy["conv1"].operations == 3 * 3 * 16 * 16 * 32 * 32
    assert busy["conv1"].utilization == pytest.approx(9216 / busy["conv1"].total)
    assert busy["add2"].utilization == 0
    assert busy["add2"].pooling == 3 * 32 * 32
    lines = report_text(layers).splitlines()
    assert len(lines) == 1 + len(layers) + 2
    heading = "layer cycles streaming weight wait drain pooling memory wait utilization"
    assert " ".join(lines[0].split()) == heading
    assert lines[-1].split()[:2] == ["all", str(sum(step.total for step in steps))]
    assert lines[-2].split()[-1] == f"{utilization([x for x in layers if x.operations]):.1%}"
    assert lines[1].split()[-1] == "-"  # does not multiply


def test_stripes_of_a_layer_are_summed():
    network = one_layer(filters=16, channels=3)
    spec = replace(load_spec("4x4"), activation_bytes=128)
    program = compile_network(network, exact_mapping(network), spec)
    steps = program_cycles(program)
    assert [step.layer for step in steps].count("layer") > 3
    (layer,) = (x for x in layer_cycles(program, network) if x.layer == "layer")
    assert layer.memory_wait == sum(x.memory_wait for x in steps if x.layer == "layer")
    assert layer.streaming == sum(x.streaming for x in steps)
    assert layer.operations == network.layers[0].operations


def one_layer(**fields):
    layer = random_layer(**fields)
    return Network(
        input_name="image",
        input_shape=(5, 4, fields.get("channels", 3)),
        input_quantization=Quantization(1.0, ZERO_POINT),
        layers=(layer,),
    )


def steps_of(network, spec):
    return program_cycles(compile_network(network, exact_mapping(network), spec))


def test_each_block_streams_all_positions():
    network = one_layer(filters=20, channels=3)  # 18 taps: 2 blocks; 2 groups
    load_, layer, store, _ = steps_of(network, load_spec("16x16"))
    height, width, _ = network.layers[0].shape
    assert layer.streaming == 2 * 2 * height * width
    assert layer.total == layer.streaming + layer.weight_wait + layer.drain + layer.memory_wait
    assert load_.memory_wait == load_.total
    assert store.memory_wait == store.total


def test_fewer_requantizers_space_the_last_pass_only():
    network = one_layer(filters=16, channels=3)
    spec = load_spec("16x16")
    positions = network.layers[0].shape[0] * network.layers[0].shape[1]
    slow = steps_of(network, replace(spec, requantizers=4))[1]
    assert slow.streaming - steps_of(network, spec)[1].streaming == 3 * positions


def test_the_array_waits_where_modes_make_weights_longer():
    network = one_layer(filters=64, channels=64)
    mapping = Mapping({"layer": LayerMapping(multiplier="scalable_a3")})
    spec = replace(load_spec("16x16"), multipliers=("scalable_a3",))

    def waits(accelerator):
        program = compile_network(network, mapping, accelerator)
        return sum(step.weight_wait for step in program_cycles(program))

    # Of 10 bits each, a block takes 40 beats of 64 bits, but its swap and its loading 35 cycles.
    assert waits(spec) > waits(replace(spec, data_width=128))
    assert waits(replace(spec, data_width=128)) == waits(replace(spec, data_width=256))
