"""What is computed, in which order, and in which memory."""

import math
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from hwgen.emulation.prepare import Step
from hwgen.errors import SpecError
from hwgen.network.graph import Shape

__all__ = ["Layout", "layout", "slices"]

SLICE = 4 << 20  # bytes of live tensors in a slice: calls are few, and a shared cache holds them
SMALLEST = 1 << 22  # products that are worth a slice of their own


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where each tensor of a slice lies while it is needed.

    Parameters
    ----------
    places : mapping of str to int
        Buffer of each tensor that is not kept.
    sizes : tuple of int
        Bytes of each buffer, per image.
    """

    places: AbstractMapping[str, int]
    sizes: tuple[int, ...]

    @property
    def bytes_per_image(self) -> int:
        """Of all buffers together."""
        return sum(self.sizes)


def layout(steps: Sequence[Step], kept: Sequence[str]) -> Layout:
    """Share buffers between tensors that are never needed at the same time.

    Parameters
    ----------
    steps : sequence of Step
        In execution order.
    kept : sequence of str
        Tensors that have memory of their own.
    """
    last = {name: index for index, step in enumerate(steps) for name in step.inputs}
    places: dict[str, int] = {}
    sizes: list[int] = []
    free: list[int] = []
    for index, step in enumerate(steps):
        if step.name not in kept:
            size = math.prod(step.shape)
            place = _best(free, sizes, size)
            if place is None:
                place = len(sizes)
                sizes.append(size)
            else:
                free.remove(place)
                sizes[place] = max(sizes[place], size)
            places[step.name] = place
        # A tensor that nobody reads is free again at once.
        done = [x for x in dict.fromkeys((*step.inputs, step.name)) if last.get(x, -1) <= index]
        free += [places[x] for x in done if x in places]
    return Layout(places=places, sizes=tuple(sizes))


def _best(free: Sequence[int], sizes: Sequence[int], size: int) -> int | None:
    """The smallest free buffer that holds ``size`` bytes, or else the largest one."""
    fitting = [x for x in free if sizes[x] >= size]
    if fitting:
        return min(fitting, key=lambda x: sizes[x])
    return max(free, key=lambda x: sizes[x], default=None)


def slices(
    count: int, steps: Sequence[Step], image: Shape, found: Layout, memory: int, threads: int
) -> list[tuple[int, int]]:
    """First and last image, exclusive, of each slice.

    A slice's tensors fit :data:`SLICE`, and all threads' slices fit ``memory``; there are as many
    slices for each thread, but none too small to be worth it.

    Raises
    ------
    SpecError
        One image takes more than ``memory``.
    """
    needed = max(1, found.bytes_per_image + math.prod(image))
    if needed > memory:
        raise SpecError(f"emulation memory must hold {needed} bytes of one image, not {memory}")
    size = max(1, min(SLICE // needed, memory // (needed * threads)))
    parts = max(1, math.ceil(count / size))
    work = count * sum(step.products for step in steps)
    if work >= threads * SMALLEST:
        parts = math.ceil(parts / threads) * threads
    parts = max(1, min(parts, count))
    bounds = [round(count * part / parts) for part in range(parts + 1)]
    return [x for x in pairwise(bounds) if x[0] < x[1]]
