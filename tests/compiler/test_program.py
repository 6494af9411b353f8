import json
from dataclasses import replace

import numpy as np
import pytest

from hwgen.compiler.compile import compile_network
from hwgen.compiler.program import Program
from hwgen.errors import SpecError
from hwgen.spec.descriptor import DESCRIPTOR, DESCRIPTOR_WIDTH, PARAMETER, PARAMETER_WIDTH, unpack
from hwgen.spec.host import HOST_WIDTH, Region, host_address, stride
from hwgen.spec.schedule import blocks
from tests.random_network import random_mapping, random_network


@pytest.fixture(params=[("posneg_2", 64), ("exact_u8", 8)], ids=["s8", "u8"])
def compiled(request, spec):
    """A network, its mapping and its program; layers of the second one are in pieces."""
    multiplier, depth = request.param
    rng = np.random.default_rng(9)
    network = random_network(rng, "single")
    mapping = random_mapping(rng, network, multiplier)
    spec = replace(spec, multiplier=multiplier, accumulator_depth=depth)
    return network, mapping, compile_network(network, mapping, spec)


def test_weight_words_hold_every_weight_with_its_mode_and_nothing_else(compiled):
    network, mapping, program = compiled
    spec = program.spec
    words = iter(program.weights)
    for layer in network.convolutions:
        filters = layer.weights.shape[0]
        zero = 0 if spec.arithmetic.w_kind.signed else 128
        codes = (layer.weights.astype(int) + zero).reshape(filters, -1) % 256
        wanted = codes | mapping.layers[layer.name].mode << 8
        seen = np.full(codes.shape, -1)
        for block in blocks(layer.weights.shape, spec.rows, spec.cols):
            for row in range(spec.rows):
                word = next(words)
                for col in range(spec.cols):
                    field = word >> (col * spec.weight_bits) & ((1 << spec.weight_bits) - 1)
                    if row < len(block.taps) and col < len(block.filters):
                        seen[block.filters[col], block.taps[row]] = field
                    else:
                        assert field == 0
                assert word >> (spec.cols * spec.weight_bits) == 0
        assert (seen == wanted).all()
    assert list(words) == []


def test_parameters_hold_bias_with_update_and_cross_term(compiled):
    network, mapping, program = compiled
    layer = network.layers[0]
    zero = network.input_quantization.zero_point
    for index, weights in enumerate(layer.weights):
        fields = unpack(PARAMETER, program.parameters[index])
        update = mapping.layers[layer.name].bias_update[index]
        assert fields["bias"] == layer.bias[index] + update - zero * int(weights.astype(int).sum())
        assert fields["multiplier"] == layer.rescale[index].multiplier
        assert fields["right"] == layer.rescale[index].right


def test_the_steps_of_a_layer_make_all_its_lines_in_order(compiled):
    network, _, program = compiled
    steps = iter(program.steps)
    for layer in network.layers:
        height, width, channels = layer.shape
        line = 0
        while line < height:
            step = next(steps)
            assert (step.layer, step.first_line) == (layer.name, line)
            assert 1 <= step.lines * width <= program.spec.accumulator_depth
            fields = unpack(DESCRIPTOR, program.descriptors[program.steps.index(step)])
            base = program.placements[layer.name].address
            assert fields["destination"] == base + line * width * channels
            assert fields["out_height"] == step.lines
            line += step.lines
        assert line == height
    assert list(steps) == []
    if program.spec.accumulator_depth == 8:
        assert len(program.steps) > len(network.layers)  # some layer is in pieces
    assert len(program.descriptors) == len(program.steps) + 1
    assert program.descriptors[-1] == 0


def test_the_host_writes_every_piece_of_every_word(compiled):
    *_, program = compiled
    memory = dict(program.host_writes())
    assert len(memory) == len(list(program.host_writes()))  # no address twice
    spec = program.spec
    found = 0
    for region, width, words in (
        (Region.DESCRIPTORS, DESCRIPTOR_WIDTH, program.descriptors),
        (Region.WEIGHTS, spec.cols * spec.weight_bits, program.weights),
        (Region.PARAMETERS, PARAMETER_WIDTH, program.parameters),
    ):
        for index, word in enumerate(words):
            seen = 0
            for piece in range(-(-width // HOST_WIDTH)):
                address = host_address(spec, region, index * stride(width) + piece)
                seen |= memory[address] << (piece * HOST_WIDTH)
                found += 1
            assert seen == word
    assert found == len(memory)
    assert all(0 <= data < 1 << HOST_WIDTH for data in memory.values())


def test_a_program_survives_its_file(compiled):
    *_, program = compiled
    again = Program.from_json(program.to_json(), "program")
    assert again == program
    assert again.to_json() == program.to_json()


def test_compiling_again_gives_the_same_bytes_and_a_changed_word_another_digest(compiled):
    network, mapping, program = compiled
    again = compile_network(network, mapping, program.spec)
    assert again.digest == program.digest
    assert program.mapping_digest == mapping.digest
    weights = (program.weights[0] ^ 1, *program.weights[1:])
    assert replace(program, weights=weights).digest != program.digest


def test_input_and_output_are_the_first_and_the_last_tensor(compiled):
    network, _, program = compiled
    assert program.input is program.placements[network.input_name]
    assert program.output is program.placements[network.layers[-1].name]


def changed(program, **changes):
    return json.dumps(json.loads(program.to_json()) | changes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: "{", r"^program x is not a program: JSONDecodeError\(.+\)$"),
        (lambda _: "[]", r"^program x is not a program: TypeError\(.+\)$"),
        (lambda _: "{}", r"^program x is not a program: KeyError\('hwgen_program'\)$"),
        (
            lambda program: changed(program, hwgen_program=2),
            r"^program x must be of version 1, not 2$",
        ),
        (
            lambda program: changed(program, weights=["0g"]),
            r"^program x is not a program: ValueError\(.+\)$",
        ),
        (
            lambda program: changed(program, placements=[]),
            r"^program x is not a program: AttributeError\(.+\)$",
        ),
        (
            lambda program: changed(program, steps=[{"layer": "stem"}]),
            r"^program x is not a program: TypeError\(.+\)$",
        ),
        (
            lambda program: changed(
                program, spec=json.loads(program.to_json())["spec"] | {"rows": 0}
            ),
            r"^accelerator rows must be an integer from 2 to 64, not 0$",
        ),
    ],
)
def test_a_file_that_is_no_program_is_refused_in_one_line(change, message, network, mapping, spec):
    program = compile_network(network, mapping, spec)
    with pytest.raises(SpecError, match=message):
        Program.from_json(change(program), "program x")
