"""What the compiler refuses, each in one line with the numbers; and program files."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen.compiler.compile import compile_network
from hwgen.compiler.program import Program
from hwgen.errors import SpecError
from hwgen.golden import exact_mapping
from hwgen.network.graph import Network, Quantization, Softmax
from hwgen.network.layer import Rescale
from hwgen.spec.accelerator_file import load_spec
from hwgen.spec.mapping import ControlVariate, FilterRule, LayerMapping, Mapping, RangeRule
from tests.golden.random_layer import ZERO_POINT
from tests.golden.random_layer import layer as random_layer
from tests.random_graph import random_graph

SPEC = load_spec("4x4")


@pytest.fixture(scope="module")
def network():
    found = (random_graph(np.random.default_rng(seed), layers=3) for seed in range(100))
    return next(x for x in found if len(x.convolutions) == 3)


def mapping_of(network, **fields):
    return Mapping({x.name: LayerMapping(**fields) for x in network.convolutions})


def one_layer(**fields):
    layer = random_layer(**fields)
    size, channels = fields.get("size", (5, 4)), fields.get("channels", 3)
    return Network(
        input_name="image",
        input_shape=(*size, channels),
        input_quantization=Quantization(1.0, ZERO_POINT),
        layers=(layer,),
    )


def refused(network, spec, mapping, match):
    with pytest.raises(SpecError, match=match):
        compile_network(network, mapping, spec)


def test_a_mapping_must_name_every_convolution(network):
    name = network.convolutions[0].name
    refused(
        network,
        SPEC,
        Mapping({}),
        rf"^mapping must name every convolution; layer {name} is missing$",
    )


def test_a_mapping_names_nothing_else(network):
    mapping = Mapping({**exact_mapping(network).layers, "nobody": LayerMapping(multiplier="exact")})
    refused(
        network,
        SPEC,
        mapping,
        r"^mapping must name the network's 3 convolutions only, not nobody$",
    )


def test_modes_that_the_multiplier_lacks(network):
    with pytest.raises(
        SpecError, match=r"^multiplier exact mode must be an integer from 0 to 0, not 1$"
    ):
        compile_network(network, mapping_of(network, multiplier="exact", mode=1), SPEC)


def test_operands_that_are_too_narrow(network):
    name = "exact_dadda_u4xs4"
    refused(
        network,
        replace(SPEC, multipliers=(name,)),
        mapping_of(network, multiplier=name),
        rf"^mapping layer \w+: multiplier {name} must take activations up to code 255, "
        r"but u4 ends at 15$",
    )


@pytest.mark.parametrize(
    ("fields", "layer", "match"),
    [
        (
            {"form": "ranges", "multipliers": ("lvrm",)},
            {"multiplier": "lvrm", "filters": (FilterRule(filters="0", mode=1),)},
            "chooses modes by place, but form ranges derives them from weights",
        ),
        (
            {"form": "columns", "multipliers": ("lvrm",)},
            {"multiplier": "lvrm", "ranges": (RangeRule(codes="0..9", mode=1),)},
            "mixes modes within a filter, but a column holds one multiplier",
        ),
        (
            {"form": "tiles", "multipliers": ("exact", "truncated_7")},
            {
                "multiplier": "exact",
                "filters": (FilterRule(filters="0", mode=0, multiplier="truncated_7"),),
            },
            "mixes multipliers, but form tiles runs a layer on one",
        ),
    ],
)
def test_levels_that_a_form_lacks(network, fields, layer, match):
    spec = replace(SPEC, **fields)
    refused(network, spec, mapping_of(network, **layer), rf"^layer \w+ {match}$")


def test_control_variates_that_the_accelerator_does_not_sum(network):
    layers = {
        x.name: LayerMapping(
            multiplier="exact",
            control_variate=ControlVariate(
                x="low", bits=4, fraction=0, factors=(1,) * len(x.weights)
            ),
        )
        for x in network.convolutions
    }
    refused(
        network,
        replace(SPEC, variate_bits=2),
        Mapping(layers),
        r"^layer \w+ has a control variate of 4 bits, but the accelerator sums 2$",
    )


def test_weights_with_a_zero_point_need_sums_of_activations():
    shifted = one_layer(zero_points=(1, 2, 3, 4))
    mapping = exact_mapping(shifted)
    refused(
        shifted,
        SPEC,
        mapping,
        r"^layer layer has weights with a zero point, but the accelerator does not sum activations "
        r"\(activation_sum\)$",
    )
    compile_network(shifted, mapping, replace(SPEC, activation_sum=True))


def test_sums_of_activations_have_a_limit():
    wide = one_layer(
        zero_points=(1,), filters=1, kernel=(1, 1), channels=1 << 16, size=(1, 1), padding=(0,) * 4
    )
    spec = replace(SPEC, activation_sum=True, activation_bytes=1 << 20)
    refused(
        wide,
        spec,
        exact_mapping(wide),
        r"^layer layer sums activations of 65536 taps, but the accelerator does of 65535 at most$",
    )


def test_a_multiplier_that_the_accelerator_lacks(network):
    mapping = Mapping(
        {x.name: LayerMapping(multiplier="truncated_7") for x in network.convolutions}
    )
    refused(
        network,
        SPEC,
        mapping,
        r"^layer \w+ wants multiplier truncated_7, but the accelerator holds exact$",
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
    network = one_layer(filters=16)
    refused(
        network,
        replace(SPEC, activation_bytes=64),
        exact_mapping(network),
        r"^layer layer needs 104 bytes of activation memory for one output line, "
        r"but the accelerator has 64$",
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
    assert compile_network(whole, exact_mapping(whole), SPEC).output == last.name
    inside = Network(**fields, layers=(*whole.layers, replace(last, name="x")))
    refused(
        inside,
        SPEC,
        exact_mapping(inside),
        r"^layer softmax must be the last one: Softmax is the host's$",
    )


def test_program_files_survive_writing_and_reading(network):
    program = compile_network(network, exact_mapping(network), SPEC)
    read = Program.from_json(program.to_json(), "file")
    assert read == program
    assert read.digest == program.digest


def test_programs_run_on_their_own_hardware_only(network):
    program = compile_network(network, exact_mapping(network), SPEC)
    program.check_spec(SPEC)
    with pytest.raises(
        SpecError, match=r"^program is for an accelerator of digest \w{8}, not \w{8}$"
    ):
        program.check_spec(replace(SPEC, data_width=128))


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ('"hwgen_program": 1', '"hwgen_program": 2', "must be of version 1, not 2"),
        ('"steps"', '"step"', "is not a program: KeyError"),
        ("rows = 4", "rows = 5", "must have a spec of digest"),
        ("{", "[", "is not a program: JSONDecodeError"),
    ],
)
def test_damaged_program_files_are_refused(network, old, new, match):
    text = compile_network(network, exact_mapping(network), SPEC).to_json()
    with pytest.raises(SpecError, match=f"^file {match}"):
        Program.from_json(text.replace(old, new, 1), "file")
