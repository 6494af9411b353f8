"""A program on the reference model, tensor by tensor."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hwgen.compiler.program import Program
from sim.reference.accelerator import AcceleratorModel

__all__ = ["memory_with", "read_tensor", "replay"]

Codes = NDArray[np.uint8]


def memory_with(program: Program, image: Codes) -> Codes:
    """Memory from the program's base on, before a run."""
    memory = np.zeros(program.memory_bytes, np.uint8)
    memory[: len(program.image)] = np.frombuffer(program.image, np.uint8)
    offset = program.extents[program.input].offset
    memory[offset : offset + image.size] = image.ravel()
    return memory


def read_tensor(program: Program, name: str, banks: Codes, memory: Codes) -> Codes:
    """A tensor that is whole now, from where it lies: ``[H, W, C]``."""
    if name in program.places:
        place = program.places[name]
        height, width, channels = place.shape
        lines = np.arange(height)[:, None, None] * place.pitch
        columns = np.arange(width)[:, None] * place.column
        return banks[place.address + lines + columns + np.arange(channels)]
    extent = program.extents[name]
    size = int(np.prod(extent.shape))
    return memory[extent.offset : extent.offset + size].reshape(extent.shape)


def replay(program: Program, image: Codes, seen: Callable[[str, Codes], None]) -> Codes:
    """Execute; ``seen`` gets every tensor once it is whole. Returns the stored result."""
    memory = memory_with(program, image)
    model = AcceleratorModel(program.spec, memory)

    def after(number: int, _: dict[str, int]) -> None:
        for name in program.steps[number].completes:
            seen(name, read_tensor(program, name, model.banks, memory))

    count = model.run(after)
    assert count == len(program.steps)
    extent = program.extents[program.output]
    size = int(np.prod(extent.shape))
    return memory[extent.offset : extent.offset + size].reshape(extent.shape)
