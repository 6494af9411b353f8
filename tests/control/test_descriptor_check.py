"""Descriptors of compiled programs have no fault."""

import numpy as np
import pytest

from hwgen.compiler.compile import compile_network
from hwgen.control.descriptor_check import FAULTS, DescriptorCheck
from hwgen.errors import SpecError
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.program import DESCRIPTOR_BYTES, unpack_descriptor
from tests.accelerator.forms import finest_mapping
from tests.random_graph import random_graph

SPECS = {
    "weights": ("scalable_t5_u8",),
    "columns": ("exact_u8", "scalable_t5_u8"),
    "tiles": ("exact_u8", "scalable_t5_u8"),
}


def programs(form, count):
    """Programs that barely fit their banks, and others."""
    rng = np.random.default_rng(len(form))
    while count:
        spec = AcceleratorSpec(
            rows=int(rng.integers(2, 9)),
            cols=4,
            form=form,
            multipliers=SPECS[form],
            activation_sum=True,
            accumulator_depth=int(rng.integers(9, 60)),
            activation_bytes=8 * int(rng.integers(40, 200)),
            weight_fifo_words=8,
            requantizers=int(rng.choice([1, 2, 4])),
        )
        network = random_graph(rng, layers=5)
        try:
            yield compile_network(network, finest_mapping(rng, network, spec), spec)
        except SpecError:  # it does not fit
            continue
        count -= 1


@pytest.mark.parametrize("form", SPECS)
def test_compiled_descriptors_have_no_fault(form, simulate):
    for program in programs(form, 6):
        dut = DescriptorCheck(program.spec)

        async def bench(ctx, dut=dut, program=program):
            ctx.set(dut.base, 0x1000)
            for number in range(len(program.steps) + 1):
                word = program.image[DESCRIPTOR_BYTES * number :]
                for name, value in unpack_descriptor(word).items():
                    ctx.set(dut.layer[name], value)
                ctx.set(dut.begin, 1)
                await ctx.tick()
                ctx.set(dut.begin, 0)
                await ctx.tick().until(dut.done)
                found = [name for name in FAULTS if ctx.get(getattr(dut, name))]
                assert not found, f"{number}: {unpack_descriptor(word)}"

        simulate(dut, bench, clock=1e-6)
