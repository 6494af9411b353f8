"""How much a layer's errors matter: the exact network with noise in its accumulators."""

import zlib

import numpy as np
from numpy.typing import NDArray

from hwgen.emulation import Emulator
from hwgen.golden.convolution import accumulate
from hwgen.golden.products import products_of
from hwgen.golden.requantize import requantize, wrap
from hwgen.mapping.corrections.statistics import scales
from hwgen.mapping.design import Probe
from hwgen.network.graph import Convolution, Network
from hwgen.network.limits import highest_code
from hwgen.spec.mapping import Mapping

__all__ = ["noisy_logits"]


def noisy_logits(emulator: Emulator, exact: Mapping, probe: Probe) -> NDArray[np.uint8]:
    """Logits of the exact network on the probe's images: uint8[images, classes].

    A noisy layer's accumulators get independent Gaussian noise. Its standard deviation is the
    same in all filters of a layer, in units of the layer's output; relative is it to the root of
    the mean variance of the filters' accumulators, in the same units (after Trommer et al.,
    ICCAD 2022, where it is relative to the standard deviation of the whole output tensor).
    """
    network, noise = emulator.network, dict(probe.noise)
    tensors = {network.input_name: emulator.images[: probe.images]}
    for layer in network.layers:
        if isinstance(layer, Convolution) and noise.get(layer.name):
            rng = np.random.default_rng([probe.seed, zlib.crc32(layer.name.encode())])
            codes = tensors[layer.inputs[0]]
            found = _noisy(network, layer, exact, codes, noise[layer.name], rng)
        else:
            found = np.empty((len(tensors[network.input_name]), *layer.shape), np.uint8)
            emulator.step(layer, exact).call([tensors[x] for x in layer.inputs], found)
        tensors[layer.name] = found
    logits = tensors[network.layers[-1].name]
    return logits.reshape(len(logits), -1)


def _noisy(
    network: Network,
    layer: Convolution,
    exact: Mapping,
    codes: NDArray[np.uint8],
    relative: float,
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    source = layer.inputs[0]
    zero_point = network.quantizations[source].zero_point
    own = exact.layers[layer.name]
    products = products_of(layer, own, zero_point, highest_code(network, source))
    sums = accumulate(layer, products, codes, zero_point)
    in_output_units = scales(layer)
    spread = (sums * in_output_units).std(axis=(0, 1, 2))
    deviation = relative * np.sqrt((spread**2).mean()) / in_output_units
    noise = rng.standard_normal(sums.shape, dtype=np.float32) * deviation
    moved = requantize(wrap(sums + np.rint(noise).astype(np.int64)), layer.rescale, layer.rounding)
    moved += layer.quantization.zero_point
    return np.clip(moved, layer.low, layer.high).astype(np.uint8)
