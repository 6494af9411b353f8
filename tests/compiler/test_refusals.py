"""Why a network cannot be compiled: each message in full."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen import golden
from hwgen.compiler.compile import compile_network
from hwgen.errors import SpecError
from hwgen.network.graph import Reshape
from hwgen.spec.mapping import LayerMapping, Mapping


def refused(network, mapping, spec, message):
    with pytest.raises(SpecError, match=message):
        compile_network(network, mapping, spec)


def test_a_mapping_for_another_multiplier(network, mapping, spec):
    refused(
        network,
        mapping,
        replace(spec, multiplier="posneg_1"),
        r"^layer body wants multiplier exact, but every processing element holds posneg_1$",
    )


def test_a_mapping_that_lacks_a_layer(network, mapping, spec):
    layers = {name: layer for name, layer in mapping.layers.items() if name != "body"}
    message = r"^mapping must name every convolution; layer body is missing$"
    refused(network, Mapping(layers), spec, message)


def test_a_bias_update_of_another_length(network, mapping, spec):
    filters = network.convolutions[1].shape[2]
    updated = LayerMapping(multiplier="exact", bias_update=(1,) * (filters + 1))
    refused(
        network,
        Mapping({**mapping.layers, "body": updated}),
        spec,
        rf"^layer body bias_update must have {filters} values, not {filters + 1}$",
    )


@pytest.mark.parametrize("memory", ["descriptor", "weight", "parameter"])
def test_a_memory_that_is_one_word_too_small(memory, network, mapping, spec):
    program = compile_network(network, mapping, spec)
    needed = len(getattr(program, f"{memory}s"))
    exact = replace(spec, **{f"{memory}_words": needed})
    assert getattr(compile_network(network, mapping, exact), f"{memory}s") == getattr(
        program, f"{memory}s"
    )
    refused(
        network,
        mapping,
        replace(spec, **{f"{memory}_words": needed - 1}),
        rf"^network needs {needed} {memory} words, but the spec has {needed - 1}$",
    )


def test_an_activation_memory_that_is_too_small(network, mapping, spec):
    refused(
        network,
        mapping,
        replace(spec, activation_bytes=64),
        r"^(input image|layer \w+) does not fit: its tensor would end at byte \d+ "
        r"of 64 bytes of activation memory$",
    )


def test_a_line_that_is_longer_than_the_accumulators(pool_of, spec):
    refused(
        pool_of((2, 5, 1)),
        Mapping({}),
        replace(spec, accumulator_depth=4),
        r"^layer pool has lines of 5 positions, but the accumulators hold 4$",
    )


def test_an_average_over_padding(pool_of, spec):
    network = pool_of((4, 4, 1), kind="average", kernel=(2, 2), padding=(1, 0, 0, 0))
    message = r"^layer pool must pool without padding, not \(1, 0, 0, 0\)$"
    refused(network, Mapping({}), spec, message)


def test_a_kind_of_layer_that_the_accelerator_lacks(network, mapping, spec):
    last = network.layers[-1]
    moved = Reshape(
        name="flat", inputs=(last.name,), shape=last.shape, quantization=last.quantization
    )
    refused(
        replace(network, layers=(*network.layers, moved)),
        mapping,
        spec,
        r"^layer flat must be a convolution, an addition or a pooling$",
    )


def test_groups(network, mapping, spec):
    first, *rest = network.layers
    message = r"^layer stem must have one group, not 2$"
    refused(replace(network, layers=(replace(first, groups=2), *rest)), mapping, spec, message)


def test_weight_zero_points(network, mapping, spec):
    first, *rest = network.layers
    zeros = (0,) * (len(first.weights) - 1) + (5,)
    refused(
        replace(network, layers=(replace(first, weight_zero_points=zeros), *rest)),
        mapping,
        spec,
        r"^layer stem weight zero points must be 0 \(s8 codes\), not 5$",
    )


def test_a_field_that_does_not_fit_a_descriptor(pool_of, spec):
    network = pool_of((1, 1, 20000), kernel=(1, 3), padding=(0, 2, 0, 0))
    refused(
        network,
        Mapping({}),
        replace(spec, activation_bytes=1 << 16),
        r"^layer pool does not fit a descriptor: "
        r"origin_q must be from -32768 to 32767, not -40000$",
    )


def test_a_bound_of_the_sums_that_an_accumulator_does_not_hold(convolution_of, spec):
    # 259 products of 255 * 127 and the bias reach 2**23 - 1; one more is one too many.
    spec = replace(spec, accumulator_width=24)
    weights = np.full((1, 7, 37), 127)
    bias = (1 << 23) - 1 - 259 * 255 * 127
    for sign in (1, -1):
        network = convolution_of(weights, sign * bias)
        compile_network(network, golden.exact_mapping(network), spec)
        network = convolution_of(weights, sign * (bias + 1))
        refused(
            network,
            golden.exact_mapping(network),
            spec,
            r"^layer dense may reach sums of 8388608, but 24-bit accumulators end at 8388607$",
        )


def test_the_bound_counts_the_zero_point_of_unsigned_weights(convolution_of, spec):
    spec = replace(spec, accumulator_width=24, multiplier="exact_u8")
    network = convolution_of(np.full((1, 4, 33), 127))
    largest = 132 * (255 * 255 + 128 * 255)  # products of code 255, and zero point times sum
    refused(
        network,
        Mapping({"dense": LayerMapping(multiplier="exact_u8")}),
        spec,
        rf"^layer dense may reach sums of {largest}, but 24-bit accumulators end at 8388607$",
    )


def test_a_pooling_window_that_an_accumulator_does_not_hold(pool_of, spec):
    network = pool_of((182, 182, 1), kind="average", kernel=(182, 182), shape=(1, 1, 1))
    spec = replace(spec, accumulator_width=24, activation_bytes=1 << 16)
    refused(
        network,
        Mapping({}),
        spec,
        rf"^layer pool may reach sums of {182 * 182 * 255}, "
        r"but 24-bit accumulators end at 8388607$",
    )
