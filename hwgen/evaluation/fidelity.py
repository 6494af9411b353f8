"""Signal to noise, layer by layer: approximate against exact, and both against floats."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.emulation import Emulator
from hwgen.errors import SpecError
from hwgen.evaluation.floats import Values, dequantized, run_floats
from hwgen.golden import check_mapping, exact_mapping
from hwgen.network.graph import Network
from hwgen.network.kinds import kind_of
from hwgen.spec.mapping import Mapping

__all__ = ["MEMORY", "LayerTrace", "Reference", "Trace", "trace"]

MEMORY = 2 << 30

Reference: TypeAlias = Callable[[Network, NDArray[np.uint8]], dict[str, Values]]
_CHUNK = 16  # images whose values are held as floats at once
_PAIRS = (("approximate", "exact"), ("exact", "float"), ("approximate", "float"))


@dataclass(frozen=True, kw_only=True)
class LayerTrace:
    """How far a layer's tensor is from what it should be.

    Signal-to-noise ratios are ``10 * log10(sum of squares / sum of squared differences)`` in
    decibel, of values: infinite where nothing differs, None where the reference has no such
    tensor.

    Parameters
    ----------
    name, kind : str
        Of the layer, as :func:`hwgen.network.kinds.kind_of` calls it.
    changed : float
        Codes that are not those of the exact network, in percent.
    approximate_to_exact, exact_to_float, approximate_to_float : float or None
    """

    name: str
    kind: str
    changed: float
    approximate_to_exact: float | None
    exact_to_float: float | None
    approximate_to_float: float | None


@dataclass(frozen=True, kw_only=True)
class Trace:
    """A mapped network beside the exact one and floats.

    Parameters
    ----------
    images : int
    parting : str or None
        The first layer, in execution order, whose codes are not the exact network's.
    layers : tuple of LayerTrace
        In execution order.
    """

    images: int
    parting: str | None
    layers: tuple[LayerTrace, ...]


def trace(
    emulator: Emulator,
    mapping: Mapping,
    reference: Reference = run_floats,
    memory: int = MEMORY,
) -> Trace:
    """Run ``mapping`` and compare every tensor; all of them are held as codes meanwhile.

    Parameters
    ----------
    emulator : Emulator
        Network and images.
    mapping : Mapping
    reference : callable
        ``reference(network, codes)``: values of tensors by name, for a few images.
    memory : int
        Bytes that the tensors may take; what :class:`Emulator` has in flight comes on top.

    Raises
    ------
    SpecError
        The mapping does not fit the network, or the tensors take more than ``memory``.
    """
    network, images = emulator.network, emulator.images
    check_mapping(network, mapping)
    _check_memory(network, len(images), memory)
    names = tuple(layer.name for layer in network.layers)
    approximate = emulator.evaluate(mapping, names).outputs
    exact = emulator.evaluate(exact_mapping(network), names).outputs
    powers = {name: np.zeros((len(_PAIRS), 2)) for name in names}
    compared: set[str] = set()
    for first in range(0, len(images), _CHUNK):
        part = slice(first, first + _CHUNK)
        floats = reference(network, images[part])
        compared = set(floats) & set(names)
        for name in names:
            quantization = network.quantizations[name]
            values = {
                "approximate": dequantized(approximate[name][part], quantization),
                "exact": dequantized(exact[name][part], quantization),
            }
            values["float"] = floats.get(name, values["exact"])
            powers[name] += [_powers(values[x], values[y]) for x, y in _PAIRS]
    changed = {name: float((approximate[name] != exact[name]).mean()) for name in names}
    return Trace(
        images=len(images),
        parting=next((name for name in names if changed[name]), None),
        layers=tuple(
            LayerTrace(
                name=layer.name,
                kind=kind_of(layer, network),
                changed=100 * changed[layer.name],
                approximate_to_exact=_decibel(*powers[layer.name][0]),
                exact_to_float=_decibel(*powers[layer.name][1]) if layer.name in compared else None,
                approximate_to_float=(
                    _decibel(*powers[layer.name][2]) if layer.name in compared else None
                ),
            )
            for layer in network.layers
        ),
    )


def _check_memory(network: Network, images: int, memory: int) -> None:
    """Two tensors of codes for all images, and three of floats for those at once."""
    values = sum(math.prod(layer.shape) for layer in network.layers)
    needed = values * (2 * images + 3 * 8 * min(images, _CHUNK))
    if needed > memory:
        raise SpecError(
            f"trace needs {-(-needed >> 20)} MB for the tensors of {images} images, "
            f"not {memory >> 20}: give it fewer images or more memory"
        )


def _powers(found: Values, wanted: Values) -> tuple[float, float]:
    """Of the signal, and of the noise in it."""
    return float((wanted**2).sum()), float(((found - wanted) ** 2).sum())


def _decibel(signal: float, noise: float) -> float:
    if not noise:
        return math.inf
    return 10 * math.log10(signal / noise) if signal else -math.inf
