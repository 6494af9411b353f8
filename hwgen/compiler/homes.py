"""Which tensors share a place: parts of a concatenation, padded tensors, reshaped ones."""

from dataclasses import dataclass

from hwgen.compiler.multiply import is_diagonal
from hwgen.compiler.view import View, line_pitch
from hwgen.network.graph import (
    Concat,
    Convolution,
    Layer,
    Network,
    Pad,
    Reshape,
    Shape,
)

__all__ = ["Home", "find_homes", "pitches"]


@dataclass(frozen=True, kw_only=True)
class Home:
    """A tensor's place within another one's.

    Parameters
    ----------
    root : str
        The tensor that has memory of its own; often the tensor itself.
    start : (int, int, int)
        Line, column and channel of the root at which it starts.
    shape : Shape
        Of the tensor.
    reshaped : bool
        Whether it is the root's codes in another shape.
    """

    root: str
    start: tuple[int, int, int] = (0, 0, 0)
    shape: Shape
    reshaped: bool = False

    def view(self, root: View) -> View:
        """The tensor, given its root's place."""
        if not self.reshaped:
            return root.box(self.start, self.shape)
        height, width, channels = self.shape
        return View(
            address=root.address,
            lines=height,
            width=width,
            channels=channels,
            pitch=width * channels,
            column=channels,
        )


def find_homes(network: Network, layers: tuple[Layer, ...], *, embed: bool) -> dict[str, Home]:
    """Home of every tensor.

    With ``embed``, what is concatenated or padded is written to its place there at once, where
    all that read it besides can do without neighbouring columns that touch.
    """
    readers: dict[str, list[Layer]] = {}
    for layer in layers:
        for name in layer.inputs:
            readers.setdefault(name, []).append(layer)
    producers = {layer.name: layer for layer in layers}
    homes = {name: Home(root=name, shape=shape) for name, shape in network.shapes.items()}
    for layer in reversed(layers):  # so that a tensor's own home is known before its parts'
        if not embed or not isinstance(layer, Concat | Pad):
            continue
        outer = homes[layer.name]
        for name, start in _starts(layer, network):
            nested = isinstance(layer, Pad) and isinstance(producers.get(name), Concat | Pad)
            if outer.reshaped or nested or not _can_move(name, layers[-1], producers, readers):
                continue  # nested: filling a margin would come after what is inside
            line, column, channel = (a + b for a, b in zip(outer.start, start, strict=True))
            homes[name] = Home(
                root=outer.root, start=(line, column, channel), shape=network.shapes[name]
            )
    for layer in layers:
        if isinstance(layer, Reshape):
            root = homes[layer.inputs[0]].root
            homes[layer.name] = Home(root=root, shape=layer.shape, reshaped=True)
    return homes


def _starts(layer: Concat | Pad, network: Network) -> list[tuple[str, tuple[int, int, int]]]:
    if isinstance(layer, Pad):
        return [(layer.inputs[0], layer.before)]
    found, sum_ = [], 0
    for name in layer.inputs:
        start = [0, 0, 0]
        start[layer.axis] = sum_
        found.append((name, (start[0], start[1], start[2])))
        sum_ += network.shapes[name][layer.axis]
    return found


def _can_move(
    name: str, last: Layer, producers: dict[str, Layer], readers: dict[str, list[Layer]]
) -> bool:
    """Whether a tensor may lie in a tensor with more channels."""
    producer = producers.get(name)
    if producer is None or isinstance(producer, Reshape) or name == last.name:
        return False
    places = sum(
        reader.inputs.count(name) for reader in readers[name] if isinstance(reader, Concat | Pad)
    )
    return places == 1 and all(_takes_gaps(reader) for reader in readers[name])


def _takes_gaps(layer: Layer) -> bool:
    if isinstance(layer, Convolution):
        return layer.weights.shape[2] == 1 or layer.groups > 1
    return not isinstance(layer, Reshape)


def pitches(
    network: Network, layers: tuple[Layer, ...], homes: dict[str, Home], banks: int
) -> dict[str, int]:
    """Bytes from line to line of every root.

    Of the convolutions that read a root across kernel lines, the one with the most
    multiplications is served; see :func:`hwgen.compiler.view.line_pitch`.
    """
    wishes: dict[str, tuple[int, int]] = {}
    tight = {homes[layer.inputs[0]].root for layer in layers if isinstance(layer, Reshape)}
    for layer in layers:
        segment = dense_segment(layer)
        home = homes[layer.inputs[0]]
        if segment is not None and home.root not in tight:
            wishes[home.root] = max(
                wishes.get(home.root, (0, 0)),
                (layer.operations, segment),  # type: ignore[attr-defined]
            )
    found = {}
    for name in {home.root for home in homes.values()}:
        _, width, channels = network.shapes[name]
        segment = wishes[name][1] if name in wishes else None
        found[name] = line_pitch(width * channels, segment, banks)
    return found


def dense_segment(layer: Layer) -> int | None:
    """Bytes of a kernel line that dense blocks cross into the next one; None without."""
    if not isinstance(layer, Convolution) or layer.weights.shape[1] == 1 or is_diagonal(layer):
        return None
    if layer.groups > 1:
        return None  # its channels are brought together first
    return int(layer.weights.shape[2] * layer.weights.shape[3])
