"""All descriptors of a network, in order."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hwgen.compiler.bypass import fill_tasks
from hwgen.compiler.layers import gathers, layer_tasks
from hwgen.compiler.multiply import Multiplication
from hwgen.compiler.needs import needed_lines
from hwgen.compiler.placement import SCRATCH, TARGET, Placement, stripes_of
from hwgen.compiler.region import Region
from hwgen.compiler.task import Area, Task
from hwgen.compiler.view import View
from hwgen.network.graph import Concat, Layer, Network, Pad, Reshape
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.program import Operation

__all__ = ["Schedule"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Schedule:
    """Turns placed layers into tasks.

    Parameters
    ----------
    network : Network
    layers : tuple of Layer
        Those that the accelerator executes.
    spec : AcceleratorSpec
    placement : Placement
    multiplications : dict of str to Multiplication
        Of every convolution.
    """

    network: Network
    layers: tuple[Layer, ...]
    spec: AcceleratorSpec
    placement: Placement
    multiplications: dict[str, Multiplication]

    def tasks(self) -> Iterator[Task]:
        """LOAD of the image, the layers, STORE of the last tensor."""
        image, result = self.network.input_name, self.layers[-1].name
        if self.placement.is_resident(image):
            view = self.placement.view(image, self.network)
            yield self._move(Operation.LOAD, image, image, view)
        for layer in self.layers:
            if not isinstance(layer, Reshape):
                yield from self._margins(layer)
                for lines in stripes_of(layer, self.placement.stripes[layer.name]):
                    yield from self._stripe(layer, lines)
        if self.placement.is_resident(result):
            view = self.placement.view(result, self.network)
            yield self._move(Operation.STORE, result, result, view)

    def _margins(self, layer: Layer) -> Iterator[Task]:
        """Fill the padded tensors that ``layer`` is about to be written into."""
        for outer in self.layers:
            if isinstance(outer, Pad) and self._is_embedded(layer.name, outer):
                view = self.placement.view(outer.name, self.network)
                region = Region(lines=range(view.lines), columns=range(view.width))
                yield from fill_tasks(outer.name, self.spec, region, view, outer.fill)

    def _is_embedded(self, name: str, outer: Layer) -> bool:
        """Whether a tensor is in its place in ``outer``'s already when ``outer`` is due."""
        if not isinstance(outer, Concat | Pad) or name not in outer.inputs:
            return False
        return self.placement.homes[name].root == self.placement.homes[outer.name].root

    def _stripe(self, layer: Layer, lines: range) -> Iterator[Task]:
        sources: list[View | None] = []
        for which, name in enumerate(layer.inputs):
            if self._is_embedded(name, layer):
                sources.append(None)
            elif self.placement.is_resident(name):
                sources.append(self.placement.view(name, self.network))
            else:
                needed = needed_lines(layer, which, self.network, lines)
                staged = self._staged(self.placement.buffers[layer.name, which], needed)
                sources.append(staged)
                if needed:
                    yield self._move(Operation.LOAD, layer.name, name, staged)
        if all(source is None for source in sources):
            return
        target = self.placement.buffers.get((layer.name, TARGET))
        is_spilled = target is not None
        if target is not None:
            target = self._staged(target, lines)
        else:
            target = self.placement.view(layer.name, self.network)
        yield from layer_tasks(
            layer,
            self.network,
            self.spec,
            lines,
            sources,
            target,
            self.multiplications.get(layer.name),
            self._scratch(layer, lines),
        )
        if is_spilled:
            yield self._move(Operation.STORE, layer.name, layer.name, target)

    def _scratch(self, layer: Layer, lines: range) -> View | None:
        if not gathers(layer):
            return None
        needed = needed_lines(layer, 0, self.network, lines)
        return self._staged(self.placement.buffers[layer.name, SCRATCH], needed)

    def _staged(self, buffer: View, lines: range) -> View:
        return replace(buffer, first_line=lines.start, lines=len(lines))

    def _move(self, operation: Operation, layer: str, tensor: str, view: View) -> Task:
        """LOAD or STORE the lines of a tensor that ``view`` holds."""
        run = view.width * view.channels
        return Task(
            layer=layer,
            part="move",
            fields={
                "operation": operation,
                "height": view.lines,
                "run_bytes": run,
                "target": view.address,
                "target_line_step": view.pitch,
                "memory_step": run,
            },
            area=Area(tensor=self.placement.homes[tensor].root, offset=view.first_line * run),
        )
