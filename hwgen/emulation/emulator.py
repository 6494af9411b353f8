"""Evaluating mappings of one network on one set of images."""

import hashlib
import math
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
        digests = self._digests(mapping)
        known = self._known(wanted, digests)
        needed = self._needed(wanted, known)
        steps = [self.step(layer, mapping) for layer in needed]
        kept = self._kept(steps, wanted, digests)
        whole = {self.network.input_name: self.images, **known}
        whole |= {x.name: np.empty((len(self.images), *x.shape), np.uint8) for x in kept}
        found = layout(steps, list(whole))
        parts = slices(
            len(self.images),
            steps,
            self.network.input_shape,
            found,
            self.memory,
            self.threads,
        )
        before = perf_counter()
        seconds = run(steps, found, whole, parts, self.threads)
        passed = perf_counter() - before
        for step in kept:
            self._store.put(digests[step.name], whole[step.name])
        return Result(
            outputs={name: whole[name] for name in wanted},
            layers=tuple(
                LayerRun(
                    name=step.name,
                    kernel=step.kernel,
                    path=step.path,
                    rank=step.rank,
                    products=step.products * len(self.images),
                    seconds=spent,
                )
                for step, spent in zip(steps, seconds, strict=True)
            ),
            seconds=passed,
            threads=min(self.threads, len(parts)),
        )

    def _digests(self, mapping: Mapping) -> dict[str, bytes]:
        """Of everything that each tensor depends on, beside the network and the images."""
        found = {self.network.input_name: b""}
        for layer in self.network.layers:
            own = mapping.layers.get(layer.name) if isinstance(layer, Convolution) else None
            text = f"{layer.name} {own!r} ".encode()
            parts = b"".join(found[name] for name in layer.inputs)
            found[layer.name] = hashlib.sha256(text + parts).digest()
        return found

    def _known(self, wanted: Sequence[str], digests: dict[str, bytes]) -> dict[str, Codes]:
        """Stored tensors from which the wanted ones follow: the latest of each path."""
        known: dict[str, Codes] = {}
        asked = set(wanted)
        for layer in reversed(self.network.layers):
            if layer.name in asked:
                tensor = self._store.get(digests[layer.name])
                if tensor is None:
                    asked.update(layer.inputs)
                else:
                    known[layer.name] = tensor
        return known

    def _needed(self, wanted: Sequence[str], known: dict[str, Codes]) -> list[Layer]:
        """Layers to compute, in execution order."""
        asked = set(wanted)
        found = []
        for layer in reversed(self.network.layers):
            if layer.name in asked and layer.name not in known:
                found.append(layer)
                asked.update(layer.inputs)
        return found[::-1]

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

    def _kept(
        self, steps: Sequence[Step], wanted: Sequence[str], digests: dict[str, bytes]
    ) -> list[Step]:
        """Steps whose tensors are wanted, or worth most per byte of the store.

        What a tensor saves is all that was multiplied for it since the last known one.
        """
        behind: dict[str, int] = {}
        worth: dict[str, float] = {}
        for step in steps:
            behind[step.name] = step.products + sum(behind.get(x, 0) for x in set(step.inputs))
            worth[step.name] = behind[step.name] / math.prod(step.shape)
        room = self._store.memory
        chosen = set()
        for step in sorted(steps, key=lambda x: -worth[x.name]):
            size = math.prod(step.shape) * len(self.images)
            if size <= room:
                room -= size
                chosen.add(step.name)
        return [x for x in steps if x.name in chosen or x.name in wanted]


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
