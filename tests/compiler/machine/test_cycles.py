"""The cycle model: budgets of real networks, and what small programs must cost."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen.compiler.machine.compile import compile_machine
from hwgen.compiler.machine.cycles import program_cycles
from hwgen.golden import exact_mapping
from hwgen.network.load import load
from hwgen.spec.machine_file import load_machine
from tests.random_graph import random_graph


def test_resnet_8_keeps_the_array_busy(shared_data):
    network = load(shared_data / "models/resnet8_mlperftiny_cifar10_int8qdq_pt.onnx")
    spec = load_machine("16x16")
    steps = program_cycles(compile_machine(network, exact_mapping(network), spec))
    operations = {layer.name: layer.operations for layer in network.convolutions}
    cycles = sum(step.total for step in steps if step.layer in operations)
    assert sum(operations.values()) / (spec.rows * spec.cols * cycles) >= 0.92
    assert sum(step.total for step in steps) <= 60_000


def test_each_block_streams_all_positions():
    network = random_graph(np.random.default_rng(5), layers=1)
    layer = network.convolutions[0]
    spec = load_machine("4x4")
    spec = replace(spec, rows=64, cols=64, requantizers=64, activation_bytes=1 << 14)
    (step,) = (
        step
        for step in program_cycles(compile_machine(network, exact_mapping(network), spec))
        if step.layer == layer.name
    )
    height, width, _ = layer.shape
    assert layer.fan_in <= 64
    assert step.streaming == height * width


@pytest.mark.parametrize("width", [64, 128])
def test_narrow_buses_make_the_array_wait(width):
    found = (random_graph(np.random.default_rng(seed), layers=1) for seed in range(50))
    network = next(x for x in found if x.convolutions and x.convolutions[0].fan_in > 64)
    spec = replace(load_machine("16x16"), data_width=width)
    steps = program_cycles(compile_machine(network, exact_mapping(network), spec))
    slow = program_cycles(compile_machine(network, exact_mapping(network), spec), 200)
    assert sum(x.weight_wait for x in slow) > sum(x.weight_wait for x in steps)
