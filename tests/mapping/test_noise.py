"""Noise in accumulators: how large it is, where, and that it is the same every time."""

import numpy as np
import pytest

from hwgen.emulation import Emulator
from hwgen.golden import exact_mapping, run
from hwgen.golden.convolution import accumulate
from hwgen.golden.products import products_of
from hwgen.mapping import noise
from hwgen.mapping.corrections.statistics import scales
from hwgen.mapping.design import Probe
from hwgen.mapping.noise import noisy_logits
from hwgen.network.graph import Convolution, Network, Quantization, Rescale

IMAGES = 500
ONE_TO_ONE = {"single": Rescale(1, 0, 0), "double": Rescale(1 << 30, 1, 0)}
QUARTER = {"single": Rescale(1, 0, 2), "double": Rescale(1 << 30, 0, 1)}


def convolution(name, source, shape, weights, rescale, rounding="single", zero=128):
    return Convolution(
        name=name,
        inputs=(source,),
        shape=shape,
        quantization=Quantization(1.0, zero),
        weights=np.array(weights, np.int8),
        bias=np.zeros(len(weights), np.int32),
        stride=(1, 1),
        padding=(0, 0, 0, 0),
        rescale=rescale,
        rounding=rounding,
    )


def of_two_filters(rounding, quarter):
    """Accumulators of one filter are four times those of the other; both give the same codes
    where the larger ones are divided by 4."""
    weights = [[[[1, -1]]], [[[-4, 4]]]]
    rescale = (ONE_TO_ONE[rounding], (QUARTER if quarter else ONE_TO_ONE)[rounding])
    return Network(
        input_name="image",
        input_shape=(4, 4, 2),
        input_quantization=Quantization(1.0, 0),
        layers=(convolution("only", "image", (4, 4, 2), weights, rescale, rounding),),
    )


@pytest.fixture
def images():
    return np.random.default_rng(1).integers(0, 14, size=(IMAGES, 4, 4, 2), dtype=np.uint8)


def noisy(network, images, relative, seed=3, count=IMAGES):
    probe = Probe(noise=tuple(relative.items()), images=count, seed=seed)
    return noisy_logits(Emulator(network, images), exact_mapping(network), probe)


def exact_accumulators(network, images):
    layer = network.layers[0]
    products = products_of(layer, exact_mapping(network).layers[layer.name], 0)
    return accumulate(layer, products, images, 0)


@pytest.mark.parametrize("rounding", ["single", "double"])
@pytest.mark.parametrize("quarter", [False, True])
def test_the_deviation_is_that_asked_for(images, rounding, quarter):
    network = of_two_filters(rounding, quarter)
    sums = exact_accumulators(network, images) * scales(network.layers[0])
    expected = 0.75 * np.sqrt(sums.var(axis=(0, 1, 2)).mean())
    found = noisy(network, images, {"only": 0.75}).reshape(-1, 2).astype(float) - 128
    error = found - sums.reshape(-1, 2)
    # Codes are integers: rounding adds up to 1/12 to the variance.
    assert error.std(axis=0) == pytest.approx([expected] * 2, rel=0.03)
    assert abs(error.mean(axis=0)).max() < 0.1 * expected
    assert abs(np.corrcoef(error.T)[0, 1]) < 0.05


@pytest.mark.parametrize("rounding", ["single", "double"])
def test_without_noise_the_network_is_exact(images, rounding):
    network = of_two_filters(rounding, quarter=True)
    found = run(network, images, exact_mapping(network))["only"].reshape(IMAGES, -1)
    assert np.array_equal(noisy(network, images, {}), found)
    assert np.array_equal(noisy(network, images, {"only": 0.0}), found)
    assert not np.array_equal(noisy(network, images, {"only": 0.5}), found)


def test_the_same_seed_gives_the_same_noise(images):
    network = of_two_filters("single", quarter=True)
    once = noisy(network, images, {"only": 0.5})
    assert np.array_equal(noisy(network, images, {"only": 0.5}), once)
    assert not np.array_equal(noisy(network, images, {"only": 0.5}, seed=4), once)


def test_slices_are_of_no_account(images, monkeypatch):
    network = of_two_filters("single", quarter=True)
    whole = noisy(network, images, {"only": 0.5})
    monkeypatch.setattr(noise, "SLICE", 7 * 4 * 4 * 2)
    assert np.array_equal(noisy(network, images, {"only": 0.5}), whole)


def test_only_the_first_images_are_run(images):
    network = of_two_filters("single", quarter=True)
    assert np.array_equal(
        noisy(network, images, {"only": 0.5}, count=20), noisy(network, images[:20], {"only": 0.5})
    )


def test_noise_of_one_layer_does_not_depend_on_that_of_another(images):
    """A layer of weight 0 has no spread, so neither noise: what follows is disturbed alike."""
    rescale = (Rescale(1, 0, 0),) * 2
    first = convolution("first", "image", (4, 4, 2), np.zeros((2, 1, 1, 2)), rescale)
    beside = convolution("beside", "image", (4, 4, 2), [[[[1, -1]]], [[[-1, 1]]]], rescale)
    # Both read the image; the last one is the output, the first one is read by nobody.
    network = Network(
        input_name="image",
        input_shape=(4, 4, 2),
        input_quantization=Quantization(1.0, 0),
        layers=(first, beside),
    )
    alone = noisy(network, images, {"beside": 0.5})
    assert np.array_equal(noisy(network, images, {"first": 0.5, "beside": 0.5}), alone)
