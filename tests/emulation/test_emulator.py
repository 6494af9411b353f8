"""What is computed again for another mapping, what is kept, and what is refused."""

from threading import Thread

import numpy as np
import pytest

from hwgen import golden
from hwgen.emulation import Emulator, dispatch, evaluate
from hwgen.emulation.store import Store
from hwgen.errors import DataError, SpecError
from hwgen.network import digits
from hwgen.network.onnx import load
from hwgen.spec.mapping import LayerMapping, Mapping

CHAIN = ["conv1", "conv2", "conv3", "add", "conv4", "conv5", "pool", "fc"]


@pytest.fixture(scope="module")
def network():
    return load(digits.model_path())


@pytest.fixture(scope="module")
def images(network):
    return np.random.default_rng(0).integers(0, 256, (30, *network.input_shape), np.uint8)


@pytest.fixture(scope="module")
def exact(network):
    return golden.exact_mapping(network)


def changed(mapping, name, **fields):
    layer = LayerMapping(**{"multiplier": "exact", **fields})
    return Mapping(dict(mapping.layers) | {name: layer})


def computed(result):
    return [x.name for x in result.layers]


def test_only_what_follows_a_change_is_computed_again(network, images, exact):
    emulator = Emulator(network, images)
    assert computed(emulator.evaluate(exact)) == CHAIN
    assert computed(emulator.evaluate(exact)) == []
    other = changed(exact, "conv4", multiplier="perforated_a3")
    result = emulator.evaluate(other)
    assert computed(result) == CHAIN[4:]
    np.testing.assert_array_equal(result.outputs["fc"], golden.run(network, images, other)["fc"])
    corrected = changed(exact, "fc", bias_update=tuple(range(10)))
    result = emulator.evaluate(corrected)
    assert computed(result) == ["fc"]
    np.testing.assert_array_equal(
        result.outputs["fc"], golden.run(network, images, corrected)["fc"]
    )
    assert computed(emulator.evaluate(exact)) == []


def test_nothing_is_kept_without_reuse(network, images, exact):
    emulator = Emulator(network, images, reuse=False)
    for _ in range(2):
        assert computed(emulator.evaluate(exact)) == CHAIN


def test_a_tensor_inside_needs_only_what_is_before_it(network, images, exact):
    part = Mapping({name: exact.layers[name] for name in ("conv1", "conv2", "conv3")})
    emulator = Emulator(network, images)
    result = emulator.evaluate(part, ("add", "image"))
    assert computed(result) == CHAIN[:4]
    assert list(result.outputs) == ["add", "image"]
    np.testing.assert_array_equal(result.outputs["image"], images)
    assert computed(emulator.evaluate(exact)) == CHAIN[4:]


def test_small_memory_keeps_what_saves_most_per_byte(network, images, exact):
    sizes = {x.name: int(np.prod(x.shape)) * len(images) for x in network.layers}
    emulator = Emulator(network, images, memory=sizes["fc"] + sizes["pool"] + 40_000)
    emulator.evaluate(exact)
    assert computed(emulator.evaluate(exact)) == []
    updated = changed(exact, "fc", bias_update=tuple(range(10)))
    assert computed(emulator.evaluate(updated)) == ["fc"]


def test_the_least_recently_used_tensors_go_first():
    store = Store(250)
    tensors = {key: np.full(100, value, np.uint8) for value, key in enumerate((b"a", b"b", b"c"))}
    for key in (b"a", b"b"):
        store.put(key, tensors[key])
    assert store.get(b"a") is tensors[b"a"]
    store.put(b"c", tensors[b"c"])
    assert [store.get(key) is not None for key in (b"a", b"b", b"c")] == [True, False, True]
    store.put(b"huge", np.zeros(251, np.uint8))
    assert store.get(b"huge") is None
    with pytest.raises(ValueError, match="read-only"):
        store.get(b"a")[0] = 1


