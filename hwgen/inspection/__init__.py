"""What a network is made of, and what an accelerator needs for it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.inspection.codes import measured_codes, possible_codes
from hwgen.inspection.fit import Fit, fit
from hwgen.inspection.layers import LayerFacts, layer_facts
from hwgen.network.graph import Network
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["Inspection", "inspect"]


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What :func:`inspect` found.

    Parameters
    ----------
    layers : tuple of LayerFacts
        In execution order.
    operations : int
        Multiplications of activations and weights per image.
    parameters : int
        Weights and biases.
    largest : (str, int)
        Name and bytes of the largest tensor, the input included.
    images : int
        Number of those that ranges of codes were measured on; 0: they are bounds.
    fit : Fit
        On the accelerator that was asked about.
    """

    layers: tuple[LayerFacts, ...]
    operations: int
    parameters: int
    largest: tuple[str, int]
    images: int
    fit: Fit


def inspect(
    network: Network,
    spec: AcceleratorSpec,
    images: NDArray[np.uint8] | None = None,
) -> Inspection:
    """Look into a network.

    Parameters
    ----------
    network : Network
    spec : AcceleratorSpec
        Accelerator that it may run on.
    images : uint8[N, H, W, C], optional
        Codes of the network's input to measure ranges of codes on.
    """
    possible = possible_codes(network)
    codes = possible if images is None else measured_codes(network, images)
    layers = tuple(layer_facts(x, network, codes, possible) for x in network.layers)
    sizes = {name: int(np.prod(shape)) for name, shape in network.shapes.items()}
    largest = max(sizes, key=lambda name: sizes[name])
    return Inspection(
        layers=layers,
        operations=sum(x.operations for x in layers),
        parameters=sum(x.weights.parameters for x in layers if x.weights is not None),
        largest=(largest, sizes[largest]),
        images=0 if images is None else len(images),
        fit=fit(network, spec),
    )
