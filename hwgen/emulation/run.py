"""Streaming slices of images through a network, on a thread per core."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from threading import Event
from time import thread_time

import numpy as np
from threadpoolctl import threadpool_limits

from hwgen.emulation.elementwise import Codes
from hwgen.emulation.plan import Layout
from hwgen.emulation.prepare import Step

__all__ = ["run"]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Task:
    """What all threads share: ``whole`` holds tensors of all images."""

    steps: Sequence[Step]
    layout: Layout
    whole: dict[str, Codes]
    largest: int
    stop: Event


def run(
    steps: Sequence[Step],
    layout: Layout,
    whole: dict[str, Codes],
    slices: Sequence[tuple[int, int]],
    threads: int,
) -> list[float]:
    """Compute every step on every slice.

    Parameters
    ----------
    steps : sequence of Step
        In execution order.
    layout : Layout
        Of the tensors that are not in ``whole``.
    whole : dict of str to uint8[N, H, W, C]
        Tensors of all images: inputs are read, those that steps make are written.
    slices : sequence of (int, int)
    threads : int

    Returns
    -------
    list of float
        Processor time of each step, over all threads.
    """
    largest = max((last - first for first, last in slices), default=0)
    task = _Task(steps=steps, layout=layout, whole=whole, largest=largest, stop=Event())
    threads = min(threads, len(slices))
    waiting = iter(slices)  # a thread takes the next slice when it is done with one
    if threads <= 1:
        return _work(task, waiting)
    plain = any(step.path == "numpy" for step in steps)
    # BLAS threads of small products would only collide with ours.
    limits = threadpool_limits(1) if plain else nullcontext()
    with limits, ThreadPoolExecutor(threads) as pool:
        try:
            found = list(pool.map(lambda _: _work(task, waiting), range(threads)))
        finally:
            task.stop.set()
    return [sum(seconds) for seconds in zip(*found, strict=True)]


def _work(task: _Task, waiting: Iterator[tuple[int, int]]) -> list[float]:
    buffers = [np.empty(size * task.largest, np.uint8) for size in task.layout.sizes]
    seconds = [0.0] * len(task.steps)
    views: dict[int, dict[str, Codes]] = {}
    for first, last in waiting:
        count = last - first
        if count not in views:
            views[count] = _views(task, buffers, count)
        tensors = {name: x[first:last] for name, x in task.whole.items()} | views[count]
        before = thread_time()
        for index, step in enumerate(task.steps):
            if task.stop.is_set():
                return seconds
            step.call([tensors[name] for name in step.inputs], tensors[step.name])
            after = thread_time()
            seconds[index] += after - before
            before = after
    return seconds


def _views(task: _Task, buffers: Sequence[Codes], count: int) -> dict[str, Codes]:
    shapes = {step.name: step.shape for step in task.steps}
    return {
        name: buffers[place][: count * math.prod(shapes[name])].reshape(count, *shapes[name])
        for name, place in task.layout.places.items()
    }