def test_threads_may_share_an_emulator(network, images, exact):
    mappings = [changed(exact, name, multiplier="perforated_a3") for name in exact.layers] * 3
    expected = [golden.run(network, images, x)["fc"] for x in mappings[: len(exact.layers)]] * 3
    emulator = Emulator(network, images)
    found = [None] * len(mappings)

    def work(index):
        found[index] = emulator.evaluate(mappings[index]).outputs["fc"]

    threads = [Thread(target=work, args=(index,)) for index in range(len(mappings))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_what_ran_is_told(network, images, exact):
    result = evaluate(network, images, exact, kernel="factored", path="numpy", threads=1)
    runs = {x.name: x for x in result.layers}
    assert (runs["conv3"].kernel, runs["conv3"].path, runs["conv3"].rank) == (
        "factored",
        "numpy",
        1,
    )
    assert (runs["add"].kernel, runs["add"].products) == ("add", 0)
    total = sum(x.operations for x in network.convolutions)
    assert result.products == len(images) * total
    assert all(x.seconds >= 0 for x in result.layers)
    assert result.threads == 1


def test_the_faster_kernel_is_taken_and_measured_once(network, images, exact, monkeypatch):
    asked = []

    def measured(candidate):
        asked.append(candidate.key)
        return {"lookup": 2.0, "factored": 1.0 if prefer == "factored" else 3.0}[candidate.kernel]

    monkeypatch.setattr(dispatch, "_measure", measured)
    monkeypatch.setattr("hwgen.emulation.candidates.native.sets", lambda: ("portable",))
    for prefer in ("factored", "lookup"):
        monkeypatch.setattr(dispatch, "_seconds", {})
        asked.clear()
        for _ in range(2):
            result = evaluate(network, images, exact)
            assert {x.kernel for x in result.layers if x.products} == {prefer}
        assert len(asked) == len(set(asked)) > 0


def test_a_kernel_that_refuses_the_layer_is_not_taken(network, images, exact, monkeypatch):
    class Refusing:
        def __init__(self, *args):
            raise SpecError("not this layer")

    monkeypatch.setattr("hwgen.emulation.candidates.Factored", Refusing)
    monkeypatch.setattr("hwgen.emulation.candidates.native.sets", lambda: ("portable",))
    for known in ({}, FactoredIsFast()):  # when it is measured, and when it was
        monkeypatch.setattr(dispatch, "_seconds", known)
        result = evaluate(network, images, exact)
        assert {x.kernel for x in result.layers if x.products} == {"lookup"}
    with pytest.raises(SpecError, match=r"^not this layer$"):
        evaluate(network, images, exact, kernel="factored")


class FactoredIsFast(dict):
    """Times of all layers that a process has met before."""

    def get(self, key):
        return {"lookup": 2.0, "factored": 1.0}[key[0]]


def test_without_compiled_kernels_numpy_does_it(network, images, exact, monkeypatch):
    monkeypatch.setattr("hwgen.kernels.layers.native.sets", lambda: ())
    result = evaluate(network, images, exact)
    assert {x.path for x in result.layers} == {"numpy"}
    np.testing.assert_array_equal(result.outputs["fc"], golden.run(network, images, exact)["fc"])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"threads": 0}, "emulation threads must be an integer from 1 to 1024, not 0"),
        ({"memory": 0}, "emulation memory must be an integer from 1 to .*, not 0"),
        ({"kernel": "fast"}, "emulation kernel must be one of lookup, factored, numpy, not 'fast'"),
    ],
)
def test_options_out_of_range_are_refused(network, images, fields, message):
    with pytest.raises(SpecError, match=f"^{message}$"):
        Emulator(network, images, **fields)


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (np.zeros((2, 8, 8, 1)), "images must be codes of uint8, not float64"),
        ([[1]], "images must be codes of uint8, not list"),
        (np.zeros((2, 8, 8, 3), np.uint8), r"images must have the shape .*, not \[2, 8, 8, 3\]"),
    ],
)
def test_images_that_are_no_codes_are_refused(network, codes, message):
    with pytest.raises(DataError, match=f"^{message}$"):
        Emulator(network, codes)


def test_mappings_that_do_not_fit_are_refused(network, images, exact):
    emulator = Emulator(network, images)
    with pytest.raises(SpecError, match=r"^mapping lacks the layer fc$"):
        emulator.evaluate(Mapping({k: v for k, v in exact.layers.items() if k != "fc"}))
    with pytest.raises(SpecError, match=r"^emulation tensor must be one of .*, not 'nothing'$"):
        emulator.evaluate(exact, ("nothing",))
    forced = Emulator(network, images, kernel="factored")
    with pytest.raises(SpecError, match=r"^layer conv1 has no factors for a kernel that needs"):
        forced.evaluate(changed(exact, "conv1", multiplier="mitchell"))
