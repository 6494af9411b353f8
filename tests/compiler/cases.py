"""Random accelerators, and programs compared with golden."""

import numpy as np

from hwgen.compiler.compile import compile_network
from hwgen.golden import run
from hwgen.spec.accelerator import AcceleratorSpec
from sim.reference.replay import replay

__all__ = ["compare", "random_spec"]


def compare(network, mapping, spec, seed=0):
    """Every tensor that the accelerator makes is golden's."""
    program = compile_network(network, mapping, spec)
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, network.input_shape).astype(np.uint8)
    expected = run(network, image[None], mapping)
    seen = []

    def check(name, codes):
        np.testing.assert_array_equal(codes, expected[name][0], err_msg=name)
        seen.append(name)

    result = replay(program, image, check)
    np.testing.assert_array_equal(result, expected[program.output][0])
    assert set(seen) == set(program.places) | set(program.extents)
    return program


def random_spec(rng, **fields):
    rows, cols = (int(x) for x in rng.integers(2, 12, 2))
    spec = AcceleratorSpec(
        rows=rows,
        cols=cols,
        activation_sum=True,
        variate_bits=3,
        accumulator_depth=int(rng.integers(3, 80)),
        activation_bytes=1 << 14,
        weight_fifo_words=16,
        requantizers=1,
        **fields,
    )
    return spec, spec.banks
