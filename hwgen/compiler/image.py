"""Where everything lies in memory, and the image that is written there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hwgen.compiler.task import Task
from hwgen.errors import SpecError
from hwgen.spec.program import (
    DESCRIPTOR_BYTES,
    IMAGE_ALIGNMENT,
    Operation,
    pack_descriptor,
)

__all__ = ["Image", "build_image"]


@dataclass(frozen=True, kw_only=True)
class Image:
    """A program in memory.

    Parameters
    ----------
    words : bytes
        Descriptors, then what they stream.
    areas : dict of str to int
        Offset of each tensor that has a place in memory, behind the words.
    size : int
        Bytes of all.
    """

    words: bytes
    areas: dict[str, int]
    size: int


def build_image(tasks: Sequence[Task], tensors: Iterable[tuple[str, int]], digest: int) -> Image:
    """Give everything a place; ``tensors`` are names and bytes, ``digest`` is the spec's.

    Raises :exc:`SpecError` where a layer's numbers do not fit a descriptor.
    """
    streams: dict[bytes, int] = {}
    body = bytearray((len(tasks) + 1) * DESCRIPTOR_BYTES)
    for task in tasks:
        for stream in (task.weights, task.parameters):
            if stream and stream not in streams:
                streams[stream] = len(body)
                body += stream + bytes(-len(stream) % IMAGE_ALIGNMENT)
    areas, size = {}, len(body)
    for name, length in tensors:
        areas[name] = size
        size += -(-length // IMAGE_ALIGNMENT) * IMAGE_ALIGNMENT
    for index, task in enumerate(tasks):
        fields = task.fields | {"digest": digest}
        if task.weights:
            fields |= {"weights": streams[task.weights], "weight_bytes": len(task.weights)}
        if task.parameters:
            fields |= {
                "parameters": streams[task.parameters],
                "parameter_bytes": len(task.parameters),
            }
        if task.area is not None:
            fields["memory"] = areas[task.area.tensor] + task.area.offset
        try:
            word = pack_descriptor(**fields)
        except ValueError as error:
            raise SpecError(f"layer {task.layer} does not fit a descriptor: {error}") from None
        body[index * DESCRIPTOR_BYTES : (index + 1) * DESCRIPTOR_BYTES] = word
    body[len(tasks) * DESCRIPTOR_BYTES : (len(tasks) + 1) * DESCRIPTOR_BYTES] = pack_descriptor(
        operation=Operation.END, digest=digest
    )
    return Image(words=bytes(body), areas=areas, size=size)
