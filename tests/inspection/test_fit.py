"""What an accelerator is said to need is what the compiler takes."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen import golden
from hwgen.compiler.compile import compile_network
from hwgen.compiler.cycles import program_cycles
from hwgen.errors import SpecError
from hwgen.inspection.fit import fit
from hwgen.network import digits
from hwgen.network.load import load
from hwgen.spec.accelerator_file import load_spec
from tests.random_network import random_network


def program_of(network, spec):
    return compile_network(network, golden.exact_mapping(network), spec)


@pytest.mark.parametrize("arch", ["2x2", "4x4", "8x8"])
@pytest.mark.parametrize("seed", [None, 0, 1])
def test_figures_are_those_of_the_program(arch, seed):
    if seed is None:
        network = load(digits.model_path())
    else:
        network = random_network(np.random.default_rng(seed), "single")
    spec = load_spec(arch)
    found, program = fit(network, spec), program_of(network, spec)
    assert found.refusal is None
    assert sum(x.total for x in found.cycles) == sum(x.total for x in program_cycles(program))
    assert {x.cycles for x in found.layers} - {None} <= set(found.cycles)
    assert sum(x.descriptors for x in found.layers) <= len(program.steps)
    assert found.needs.program_bytes == len(program.image)
    assert found.needs.memory_bytes == program.memory_bytes > len(program.image)
    streamed = sum(x.weight_bytes + x.parameter_bytes for x in found.layers)
    assert streamed <= len(program.image)


def test_banks_that_hold_less_spill():
    network, spec = load(digits.model_path()), load_spec("4x4")
    needs = fit(network, spec).needs
    assert needs.spilled == ()
    enough = replace(spec, activation_bytes=-(-needs.activation_bytes // spec.banks) * spec.banks)
    assert fit(network, enough).needs == replace(needs, available_bytes=enough.activation_bytes)
    less = fit(network, replace(spec, activation_bytes=512))
    assert less.needs.spilled
    assert less.needs.activation_bytes <= 512
    assert sum(x.total for x in less.cycles) > sum(x.total for x in fit(network, spec).cycles)


def test_a_refusal_is_the_compilers():
    network, spec = load(digits.model_path()), load_spec("4x4")
    small = replace(spec, activation_bytes=64)
    with pytest.raises(SpecError) as refused:
        program_of(network, small)
    found = fit(network, small)
    assert found.refusal == str(refused.value)
    assert (found.layers, found.cycles, found.needs) == (None,) * 3


def test_sums_that_the_accumulators_do_not_hold():
    network, spec = load(digits.model_path()), load_spec("4x4")
    first = network.layers[0]
    first = replace(first, bias=np.full(8, 1 << 30, np.int32))
    found = fit(
        replace(network, layers=(first, *network.layers[1:])), replace(spec, accumulator_width=24)
    )
    assert found.cycles is None
    assert found.refusal.startswith("layer conv1 may reach sums of ")
