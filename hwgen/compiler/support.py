"""Which layers the accelerator executes, and which it leaves to the host."""

from hwgen.errors import SpecError
from hwgen.network.graph import Layer, Network, Softmax

__all__ = ["executed_layers"]


def executed_layers(network: Network) -> tuple[Layer, ...]:
    """The layers that the accelerator executes: all but a Softmax at the end.

    That one is the host's: it reads the codes that the accelerator stores last.

    Raises
    ------
    SpecError
        Nothing is left, or there is a Softmax before other layers.
    """
    layers = network.layers
    if layers and isinstance(layers[-1], Softmax):
        layers = layers[:-1]
    if not layers:
        raise SpecError("network must have a layer beside a Softmax at its end")
    for layer in layers:
        if isinstance(layer, Softmax):
            raise SpecError(f"layer {layer.name} must be the last one: Softmax is the host's")
    return layers
