"""Facts about each layer: sizes, codes, and what multipliers it admits."""

from collections.abc import Mapping
from dataclasses import dataclass

from hwgen.inspection.codes import CodeRange
from hwgen.network.graph import Convolution, Layer, Network, Shape
from hwgen.network.kinds import kind_of

__all__ = ["LayerFacts", "WeightFacts", "layer_facts"]

_LEAST_BITS = 4  # of a multiplier's operands


@dataclass(frozen=True, kw_only=True)
class WeightFacts:
    """What a layer that multiplies holds.

    Parameters
    ----------
    fan_in : int
        Products accumulated per output.
    parameters : int
        Weights and biases.
    codes : (int, int)
        Smallest and largest weight code, as s8.
    zero_points : (int, int)
        Smallest and largest, in the same codes.
    scales : (float, float)
        Smallest and largest, one of each filter: as precise as the layer's rescaling holds them.
    activation_bits, weight_bits : int
        Narrowest operands of a multiplier that the layer can be mapped to: 4 to 8. Whether
        either is unsigned or two's complement is the multiplier's choice.
    """

    fan_in: int
    parameters: int
    codes: CodeRange
    zero_points: CodeRange
    scales: tuple[float, float]
    activation_bits: int
    weight_bits: int


@dataclass(frozen=True, kw_only=True)
class LayerFacts:
    """What there is to say about one layer.

    Parameters
    ----------
    name, kind : str
    inputs : tuple of str
    input_shape, shape : Shape
        Of its first input, and of its output.
    operations : int
        Multiplications of activations and weights per image.
    reads, writes : (int, int)
        Smallest and largest code of its inputs and of its output.
    scale, zero_point : float, int
        Of its output.
    weights : WeightFacts, optional
        Of a convolution or a fully connected layer: those can be mapped, others cannot.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    input_shape: Shape
    shape: Shape
    operations: int
    reads: CodeRange
    writes: CodeRange
    scale: float
    zero_point: int
    weights: WeightFacts | None


def layer_facts(
    layer: Layer,
    network: Network,
    codes: Mapping[str, CodeRange],
    possible: Mapping[str, CodeRange],
) -> LayerFacts:
    """Facts about one layer.

    Parameters
    ----------
    layer : Layer
    network : Network
    codes : mapping of str to (int, int)
        Range of the codes of every tensor that is to be told.
    possible : mapping of str to (int, int)
        Range of the codes that they can hold: multipliers have to take all of those.
    """
    read = [codes[name] for name in layer.inputs]
    convolution = layer if isinstance(layer, Convolution) else None
    return LayerFacts(
        name=layer.name,
        kind=kind_of(layer, network),
        inputs=layer.inputs,
        input_shape=network.shapes[layer.inputs[0]],
        shape=layer.shape,
        operations=convolution.operations if convolution else 0,
        reads=(min(low for low, _ in read), max(high for _, high in read)),
        writes=codes[layer.name],
        scale=layer.quantization.scale,
        zero_point=layer.quantization.zero_point,
        weights=_weights(convolution, network, possible) if convolution else None,
    )


def _weights(
    layer: Convolution, network: Network, possible: Mapping[str, CodeRange]
) -> WeightFacts:
    low, high = int(layer.weights.min()), int(layer.weights.max())
    zeros = layer.weight_zero_points or (0,)
    padded = network.quantizations[layer.inputs[0]].zero_point
    highest = max(padded, possible[layer.inputs[0]][1])
    scales = _scales(layer, network)
    return WeightFacts(
        fan_in=layer.fan_in,
        parameters=layer.weights.size + layer.bias.size,
        codes=(low, high),
        zero_points=(min(zeros), max(zeros)),
        scales=(min(scales), max(scales)),
        activation_bits=max(_LEAST_BITS, highest.bit_length()),
        weight_bits=max(_LEAST_BITS, 1 + max(high, -low - 1).bit_length()),
    )


def _scales(layer: Convolution, network: Network) -> list[float]:
    """Scale of each filter's weights: rescaling divides their product by the output's scale."""
    outer = layer.quantization.scale / network.quantizations[layer.inputs[0]].scale
    halvings = 31 if layer.rounding == "double" else 0  # of the doubling high multiply
    return [outer * x.multiplier * 2.0 ** (x.left - x.right - halvings) for x in layer.rescale]
