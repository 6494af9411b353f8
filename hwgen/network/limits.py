"""Which codes a tensor can hold."""

from hwgen.network.graph import Concat, Network, Pad, Reshape, Slice

__all__ = ["highest_code"]


def highest_code(network: Network, name: str) -> int:
    """Largest code that the tensor ``name`` can hold, whatever the network's input holds.

    A layer's clamp says it; layers that only move codes hold what they read.
    """
    layers = {layer.name: layer for layer in network.layers}
    if name not in layers:
        return 255
    layer = layers[name]
    if not isinstance(layer, Concat | Pad | Reshape | Slice):
        return layer.high
    highest = max(highest_code(network, source) for source in layer.inputs)
    if isinstance(layer, Pad):
        highest = max(highest, layer.fill)
    return min(highest, layer.high)
