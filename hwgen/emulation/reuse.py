"""Which tensors an evaluation needs, which of them are known, and which are worth keeping."""

import hashlib
import math
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence

from hwgen.emulation.elementwise import Codes
from hwgen.emulation.prepare import Step
from hwgen.emulation.store import Store
from hwgen.network.graph import Convolution, Layer, Network
from hwgen.spec.mapping import Mapping

__all__ = ["digests_of", "needed_layers", "worth_keeping"]


def digests_of(network: Network, mapping: Mapping) -> dict[str, bytes]:
    """Of everything that each tensor depends on, beside the network and its images.

    That is what the mapping says of the layer, corrections included, and of all before it.
    """
    found = {network.input_name: b""}
    for layer in network.layers:
        own = mapping.layers.get(layer.name) if isinstance(layer, Convolution) else None
        text = f"{layer.name} {own!r} ".encode()
        parts = b"".join(found[name] for name in layer.inputs)
        found[layer.name] = hashlib.sha256(text + parts).digest()
    return found


def needed_layers(
    network: Network, wanted: Sequence[str], digests: AbstractMapping[str, bytes], store: Store
) -> tuple[list[Layer], dict[str, Codes]]:
    """Layers to compute for the ``wanted`` tensors, and the tensors of ``store`` that they read."""
    asked = set(wanted)
    layers: list[Layer] = []
    known: dict[str, Codes] = {}
    for layer in reversed(network.layers):
        if layer.name not in asked:
            continue
        tensor = store.get(digests[layer.name])
        if tensor is None:
            layers.append(layer)
            asked.update(layer.inputs)
        else:
            known[layer.name] = tensor
    return layers[::-1], known


def worth_keeping(steps: Sequence[Step], images: int, room: int) -> set[str]:
    """Tensors that save most per byte, as many as ``room`` bytes hold.

    What a tensor saves is all that was multiplied for it since the last known ones.
    """
    behind: dict[str, int] = {}
    for step in steps:
        behind[step.name] = step.products + sum(behind.get(x, 0) for x in set(step.inputs))
    chosen = set()
    for step in sorted(steps, key=lambda x: -behind[x.name] / math.prod(x.shape)):
        size = math.prod(step.shape) * images
        if size <= room:
            room -= size
            chosen.add(step.name)
    return chosen
