"""What an accelerator needs for a network, and which layers it does not execute."""

from collections.abc import Sequence
from dataclasses import dataclass

from hwgen.compiler.allocation import allocate
from hwgen.compiler.compile import compile_network, layer_steps
from hwgen.compiler.cycles import END_CYCLES, layer_cycles
from hwgen.compiler.lowering import parameter_words
from hwgen.compiler.support import refusal
from hwgen.errors import SpecError
from hwgen.network.graph import Convolution, Layer, Network
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import LayerMapping, Mapping
from hwgen.spec.schedule import blocks

__all__ = ["Fit", "LayerFit", "Need", "fit"]

_ANY_SIZE = 1 << 62  # of a memory, in bytes


@dataclass(frozen=True, kw_only=True)
class LayerFit:
    """One layer on an accelerator.

    Parameters
    ----------
    refusal : str, optional
        Why it is not executed; all figures are 0 then.
    cycles : int
        Per image.
    descriptor_words, weight_words, parameter_words : int
    """

    refusal: str | None = None
    cycles: int = 0
    descriptor_words: int = 0
    weight_words: int = 0
    parameter_words: int = 0


@dataclass(frozen=True, kw_only=True)
class Need:
    """Words or bytes that a network needs of a memory, and how many there are."""

    name: str
    needed: int
    available: int


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A network on an accelerator.

    Parameters
    ----------
    layers : tuple of LayerFit
        In execution order.
    needs : tuple of Need
        Of the memories; all but that of activations for the layers that are executed.
    cycles : int, optional
        Per image, from start to interrupt; None where a layer is refused.
    refusal : str, optional
        Why the network does not run there: the compiler's own words.
    """

    layers: tuple[LayerFit, ...]
    needs: tuple[Need, ...]
    cycles: int | None
    refusal: str | None


def fit(network: Network, spec: AcceleratorSpec) -> Fit:
    """What ``spec`` needs for ``network`` with every layer on the spec's own multiplier."""
    layers = [_layer(layer, network, spec) for layer in network.layers]
    is_whole = all(x.refusal is None for x in layers)
    needs = _needs(network, layers, spec)
    return Fit(
        layers=tuple(layers),
        needs=needs,
        cycles=sum(x.cycles for x in layers) + END_CYCLES if is_whole else None,
        refusal=_refusal(network, layers, needs, spec),
    )


def _layer(layer: Layer, network: Network, spec: AcceleratorSpec) -> LayerFit:
    try:
        reason = refusal(layer)
        if reason is not None:
            raise SpecError(reason)
        descriptors = len(layer_steps(layer, spec.accumulator_depth))
    except SpecError as error:
        return LayerFit(refusal=str(error).removeprefix(f"layer {layer.name} "))
    count = 0
    if isinstance(layer, Convolution):
        filters, height, width, channels = layer.weights.shape
        count = len(blocks((filters, height, width, channels), spec.rows, spec.cols))
    return LayerFit(
        cycles=layer_cycles(layer, spec),
        descriptor_words=descriptors,
        weight_words=count * spec.rows,
        parameter_words=len(parameter_words(layer, network, None)),
    )


def _needs(network: Network, layers: Sequence[LayerFit], spec: AcceleratorSpec) -> tuple[Need, ...]:
    placed = allocate(network, _ANY_SIZE).values()
    needed = {
        "activation_bytes": max(x.address + x.size for x in placed),
        "weight_words": sum(x.weight_words for x in layers),
        "parameter_words": sum(x.parameter_words for x in layers),
        "descriptor_words": sum(x.descriptor_words for x in layers) + 1,  # the end is one, too
    }
    return tuple(
        Need(name=name, needed=count, available=getattr(spec, name))
        for name, count in needed.items()
    )


def _refusal(
    network: Network, layers: Sequence[LayerFit], needs: Sequence[Need], spec: AcceleratorSpec
) -> str | None:
    for layer, found in zip(network.layers, layers, strict=True):
        if found.refusal is not None:
            return f"layer {layer.name} {found.refusal}"
    for need in needs:
        if need.needed > need.available:
            unit = need.name.replace("_", " ")
            return f"network needs {need.needed} {unit}, but the spec has {need.available}"
    own = LayerMapping(multiplier=spec.multiplier)
    try:  # widths of accumulators and descriptors
        compile_network(network, Mapping({x.name: own for x in network.convolutions}), spec)
    except SpecError as error:
        return str(error)
    return None
