"""Placing tensors in the activation memory."""

from hwgen.compiler.program import Placement
from hwgen.errors import SpecError
from hwgen.network.graph import Network

__all__ = ["allocate"]


def allocate(network: Network, size: int) -> dict[str, Placement]:
    """Place every tensor so that none overlaps another one that is alive with it.

    A tensor lives from the layer that makes it to the last one that reads it; the logits live
    on. First fit in execution order.
    """
    last_use = {network.input_name: -1}
    for index, layer in enumerate(network.layers):
        last_use[layer.name] = index
        for name in layer.inputs:
            last_use[name] = index
    last_use[network.layers[-1].name] = len(network.layers)

    placed = {network.input_name: Placement(address=0, shape=network.input_shape)}
    _check(f"input {network.input_name}", placed[network.input_name], size)
    for index, layer in enumerate(network.layers):
        alive = sorted(
            (placement.address, placement.size)
            for name, placement in placed.items()
            if last_use[name] >= index
        )
        placement = Placement(address=0, shape=layer.shape)
        for address, length in alive:
            if placement.address + placement.size <= address:
                break
            placement = Placement(
                address=max(placement.address, address + length), shape=layer.shape
            )
        _check(f"layer {layer.name}", placement, size)
        placed[layer.name] = placement
    return placed


def _check(subject: str, placement: Placement, size: int) -> None:
    end = placement.address + placement.size
    if end > size:
        raise SpecError(
            f"{subject} does not fit: its tensor would end at byte {end} "
            f"of {size} bytes of activation memory"
        )
