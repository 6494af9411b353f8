"""A layer as a call on a slice of images."""

from collections.abc import Sequence
from dataclasses import dataclass

from hwgen import golden
from hwgen.emulation.dispatch import choose
from hwgen.emulation.elementwise import Call, Codes, elementwise
from hwgen.errors import SpecError
from hwgen.golden.products import products_of
from hwgen.network.graph import Convolution, Layer, Network, Shape
from hwgen.network.limits import highest_code
from hwgen.spec.mapping import LayerMapping, Mapping

__all__ = ["Step", "prepare"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Step:
    """A layer, ready to run on slices of images in several threads.

    Parameters
    ----------
    name : str
        Of the layer and of its tensor.
    inputs : tuple of str
    shape : Shape
        Of its tensor.
    kernel, path : str
        As :class:`hwgen.emulation.result.LayerRun` has them.
    rank : int
    products : int
        Multiplications per image.
    call : callable
        ``call(inputs, out)``: uint8 tensors of a slice, C-contiguous.
    """

    name: str
    inputs: tuple[str, ...]
    shape: Shape
    kernel: str
    path: str
    rank: int = 0
    products: int = 0
    call: Call


def prepare(
    network: Network,
    layer: Layer,
    mapping: LayerMapping | None,
    kernel: str | None = None,
    path: str | None = None,
) -> Step:
    """Choose and build what runs ``layer``.

    Parameters
    ----------
    network : Network
    layer : Layer
    mapping : LayerMapping or None
        Of the layer, where it multiplies.
    kernel, path : str, optional
        Force a kernel and an instruction set; default: the fastest.

    Raises
    ------
    SpecError
        The mapping does not fit the layer, or the forced kernel cannot run it.
    """
    if isinstance(layer, Convolution):
        if mapping is None:
            raise SpecError(f"mapping lacks the layer {layer.name}")
        return _convolution(network, layer, mapping, kernel, path)
    found = elementwise(network, layer, kernel, path)
    call, used = (_by_definition(network, layer), "numpy") if found is None else found
    return Step(
        name=layer.name,
        inputs=layer.inputs,
        shape=layer.shape,
        kernel=type(layer).__name__.lower(),
        path=used,
        call=call,
    )


def _convolution(
    network: Network,
    layer: Convolution,
    mapping: LayerMapping,
    kernel: str | None,
    path: str | None,
) -> Step:
    source = layer.inputs[0]
    zero_point = network.quantizations[source].zero_point
    products = products_of(layer, mapping, zero_point, highest_code(network, source))
    chosen = choose(network, layer, products, kernel, path)
    prepared = chosen.prepared
    return Step(
        name=layer.name,
        inputs=layer.inputs,
        shape=layer.shape,
        kernel=chosen.kernel,
        path=prepared.path,
        rank=chosen.rank,
        products=layer.operations,
        call=lambda inputs, out: prepared.run(inputs[0], out),
    )


def _by_definition(network: Network, layer: Layer) -> Call:
    def call(inputs: Sequence[Codes], out: Codes) -> None:
        tensors = dict(zip(layer.inputs, inputs, strict=True))
        out[...] = golden.step(network, layer, tensors, Mapping({}))

    return call
