"""Real models: accuracy, and every layer against onnxruntime without optimizations.

Accuracies are those that onnxruntime reaches with its default optimizations on the full test
sets, as the data's README states them.
"""

from collections import Counter

import numpy as np
import pytest

from hwgen import golden
from hwgen.emulation import Emulator
from hwgen.emulation.prepare import prepare
from hwgen.network.data import Preprocessing, load_split
from hwgen.network.onnx import load
from tests.golden.onnx_reference import check, compare, differing, reference_tensors

SHARE = 1e-4
POINTS = 0.2  # of accuracy

CIFAR10 = Preprocessing(divide=(255,), mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
DATA = {
    "resnet8_mlperftiny_cifar10": ("cifar10_test", Preprocessing(divide=(1,))),
    "resnet8_alwann_cifar10": ("cifar10_test", Preprocessing(divide=(128,), mean=(1,))),
    "resnet20_cifar10": ("cifar10_test", CIFAR10),
    "dscnn_mlperftiny_kws": ("kws_test", Preprocessing(scale=0.5847029, zero_point=83)),
    "lenet5_mnist": ("mnist_test", Preprocessing(divide=(255,))),
}
ACCURACY = {
    ("resnet8_mlperftiny_cifar10", "int8qdq_pt"): 86.93,
    ("resnet8_mlperftiny_cifar10", "int8qdq_pc"): 87.25,
    ("resnet8_mlperftiny_cifar10", "uint8qdq_ptasym"): 86.81,
    ("resnet8_alwann_cifar10", "int8qdq_pt"): 83.10,
    ("resnet8_alwann_cifar10", "int8qdq_pc"): 83.74,
    ("resnet8_alwann_cifar10", "uint8qdq_ptasym"): 83.24,
    ("resnet20_cifar10", "int8qdq_pt"): 91.62,
    ("resnet20_cifar10", "int8qdq_pc"): 91.71,
    ("resnet20_cifar10", "uint8qdq_ptasym"): 91.74,
    ("dscnn_mlperftiny_kws", "int8qdq_pt"): 90.30,
    ("dscnn_mlperftiny_kws", "int8qdq_pc"): 91.00,
    ("lenet5_mnist", "int8qdq_pt"): 99.26,
    ("lenet5_mnist", "int8qdq_pc"): 99.26,
}
MODELS = pytest.mark.parametrize(("model", "form"), ACCURACY, ids=["_".join(x) for x in ACCURACY])


@pytest.fixture
def case(shared_data, model, form):
    """Path, network and labelled test images of a model."""
    path = shared_data / "models" / f"{model}_{form}.onnx"
    network = load(path)
    name, preprocessing = DATA[model]
    return path, network, load_split(shared_data / f"{name}.npz", network, preprocessing)


@MODELS
def test_layers_agree_on_some_images(case):
    path, network, data = case
    compare(network, reference_tensors(path, network, data.images[:200]), SHARE)


@pytest.mark.regress
@MODELS
def test_layers_agree_on_all_images(case):
    """By emulation, which equals golden: hours become minutes; some images show that it does."""
    path, network, data = case
    mapping = golden.exact_mapping(network)
    steps = {x.name: prepare(network, x, mapping.layers.get(x.name)) for x in network.layers}

    def emulated(layer, tensors):
        step = steps[layer.name]
        inputs = [np.ascontiguousarray(tensors[name]) for name in step.inputs]
        out = np.empty((len(inputs[0]), *step.shape), np.uint8)
        step.call(inputs, out)
        return out

    def both(layer, tensors):
        found = emulated(layer, tensors)
        np.testing.assert_array_equal(found, golden.step(network, layer, tensors, mapping))
        return found

    differing(network, reference_tensors(path, network, data.images[:50]), both)
    counts = Counter()
    sizes = Counter()
    for first in range(0, len(data.images), 500):
        reference = reference_tensors(path, network, data.images[first : first + 500])
        for layer, (count, size) in differing(network, reference, emulated).items():
            counts[layer] += count
            sizes[layer] += size
    check({layer: (counts[layer], sizes[layer]) for layer in sizes}, SHARE)


@pytest.mark.regress
@MODELS
def test_the_accuracy_is_the_published_one(case, model, form):
    _, network, data = case
    emulator = Emulator(network, data.images)  # equals golden bit for bit, and takes seconds
    logits = emulator.evaluate(golden.exact_mapping(network)).outputs[network.layers[-1].name]
    found = logits.reshape(len(logits), -1).argmax(axis=1)
    accuracy = 100 * np.mean(found == data.labels)
    assert accuracy == pytest.approx(ACCURACY[model, form], abs=POINTS)
