"""How much a layer's errors matter: the exact network with noise in its accumulators."""

import zlib
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hwgen.emulation import Emulator
from hwgen.emulation.dispatch import choose
from hwgen.golden.products import products_of
from hwgen.golden.requantize import requantize
from hwgen.mapping.corrections.statistics import scales
from hwgen.mapping.design import Probe
from hwgen.network.graph import Convolution, Layer, Network
from hwgen.network.limits import highest_code
from hwgen.spec.mapping import Mapping

__all__ = ["noisy_logits"]

SLICE = 1 << 18  # accumulators at once: what follows them then stays in a core's cache
_INT32 = (-(1 << 31), (1 << 31) - 1)


def noisy_logits(emulator: Emulator, exact: Mapping, probe: Probe) -> NDArray[np.uint8]:
    """Logits of the exact network on the probe's images: uint8[images, classes].

    A noisy layer's accumulators get independent Gaussian noise. Its standard deviation is the
    same in all filters of a layer, in units of the layer's output; relative is it to the root of
    the mean variance of the filters' accumulators, in the same units (after Trommer et al.,
    ICCAD 2022, where it is relative to the standard deviation of the whole output tensor).
    Accumulators of a layer that follows noisy ones are those that it really has.

    Every layer draws from a generator of its own, by the probe's seed and its name, so what one
    layer gets does not depend on which others are noisy.
    """
    network, noise = emulator.network, dict(probe.noise)
    tensors = {network.input_name: emulator.images[: probe.images]}
    last = _last_readers(network.layers)
    for layer in network.layers:
        if isinstance(layer, Convolution) and noise.get(layer.name):
            rng = np.random.default_rng([probe.seed, zlib.crc32(layer.name.encode())])
            codes = tensors[layer.inputs[0]]
            found = _noisy(network, layer, exact, codes, noise[layer.name], rng)
        else:
            inputs = [tensors[x] for x in layer.inputs]
            found = np.empty((len(inputs[0]), *layer.shape), np.uint8)
            emulator.step(layer, exact).call(inputs, found)
        tensors[layer.name] = found
        for source in {x for x in layer.inputs if last[x] == layer.name}:
            del tensors[source]
    logits = tensors[network.layers[-1].name]
    return logits.reshape(len(logits), -1)


def _last_readers(layers: Sequence[Layer]) -> AbstractMapping[str, str]:
    """By tensor, the layer after which nobody reads it."""
    return {source: layer.name for layer in layers for source in layer.inputs}


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
    sums = choose(network, layer, products).prepared.accumulate(codes)
    in_output_units = scales(layer)
    spread = sums.std(axis=(0, 1, 2)) * in_output_units
    deviation = relative * np.sqrt((spread**2).mean()) / in_output_units
    found = np.empty(sums.shape, np.uint8)
    step = max(1, SLICE // sums[0].size)
    for start in range(0, len(sums), step):
        part = slice(start, start + step)
        found[part] = _disturbed(layer, sums[part], deviation, rng)
    return found


def _disturbed(
    layer: Convolution,
    sums: NDArray[np.int32],
    deviation: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """Output codes of accumulators with noise: of ``deviation[f]`` in filter ``f``."""
    noise = rng.standard_normal(sums.shape, dtype=np.float32) * deviation
    moved = np.clip(np.rint(noise, out=noise) + sums, *_INT32).astype(np.int64)
    moved = requantize(moved, layer.rescale, layer.rounding)
    moved += layer.quantization.zero_point
    return np.clip(moved, layer.low, layer.high).astype(np.uint8)
