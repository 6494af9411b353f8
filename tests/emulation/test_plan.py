"""Memory of a slice: no tensor is overwritten before it was read, and budgets hold."""

import math

import numpy as np
import pytest

from hwgen.emulation.plan import SLICE, layout, slices
from hwgen.emulation.prepare import Step
from hwgen.errors import SpecError
from tests.wide_network import wide_network

IMAGE = (8, 8, 3)


def step(name, inputs, shape=(4, 4, 8), products=1000):
    return Step(
        name=name,
        inputs=inputs,
        shape=shape,
        kernel="none",
        path="numpy",
        products=products,
        call=lambda inputs, out: None,
    )


def steps_of(network):
    return [step(x.name, x.inputs, x.shape) for x in network.layers]


def check(steps, kept):
    """Walk through the steps and see what each buffer holds when it is read."""
    found = layout(steps, kept)
    held = {}
    for current in steps:
        for name in current.inputs:
            if name in found.places:
                assert held[found.places[name]] == name
        if current.name in found.places:
            place = found.places[current.name]
            read = [found.places[x] for x in current.inputs if x in found.places]
            assert place not in read
            assert found.sizes[place] >= math.prod(current.shape)
            held[place] = current.name
    return found


@pytest.mark.parametrize("seed", range(8))
def test_tensors_last_until_they_were_read(seed):
    rng = np.random.default_rng(seed)
    steps = steps_of(wide_network(rng, "single"))
    for kept in ([], [steps[-1].name], [x.name for x in steps[::2]], [x.name for x in steps]):
        found = check(steps, kept)
        assert set(found.places) == {x.name for x in steps} - set(kept)


def test_a_chain_needs_two_buffers_and_a_shortcut_a_third():
    chain = [step("a", ("image",)), step("b", ("a",)), step("c", ("b",)), step("d", ("c",))]
    assert len(check(chain, []).sizes) == 2
    around = [*chain[:3], step("d", ("c", "a"))]
    assert len(check(around, []).sizes) == 3


def test_a_tensor_that_nobody_reads_takes_no_buffer_for_long():
    steps = [step("a", ("image",)), step("unread", ("a",)), step("b", ("a",)), step("c", ("b",))]
    assert len(check(steps, []).sizes) == 2


def cut(count, memory=1 << 30, threads=2, products=1 << 24):
    steps = [step("a", ("image",), products=products), step("b", ("a",))]
    found = layout(steps, ["b"])
    parts = slices(count, steps, IMAGE, found, memory, threads)
    assert [first for first, _ in parts] == [0, *(last for _, last in parts[:-1])][: len(parts)]
    assert (parts[-1][1] if parts else 0) == count
    largest = max((last - first for first, last in parts), default=0)
    assert largest * (found.bytes_per_image + 192) <= max(SLICE, 192 + 128)
    assert threads * largest * (found.bytes_per_image + 192) <= memory or largest == 1
    return parts


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 100, 10_000, 123_457])
def test_slices_cover_all_images_within_the_memory(count, threads):
    cut(count, threads=threads)
    cut(count, threads=threads, memory=4000)


def test_threads_get_as_many_slices_where_there_is_enough_to_do():
    assert len(cut(100)) == 2
    assert len(cut(100, threads=5)) == 5
    assert len(cut(100, products=10)) == 1


def test_one_image_must_fit_the_memory():
    expected = r"^emulation memory must hold 320 bytes of one image, not 319$"
    with pytest.raises(SpecError, match=expected):
        cut(10, memory=319)
    assert len(cut(10, memory=320)) == 10
