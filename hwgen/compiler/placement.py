"""What stays in the banks, what is spilled to memory, and in which stripes layers run."""

from dataclasses import dataclass, replace

from hwgen.compiler.allocation import Resident, first_fit
from hwgen.compiler.homes import Home, dense_segment, find_homes, pitches
from hwgen.compiler.layers import gathers
from hwgen.compiler.needs import needed_lines
from hwgen.compiler.view import View, line_pitch
from hwgen.errors import SpecError
from hwgen.network.graph import Layer, Network, Reshape
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["SCRATCH", "TARGET", "Placement", "place", "stripes_of"]

TARGET, SCRATCH = -1, -2
"""Keys of a layer's buffers that hold no input."""


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where everything lies.

    Parameters
    ----------
    homes : dict of str to Home
        Of every tensor.
    pitches : dict of str to int
        Of every root.
    residents : dict of str to Resident
        Roots that stay in the banks; all others are spilled.
    stripes : dict of str to int
        Output lines that each layer makes at once.
    buffers : dict of (str, int) to View
        Of a layer's spilled inputs, by their number, of its tensor (:data:`TARGET`) and for one
        group's input (:data:`SCRATCH`): room for the largest stripe.
    """

    homes: dict[str, Home]
    pitches: dict[str, int]
    residents: dict[str, Resident]
    stripes: dict[str, int]
    buffers: dict[tuple[str, int], View]

    def is_resident(self, tensor: str) -> bool:
        """Whether a tensor stays in the banks."""
        return self.homes[tensor].root in self.residents

    def view(self, tensor: str, network: Network) -> View:
        """Place of a resident tensor."""
        home = self.homes[tensor]
        height, width, channels = network.shapes[home.root]
        root = View(
            address=self.residents[home.root].address,
            lines=height,
            width=width,
            channels=channels,
            pitch=self.pitches[home.root],
            column=channels,
        )
        return home.view(root)


def place(network: Network, layers: tuple[Layer, ...], spec: AcceleratorSpec) -> Placement:
    """Keep in the banks what fits; spill the largest tensors in the way of what does not.

    Raises :exc:`SpecError` where not even one line of a layer fits.
    """
    try:
        return _Placer(network, layers, spec, embed=True).placed(frozenset())
    except _Full:
        placer = _Placer(network, layers, spec, embed=False)
    spilled: frozenset[str] = frozenset()
    while True:
        try:
            return placer.placed(spilled)
        except _Full as full:
            if full.victim is None:
                raise SpecError(full.message) from None
            spilled |= {full.victim}


class _Full(Exception):
    """The banks are full; ``victim`` is what could make room."""

    def __init__(self, victim: str | None, message: str) -> None:
        super().__init__(message)
        self.victim = victim
        self.message = message


class _Placer:
    """Places with a given set of spilled tensors."""

    def __init__(
        self, network: Network, layers: tuple[Layer, ...], spec: AcceleratorSpec, *, embed: bool
    ) -> None:
        self.network = network
        self.layers = layers
        self.spec = spec
        self.homes = find_homes(network, layers, embed=embed)
        self.pitches = pitches(network, layers, self.homes, spec.banks)

    def placed(self, spilled: frozenset[str]) -> Placement:
        """Go through the layers in order; raises :exc:`_Full` where one does not fit."""
        waiting = sorted(self._lives(spilled), key=lambda x: x.first)
        done: dict[str, Resident] = {}
        stripes: dict[str, int] = {}
        buffers: dict[tuple[str, int], View] = {}
        for step in range(-1, len(self.layers)):
            alive = [x for x in done.values() if x.last >= step]
            for new in (x for x in waiting if x.first == step):
                placed = self._put(new, alive)
                alive.append(placed)
                done[new.name] = placed
            if step >= 0 and not isinstance(self.layers[step], Reshape):
                layer = self.layers[step]
                stripes[layer.name], found = self._stripe(layer, step, alive, spilled)
                buffers |= {(layer.name, key): view for key, view in found.items()}
        return Placement(
            homes=self.homes,
            pitches=self.pitches,
            residents=done,
            stripes=stripes,
            buffers=buffers,
        )

    def _lives(self, spilled: frozenset[str]) -> list[Resident]:
        """Roots that stay, from the first layer that writes them to the last that reads them."""
        first: dict[str, int] = {self.homes[self.network.input_name].root: -1}
        last = dict(first)
        for step, layer in enumerate(self.layers):
            for name in (layer.name, *layer.inputs):
                root = self.homes[name].root
                first.setdefault(root, step)
                last[root] = step
        last[self.homes[self.layers[-1].name].root] = len(self.layers)
        return [
            Resident(name=root, size=self._bytes(root), first=first[root], last=last[root])
            for root in first
            if root not in spilled
        ]

    def _bytes(self, root: str) -> int:
        height, width, channels = self.network.shapes[root]
        return (height - 1) * self.pitches[root] + width * channels

    def _put(self, new: Resident, alive: list[Resident]) -> Resident:
        found = replace(new, address=first_fit(new.size, alive, self.spec.banks))
        if found.end > self.spec.activation_bytes:
            victim = max((*alive, new), key=lambda x: x.size)
            raise _Full(victim.name, "")
        return found

    def _stripe(
        self, layer: Layer, step: int, alive: list[Resident], spilled: frozenset[str]
    ) -> tuple[int, dict[int, View]]:
        """As many lines at once as fit, and where their buffers lie."""
        lines = layer.shape[0]
        while True:
            wanted = self._buffers(layer, lines, spilled)
            taken = list(alive)
            for key, view in wanted.items():
                size = (view.lines - 1) * view.pitch + view.width * view.channels
                address = first_fit(size, taken, self.spec.banks)
                taken.append(Resident(name="", size=size, first=step, last=step, address=address))
                wanted[key] = replace(view, address=address)
            end = max((x.end for x in taken), default=0)
            if end <= self.spec.activation_bytes:
                return lines, wanted
            if lines == 1:
                victim = max(alive, key=lambda x: x.size, default=None)
                raise _Full(
                    victim.name if victim else None,
                    f"layer {layer.name} needs {end} bytes of activation memory "
                    f"for one output line, but the accelerator has {self.spec.activation_bytes}",
                )
            lines = -(-lines // 2)

    def _buffers(self, layer: Layer, lines: int, spilled: frozenset[str]) -> dict[int, View]:
        """Sizes of what a stripe of ``lines`` needs; addresses are not known yet."""
        found: dict[int, View] = {}
        banks = self.spec.banks
        shapes = self.network.shapes
        for which, name in enumerate(layer.inputs):
            _, width, channels = shapes[name]
            most = max(
                len(needed_lines(layer, which, self.network, part))
                for part in stripes_of(layer, lines)
            )
            if self.homes[name].root in spilled:
                segment = dense_segment(layer)
                found[which] = _room(most, width, channels, segment, banks)
            if gathers(layer):
                own = channels // layer.groups  # type: ignore[attr-defined]
                kernel = layer.weights.shape  # type: ignore[attr-defined]
                segment = kernel[2] * own if kernel[1] > 1 else None
                found[SCRATCH] = _room(most, width, own, segment, banks)
        if self.homes[layer.name].root in spilled:
            _, width, channels = layer.shape
            found[TARGET] = _room(lines, width, channels, None, banks)
        return found


def _room(lines: int, width: int, channels: int, segment: int | None, banks: int) -> View:
    return View(
        address=0,
        lines=lines,
        width=width,
        channels=channels,
        pitch=line_pitch(width * channels, segment, banks),
        column=channels,
    )


def stripes_of(layer: Layer, lines: int) -> list[range]:
    """Output lines of a layer, ``lines`` at a time."""
    height = layer.shape[0]
    return [range(first, min(first + lines, height)) for first in range(0, height, lines)]
