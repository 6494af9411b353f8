"""Words of a program."""

from dataclasses import replace

import pytest

from hwgen.spec.accelerator_file import load_spec
from hwgen.spec.fields import width_of
from hwgen.spec.program import (
    DESCRIPTOR,
    DESCRIPTOR_BYTES,
    Operation,
    digest_word,
    pack_descriptor,
    parameter_bytes,
    unpack_descriptor,
    weight_word_bits,
)


def test_descriptors_survive_packing():
    fields = {"operation": Operation.SUM, "source": -17, "back_offset": -(1 << 25), "height": 65535}
    image = pack_descriptor(**fields)
    assert len(image) == DESCRIPTOR_BYTES
    assert unpack_descriptor(image) == dict.fromkeys(DESCRIPTOR, 0) | fields


def test_descriptors_have_room():
    assert width_of(DESCRIPTOR) <= 8 * DESCRIPTOR_BYTES


def test_the_digest_tells_specs_apart():
    spec = load_spec("4x4")
    other = replace(spec, layer_counters=spec.layer_counters - 1)
    assert 0 < digest_word(spec) < 1 << 32
    assert digest_word(spec) != digest_word(other)
    assert spec.digest.startswith(f"{digest_word(spec):08x}")


def test_values_and_names_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"^height must be from 0 to 65535, not 65536$"):
        pack_descriptor(height=65536)
    with pytest.raises(ValueError, match=r"^a descriptor has no depth$"):
        pack_descriptor(depth=1)


def test_parameters_have_what_the_accelerator_needs():
    spec = load_spec("4x4")
    assert parameter_bytes(spec) == 10  # 74 bits
    assert parameter_bytes(replace(spec, activation_sum=True)) == 11
    assert parameter_bytes(replace(spec, variate_bits=2)) == 14
    assert weight_word_bits(spec) == 4 * 8
