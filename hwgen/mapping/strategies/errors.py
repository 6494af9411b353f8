"""How strong the errors of a layer's products are."""

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.golden.products import activation_offset, products_of, weight_offset
from hwgen.mapping.corrections.statistics import LayerStatistics, scales
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.rules import Choice

__all__ = ["error_power"]


def error_power(statistics: LayerStatistics, choice: Choice) -> NDArray[np.float64]:
    """Mean square of the errors of each kernel's products, in output codes: float64[F, C].

    For what each tap reads in the exact network; the sum over a kernel's taps, as if their
    errors were independent and without a mean.
    """
    layer = statistics.layer
    plain = LayerMapping(multiplier=choice.multiplier, mode=choice.mode)
    products = products_of(layer, plain, statistics.zero_point, statistics.highest)
    multiplier = find(choice.multiplier)
    a = np.arange(256.0) - activation_offset(multiplier.a_kind)
    w = layer.weights.reshape(len(layer.weights), -1) + float(weight_offset(multiplier.w_kind))
    table = products.tables[0].astype(np.float64)
    counts = statistics.histograms
    seen = counts / counts[0, 0].sum()
    group = np.arange(len(w)) * layer.groups // len(w)
    place = group[:, None], np.arange(layer.fan_in)
    code = products.codes.reshape(w.shape)
    square = (seen @ a**2)[group] * w**2
    square += (seen @ table**2)[(*place, code)] - 2 * w * ((seen * a) @ table)[(*place, code)]
    by_kernel = square.reshape(len(w), -1, layer.weights.shape[3]).sum(axis=1)
    return np.asarray(by_kernel * scales(layer)[:, None] ** 2, dtype=np.float64)
