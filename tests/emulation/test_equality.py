"""Every kernel on every instruction set against golden, tensor by tensor."""

import numpy as np
import pytest

from hwgen import golden
from hwgen.emulation import MEMORY, Emulator, hint
from hwgen.emulation.candidates import KERNELS
from hwgen.errors import SpecError
from hwgen.kernels.layers.factored.factored import factored_paths
from hwgen.kernels.layers.lookup.lookup import lookup_paths
from hwgen.network.load import load
from tests.wide_network import wide_mapping, wide_network

FORCED = [
    (None, None),
    ("numpy", None),
    *(("lookup", path) for path in lookup_paths()),
    *(("factored", path) for path in factored_paths()),
]
# Of rank 1 to 7 by mode, a netlist whose factors are found, and a rank beyond all use.
NAMES = (
    *("exact", "exact_u8", "perforated_a3", "posneg_3", "lvrm", "scalable_t6", "roup_1_4"),
    *("evolved_m0160_u8", "mitchell"),
)


def differing(found, expected):
    return [name for name, x in expected.items() if not np.array_equal(found.outputs[name], x)]


@pytest.mark.parametrize("rounding", ["single", "double"])
@pytest.mark.parametrize("seed", range(6))
def test_random_networks_and_mappings(seed, rounding):
    rng = np.random.default_rng(seed)
    network = wide_network(rng, rounding)
    mapping = wide_mapping(rng, network, NAMES)
    images = rng.integers(0, 256, (5, *network.input_shape), np.uint8)
    expected = golden.run(network, images, mapping)
    for kernel, path in FORCED:
        emulator = Emulator(network, images, kernel=kernel, path=path, reuse=False)
        try:
            found = emulator.evaluate(mapping, list(expected))
        except SpecError as error:
            reason = str(error)
        else:
            reason = ""
        if reason:
            assert kernel == "factored"
            assert any(x in reason for x in ("no factors", "digits", "control variate"))
            continue
        assert differing(found, expected) == [], (kernel, path)
        assert {x.name for x in found.layers} == {x.name for x in network.layers}
        used = {x.kernel for x in found.layers if x.products}
        assert used == {kernel} if kernel else used <= set(KERNELS)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("count", [1, 41])
def test_slices_and_threads_change_nothing(count, threads):
    rng = np.random.default_rng(9)
    network = wide_network(rng, "single")
    mapping = wide_mapping(rng, network, NAMES[:4])
    images = rng.integers(0, 256, (count, *network.input_shape), np.uint8)
    expected = golden.run(network, images, mapping)
    for memory in (MEMORY, 60_000):  # all images at once, and a few of them
        emulator = Emulator(network, images, memory=memory, threads=threads, reuse=False)
        last = network.layers[-1].name
        np.testing.assert_array_equal(emulator.evaluate(mapping).outputs[last], expected[last])
        assert differing(emulator.evaluate(mapping, list(expected)), expected) == []


MODELS = (
    "models/resnet20_cifar10_int8qdq_pc.onnx",
    "models/resnet8_alwann_cifar10_uint8qdq_ptasym.onnx",
    "models/dscnn_mlperftiny_kws_int8qdq_pt.onnx",
    "tflite/resnet8_mlperftiny_int8.tflite",
    "tflite/dscnn_kws_int8.tflite",
    "tflite/autoencoder_ad_int8.tflite",
)


@pytest.mark.parametrize("model", MODELS)
def test_real_networks(shared_data, model):
    network = load(shared_data / model)
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (3, *network.input_shape), np.uint8)
    for mapping in (
        golden.exact_mapping(network),
        wide_mapping(rng, network, ("exact", "perforated_a3", "scalable_t6", "mitchell")),
    ):
        expected = golden.run(network, images, mapping)
        found = Emulator(network, images).evaluate(mapping, list(expected))
        assert differing(found, expected) == []


def test_no_images_give_no_codes():
    network = wide_network(np.random.default_rng(0), "single")
    images = np.empty((0, *network.input_shape), np.uint8)
    found = Emulator(network, images).evaluate(golden.exact_mapping(network))
    assert found.outputs["probabilities"].shape == (0, 1, 1, 5)


def test_who_lacks_the_kernels_is_told_how_to_get_them(monkeypatch):
    monkeypatch.setattr("hwgen.emulation.missing.native.sets", lambda: ())
    assert "C compiler" in hint()
    monkeypatch.setattr("hwgen.emulation.missing.native.sets", lambda: ("portable",))
    assert hint() is None
