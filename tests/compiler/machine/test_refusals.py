"""What the compiler refuses, each in one line with the numbers; and program files."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen.compiler.machine.compile import compile_machine
from hwgen.compiler.machine.program import MachineProgram
from hwgen.errors import SpecError
from hwgen.golden import exact_mapping
from hwgen.network.graph import Network, Softmax
from hwgen.network.layer import Rescale
from hwgen.spec.machine_file import load_machine
from hwgen.spec.mapping import LayerMapping, Mapping
from tests.random_graph import random_graph

SPEC = load_machine("4x4")


@pytest.fixture(scope="module")
def network():
    found = (random_graph(np.random.default_rng(seed), layers=3) for seed in range(100))
    return next(x for x in found if len(x.convolutions) == 3)


def refused(network, spec, mapping, match):
    with pytest.raises(SpecError, match=match):
        compile_machine(network, mapping, spec)


def test_a_mapping_must_name_every_convolution(network):
    name = network.convolutions[0].name
    refused(
        network,
        SPEC,
        Mapping({}),
        rf"^mapping must name every convolution; layer {name} is missing$",
    )


def test_a_multiplier_that_the_machine_lacks(network):
    mapping = Mapping(
        {x.name: LayerMapping(multiplier="truncated_7") for x in network.convolutions}
    )
    refused(
        network,
        SPEC,
        mapping,
        r"^layer \w+ wants multiplier truncated_7, but the machine holds exact$",
    )


def test_accumulators_that_are_too_narrow(network):
    wide = replace(
        network.convolutions[0],
        bias=np.full(99, 1 << 30, np.int32)[: len(network.convolutions[0].bias)],
    )
    wide = Network(
        input_name=network.input_name,
        input_shape=network.input_shape,
        input_quantization=network.input_quantization,
        layers=(wide,),
    )
    refused(
        wide,
        replace(SPEC, accumulator_width=24),
        exact_mapping(wide),
        r"^layer \w+ may reach sums of \d+, but 24-bit accumulators end at 8388607$",
    )


def test_banks_that_cannot_hold_one_line():
    big = random_graph(np.random.default_rng(5), layers=1)
    layer = big.layers[0]
    refused(
        big,
        replace(SPEC, activation_bytes=64),
        exact_mapping(big),
        rf"^layer {layer.name} needs \d+ bytes of activation memory for one output line, "
        r"but the machine has 64$",
    )


def test_softmax_is_left_to_the_host_at_the_end_only(network):
    last = network.layers[-1]
    softmax = Softmax(
        name="softmax",
        inputs=(last.name,),
        shape=last.shape,
        quantization=last.quantization,
        table=np.zeros(256, np.int32),
        rescale=Rescale(1, 0, 0),
    )
    fields = {
        "input_name": network.input_name,
        "input_shape": network.input_shape,
        "input_quantization": network.input_quantization,
    }
    whole = Network(**fields, layers=(*network.layers, softmax))
    assert compile_machine(whole, exact_mapping(whole), SPEC).output == last.name
    inside = Network(**fields, layers=(*whole.layers, replace(last, name="x")))
    refused(
        inside,
        SPEC,
        exact_mapping(inside),
        r"^layer softmax must be the last one: Softmax is the host's$",
    )


def test_program_files_survive_writing_and_reading(network):
    program = compile_machine(network, exact_mapping(network), SPEC)
    read = MachineProgram.from_json(program.to_json(), "file")
    assert read == program
    assert read.digest == program.digest


def test_programs_run_on_their_own_hardware_only(network):
    program = compile_machine(network, exact_mapping(network), SPEC)
    program.check_spec(SPEC)
    with pytest.raises(SpecError, match=r"^program is for a machine of digest \w{8}, not \w{8}$"):
        program.check_spec(replace(SPEC, data_width=128))


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ('"hwgen_machine_program": 1', '"hwgen_machine_program": 2', "must be of version 1, not 2"),
        ('"steps"', '"step"', "is not a program: KeyError"),
        ("rows = 4", "rows = 5", "must have a spec of digest"),
        ("{", "[", "is not a program: JSONDecodeError"),
    ],
)
def test_damaged_program_files_are_refused(network, old, new, match):
    text = compile_machine(network, exact_mapping(network), SPEC).to_json()
    with pytest.raises(SpecError, match=f"^file {match}"):
        MachineProgram.from_json(text.replace(old, new, 1), "file")
