"""Whether sums fit the accumulators, whatever the activations."""

import numpy as np

from hwgen.compiler.multiply import Multiplication
from hwgen.errors import SpecError
from hwgen.network.graph import Add, Layer, Pool, Rescale, Rounding
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.program import TAP_BITS

__all__ = ["check_accumulators"]

_LARGEST_CODE = 255  # of a code minus its zero point


def check_accumulators(
    layer: Layer, spec: AcceleratorSpec, multiplication: Multiplication | None
) -> None:
    """Refuse a layer of which some prefix sum may not fit an accumulator."""
    if multiplication is not None:
        _check_taps(multiplication)
        bound = _largest_sum(multiplication)
    elif isinstance(layer, Add):
        bound = sum(_largest_scaled(rescale, layer.rounding) for rescale in layer.operands)
    elif isinstance(layer, Pool):
        bound = _LARGEST_CODE * layer.kernel[0] * layer.kernel[1]
    else:
        return
    limit = (1 << (spec.accumulator_width - 1)) - 1
    if bound > limit:
        raise SpecError(
            f"layer {layer.name} may reach sums of {bound}, "
            f"but {spec.accumulator_width}-bit accumulators end at {limit}"
        )


def _check_taps(multiplication: Multiplication) -> None:
    """Refuse a layer whose sums of activations may have more bits than the circuit's."""
    products, taps = multiplication.products, multiplication.layer.fan_in
    limit = (1 << TAP_BITS) - 1
    if taps > limit and (products.sum_factor.any() or products.variate is not None):
        raise SpecError(
            f"layer {multiplication.layer.name} sums activations of {taps} taps, "
            f"but the accelerator does of {limit} at most"
        )


def _largest_sum(multiplication: Multiplication) -> int:
    """Bound of every prefix sum of products, corrections and bias."""
    products = multiplication.products
    largest = np.stack([np.abs(table.astype(np.int64)).max(axis=0) for table in products.tables])
    bound = largest[products.choice, products.codes].sum(axis=(1, 2, 3)) + np.abs(products.bias)
    taps = multiplication.layer.fan_in
    bound += np.abs(products.sum_factor) * taps * _LARGEST_CODE
    if products.variate is not None:
        most = np.abs(products.variate.factor) * taps * int(products.variate.x.max())
        bound += (most >> products.variate.fraction) + 1
    return int(bound.max())


def _largest_scaled(rescale: Rescale, rounding: Rounding) -> int:
    """Bound of a rescaled code."""
    right = rescale.right + (31 if rounding == "double" else 0)
    return ((_LARGEST_CODE << rescale.left) * rescale.multiplier >> right) + 1
