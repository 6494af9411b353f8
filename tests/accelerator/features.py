"""What else a random case has: corners of accelerator, mapping and network."""

from hwgen.arith.catalogue import find
from hwgen.compiler.compile import compile_network
from hwgen.network.graph import Convolution
from tests.accelerator.random_spec import is_zero_preserving

__all__ = ["FEATURES", "features_of"]

_OF_ACCELERATOR = {
    "wide": lambda spec: spec.cols > spec.rows,
    "tall": lambda spec: spec.rows > spec.cols,
    "square": lambda spec: spec.rows == spec.cols,
    "u8 x s8": lambda spec: _operands(spec) == ("u8", "s8"),
    "u8 x u8": lambda spec: _operands(spec) == ("u8", "u8"),
    "s8 x s8": lambda spec: _operands(spec) == ("s8", "s8"),
    "narrow operands": lambda spec: spec.arithmetic[0].a_kind.width < 8,
    "pipelined": lambda spec: spec.multiplier_stages > 0,
    "activation sum": lambda spec: spec.activation_sum,
    "shared requantizers": lambda spec: spec.requantizers < spec.cols,
    "24-bit accumulators": lambda spec: spec.accumulator_width == 24,
    "fifo less than a block": lambda spec: spec.weight_fifo_words < spec.rows,
    "64-bit bus": lambda spec: spec.data_width == 64,
    "128-bit bus": lambda spec: spec.data_width == 128,
    "256-bit bus": lambda spec: spec.data_width == 256,
    "512-bit bus": lambda spec: spec.data_width == 512,
    "long addresses": lambda spec: spec.address_width > 32,
}
_OF_NETWORK = {
    "single rounding": lambda layer: layer.rounding == "single",
    "double rounding": lambda layer: layer.rounding == "double",
    "unequal strides": lambda layer: len(set(getattr(layer, "stride", (1,)))) > 1,
    "divisor by taps": lambda layer: bool(getattr(layer, "by_taps", ())),
    "weight zero points": lambda layer: any(getattr(layer, "weight_zero_points", ())),
}
_OF_MAPPING = {
    "bias update": lambda layer: bool(layer.bias_update),
    "tuned weights": lambda layer: layer.tuned_weights is not None,
    "low variate": lambda layer: bool(layer.control_variate) and layer.control_variate.x == "low",
    "or variate": lambda layer: bool(layer.control_variate) and layer.control_variate.x == "or",
}
_OF_CASE = {
    "spilled": lambda case: _spilled(case),
    "stripes": lambda case: _parts(case),
    "nothing at 0, and rows that idle": lambda case: _idles(case),
}
FEATURES = (*_OF_ACCELERATOR, *_OF_NETWORK, *_OF_MAPPING, *_OF_CASE)


def features_of(case):
    """Those of :data:`FEATURES` that a case has."""
    layers, mappings = case.network.layers, case.mapping.layers.values()
    found = [name for name, has in _OF_ACCELERATOR.items() if has(case.spec)]
    found += [name for name, has in _OF_NETWORK.items() if any(map(has, layers))]
    found += [name for name, has in _OF_MAPPING.items() if any(map(has, mappings))]
    return found + [name for name, has in _OF_CASE.items() if has(case)]


def _operands(spec):
    multiplier = spec.arithmetic[0]
    return multiplier.a_kind.name, multiplier.w_kind.name


def _spilled(case):
    """Tensors beside input and output lie in memory."""
    program = compile_network(case.network, case.mapping, case.spec)
    return bool(program.extents.keys() - {program.input, program.output})


def _parts(case):
    """A convolution is cut, for banks or accumulators."""
    program = compile_network(case.network, case.mapping, case.spec)
    layers = [step.layer for step in program.steps if step.part == "compute"]
    whole = [x.name for x in case.network.convolutions if x.groups == 1]
    return any(layers.count(name) > 1 for name in whole)


def _idles(case):
    """0 times 0 is not 0, and the last block of a layer leaves rows without a tap."""
    return any(
        layer.fan_in % case.spec.rows
        and not is_zero_preserving(find(case.mapping.layers[layer.name].multiplier))
        for layer in case.network.layers
        if isinstance(layer, Convolution)
    )
