"""Evaluating mappings of one network on one set of images."""

import os
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from time import perf_counter

import numpy as np

from hwgen.emulation.candidates import KERNELS
from hwgen.emulation.elementwise import Codes
from hwgen.emulation.plan import layout, slices
from hwgen.emulation.prepare import Step, prepare
from hwgen.emulation.result import LayerRun, Result
from hwgen.emulation.reuse import digests_of, needed_layers, worth_keeping
from hwgen.emulation.run import run
from hwgen.emulation.store import Store
from hwgen.errors import DataError, SpecError, check_choice, check_range
from hwgen.network.graph import Convolution, Layer, Network
from hwgen.spec.mapping import LayerMapping, Mapping

__all__ = ["MEMORY", "Emulator", "evaluate"]

MEMORY = 512 << 20
_PREPARED = 4  # steps kept for each layer of the network


class Emulator:
    """One network and its images: mapping after mapping, only what changed is computed.

    Every tensor equals that of :func:`hwgen.golden.run`, bit for bit. May be used by several
    threads.

    Parameters
    ----------
    network : Network
    images : uint8[N, H, W, C]
        Input codes.
    memory : int
        Bytes for tensors in flight and for those that are kept; the images and the tensors that
        :meth:`evaluate` returns come on top.
    threads : int, optional
        Default: one per core that this process may use.
    kernel : str, optional
        Force ``lookup``, ``factored`` or ``numpy``; default: the fastest for each layer.
    path : str, optional
        Force an instruction set of :func:`hwgen.kernels.layers.paths`.
    reuse : bool
        Whether tensors are kept for the next mapping, in at most ``memory``.

    Raises
    ------
    DataError
        The images are not codes of the network's input.
    """

    def __init__(
        self,
        network: Network,
        images: Codes,
        *,
        memory: int = MEMORY,
        threads: int | None = None,
        kernel: str | None = None,
        path: str | None = None,
        reuse: bool = True,
    ) -> None:
        check_range("emulation", "memory", memory, 1, 1 << 50)
        threads = _cores() if threads is None else threads
        check_range("emulation", "threads", threads, 1, 1024)
        if kernel is not None:
            check_choice("emulation", "kernel", kernel, KERNELS)
        self.network, self.images = network, _checked(network, images)
        self.memory, self.threads = memory, threads
        self.kernel, self.path = kernel, path
        self._store = Store(memory if reuse else 0)
        self._prepared: OrderedDict[tuple[str, LayerMapping | None], Step] = OrderedDict()
        self._lock = Lock()
        self._layers = {layer.name: layer for layer in network.layers}

    def evaluate(self, mapping: Mapping, tensors: Sequence[str] = ()) -> Result:
        """Run the network under ``mapping``.

        Parameters
        ----------
        mapping : Mapping
            It must cover the layers that the tensors depend on.
        tensors : sequence of str
            Names of the tensors to return; default: the last layer's.

        Raises
        ------
        SpecError
            A tensor is unknown, the mapping does not fit the network, or one image takes more
            than the memory.
        """
        wanted = tuple(tensors) or (self.network.layers[-1].name,)
        for name in wanted:
            check_choice("emulation", "tensor", name, self.network.shapes)
        digests = digests_of(self.network, mapping)
        layers, known = needed_layers(self.network, wanted, digests, self._store)
        steps = [self.step(layer, mapping) for layer in layers]
        kept = worth_keeping(steps, len(self.images), self._store.memory)
        whole = {self.network.input_name: self.images, **known}
        for step in steps:
            if step.name in kept or step.name in wanted:
                whole[step.name] = np.empty((len(self.images), *step.shape), np.uint8)
        result = self._run(steps, whole, wanted)
        for name in kept:
            self._store.put(digests[name], whole[name])
        return result

    def _run(self, steps: Sequence[Step], whole: dict[str, Codes], wanted: Sequence[str]) -> Result:
        found = layout(steps, list(whole))
        count, shape = len(self.images), self.network.input_shape
        parts = slices(count, steps, shape, found, self.memory, self.threads)
        before = perf_counter()
        seconds = run(steps, found, whole, parts, self.threads)
        passed = perf_counter() - before
        return Result(
            outputs={name: whole[name] for name in wanted},
            layers=tuple(
                LayerRun(
                    name=step.name,
                    kernel=step.kernel,
                    path=step.path,
                    rank=step.rank,
                    products=step.products * count,
                    seconds=spent,
                )
                for step, spent in zip(steps, seconds, strict=True)
            ),
            seconds=passed,
            threads=max(1, min(self.threads, len(parts))),
        )

    def step(self, layer: Layer, mapping: Mapping) -> Step:
        """What runs a layer under ``mapping``."""
        own = mapping.layers.get(layer.name)
        if isinstance(layer, Convolution) and own is None:
            raise SpecError(f"mapping lacks the layer {layer.name}")
        key = layer.name, own
        with self._lock:
            if key in self._prepared:
                self._prepared.move_to_end(key)
                return self._prepared[key]
        step = prepare(self.network, layer, own, self.kernel, self.path)
        with self._lock:
            self._prepared[key] = step
            while len(self._prepared) > _PREPARED * len(self._layers):
                self._prepared.popitem(last=False)
        return step


def evaluate(
    network: Network,
    images: Codes,
    mapping: Mapping,
    *,
    tensors: Sequence[str] = (),
    memory: int = MEMORY,
    threads: int | None = None,
    kernel: str | None = None,
    path: str | None = None,
) -> Result:
    """Run ``network`` on ``images`` once; see :class:`Emulator`."""
    emulator = Emulator(
        network, images, memory=memory, threads=threads, kernel=kernel, path=path, reuse=False
    )
    return emulator.evaluate(mapping, tensors)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _checked(network: Network, images: Codes) -> Codes:
    if not isinstance(images, np.ndarray) or images.dtype != np.uint8:
        kind = getattr(images, "dtype", type(images).__name__)
        raise DataError(f"images must be codes of uint8, not {kind}")
    if images.shape[1:] != tuple(network.input_shape):
        raise DataError(
            f"images must have the shape [N, {', '.join(map(str, network.input_shape))}], "
            f"not {list(images.shape)}"
        )
    return np.ascontiguousarray(images)
