"""What an accelerator is said to need is what the compiler takes."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen import golden
from hwgen.compiler.compile import compile_network
from hwgen.errors import SpecError
from hwgen.inspection.fit import fit
from hwgen.network import digits
from hwgen.network.load import load
from hwgen.spec.accelerator import load_spec
from tests.random_network import random_network

MEMORIES = ("activation_bytes", "weight_words", "parameter_words", "descriptor_words")


def program_of(network, spec):
    return compile_network(network, golden.exact_mapping(network), spec)


@pytest.mark.parametrize("arch", ["2x2", "4x4", "8x8"])
@pytest.mark.parametrize("seed", [None, 0, 1])
def test_memories_hold_the_program(arch, seed):
    if seed is None:
        network = load(digits.model_path())
    else:
        network = random_network(np.random.default_rng(seed), "single")
    spec = load_spec(arch)
    found = fit(network, spec)
    assert found.refusal is None
    program = program_of(network, spec)
    assert {x.name: x.needed for x in found.needs} == {
        "activation_bytes": max(x.address + x.size for x in program.placements.values()),
        "weight_words": len(program.weights),
        "parameter_words": len(program.parameters),
        "descriptor_words": len(program.descriptors),
    }
    assert {x.name: x.available for x in found.needs} == {x: getattr(spec, x) for x in MEMORIES}
    assert found.cycles < program.cycle_limit


@pytest.mark.parametrize("memory", MEMORIES)
def test_a_memory_is_large_enough_to_the_word(memory):
    network, spec = load(digits.model_path()), load_spec("4x4")
    needed = next(x.needed for x in fit(network, spec).needs if x.name == memory)
    enough = replace(spec, **{memory: needed})
    assert fit(network, enough).refusal is None
    program_of(network, enough)
    less = replace(spec, **{memory: needed - 1})
    words = memory.replace("_", " ")
    line = f"network needs {needed} {words}, but the spec has {needed - 1}"
    assert fit(network, less).refusal == line
    with pytest.raises(SpecError):
        program_of(network, less)


def test_lines_that_the_accumulators_do_not_hold():
    network, spec = load(digits.model_path()), replace(load_spec("4x4"), accumulator_depth=4)
    found = fit(network, spec)
    reason = "has lines of 8 positions, but the accumulators hold 4"
    assert found.layers[0].refusal == reason
    assert found.layers[0].cycles == found.layers[0].weight_words == 0
    assert found.layers[-1].refusal is None
    assert (found.cycles, found.refusal) == (None, f"layer conv1 {reason}")


def test_sums_that_the_accumulators_do_not_hold():
    network, spec = load(digits.model_path()), load_spec("4x4")
    first = network.layers[0]
    first = replace(first, bias=np.full(8, 1 << 30, np.int32))
    found = fit(
        replace(network, layers=(first, *network.layers[1:])), replace(spec, accumulator_width=24)
    )
    assert found.cycles is not None
    assert found.refusal.startswith("layer conv1 may reach sums of ")


def test_layers_that_the_accelerator_does_not_execute(network):
    found = fit(network, load_spec("4x4"))
    refused = {x.name: y.refusal for x, y in zip(network.layers, found.layers, strict=True)}
    kinds = "must be a convolution, an addition or a pooling"
    assert {name: reason for name, reason in refused.items() if reason is not None} == {
        "deep": "must have one group, not 4",
        "grouped": "must have one group, not 2",
        **dict.fromkeys(("slice", "pad", "concat", "flat", "softmax"), kinds),
    }
    assert (found.cycles, found.refusal) == (None, "layer deep must have one group, not 4")
