"""Which control variate a layer gets, and its factors."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.errors import SpecError
from hwgen.golden.products import Products, products_of
from hwgen.mapping.corrections.bias import bias_update
from hwgen.mapping.corrections.families import Family, family_of
from hwgen.mapping.corrections.moments import error_sums
from hwgen.mapping.corrections.statistics import LayerStatistics, scales
from hwgen.mapping.corrections.variate import FRACTION, rounded_factors
from hwgen.mapping.design import VariateFit
from hwgen.mapping.kinds import is_exact
from hwgen.spec.mapping import Choice, ControlVariate, LayerMapping

__all__ = ["fitted_variate"]

TRIED = 1024  # windows that tell which x is the best


def fitted_variate(
    statistics: LayerStatistics, mapping: LayerMapping, how: VariateFit, bits: int = 8
) -> LayerMapping:
    """``mapping`` with a control variate and the constants C0 that go with it.

    C0 is in the bias update, where one that is fitted later takes its place. A layer whose
    multipliers are all exact gets none.

    Parameters
    ----------
    statistics : LayerStatistics
    mapping : LayerMapping
        Tuned codes count.
    how : str
        ``analytic``: ``x``, C and C0 by the formulas of :class:`Family`, for uniform
        activations. ``calibrated``: of all ``x`` that which takes most variance away, C by least
        squares of the errors on its sum over windows of the images, C0 by what they read.
    bits : int
        Low bits of an activation that the accelerator can sum.

    Raises
    ------
    SpecError
        The accelerator sums no bits, or too few; or no formula is published for the layer's
        multipliers.
    """
    choices, _ = mapping.resolve(statistics.layer.centred_weights)
    inexact = [x for x in choices if not is_exact(find(x.multiplier), x.mode)]
    if not inexact:
        return mapping
    subject = f"layer {statistics.layer.name} control_variate"
    if not bits:
        raise SpecError(f"{subject} must have an accelerator that sums low bits, not 0 of them")
    if how == "calibrated":
        return _calibrated(statistics, mapping, bits)
    families = _families(inexact)
    if families is None:
        names = ", ".join(f"{x.multiplier} mode {x.mode}" for x in inexact)
        raise SpecError(
            f"{subject} must be that of one perforated, recursive or truncated multiplier "
            f"to be analytic, not {names}"
        )
    needed = next(iter(families.values())).bits
    if needed > bits:
        raise SpecError(f"{subject} must have an accelerator that sums {needed} bits, not {bits}")
    return _analytic(statistics, mapping, families)


def _families(choices: Iterable[Choice]) -> dict[Choice, Family] | None:
    """Of each choice; None unless all have the same ``x``."""
    found = {x: family_of(find(x.multiplier), x.mode) for x in choices}
    known = {x: family for x, family in found.items() if family is not None}
    alike = len({(family.x, family.bits) for family in known.values()}) == 1
    return known if alike and len(known) == len(found) else None


def _analytic(
    statistics: LayerStatistics, mapping: LayerMapping, families: dict[Choice, Family]
) -> LayerMapping:
    layer = statistics.layer
    products = products_of(layer, mapping, statistics.zero_point, statistics.highest)
    choices, _ = mapping.resolve(layer.centred_weights)
    weights, constants = np.zeros((2, *layer.weights.shape))
    for number, choice in enumerate(choices):
        if choice in families:
            own, family = products.choice == number, families[choice]
            weights[own] = family.weights[products.codes[own]]
            constants[own] = family.constant
    family = next(iter(families.values()))
    taps = (1, 2, 3)
    factors = rounded_factors(weights.mean(axis=taps), FRACTION)
    update = np.floor(family.share * weights.sum(axis=taps) + constants.sum(axis=taps) + 0.5)
    return replace(
        mapping,
        control_variate=ControlVariate(
            x=family.x, bits=family.bits, fraction=FRACTION, factors=factors
        ),
        bias_update=tuple(int(x) for x in update),
    )


def _calibrated(statistics: LayerStatistics, mapping: LayerMapping, bits: int) -> LayerMapping:
    layer = statistics.layer
    width = find(mapping.multiplier).a_kind.width
    tried = [
        ControlVariate(x=x, bits=count, fraction=FRACTION, factors=(0,) * len(layer.weights))
        for x in ("low", "or")
        for count in range(1, min(bits, width) + 1)
    ]
    found = _best(statistics, mapping, tried)
    factors, _ = _least_squares(statistics, mapping, found)
    found = replace(found, factors=rounded_factors(factors, FRACTION))
    corrected = replace(mapping, control_variate=found, bias_update=())
    update = bias_update(
        layer, corrected, statistics.codes, statistics.zero_point, statistics.highest
    )
    return replace(corrected, bias_update=update)


def _best(
    statistics: LayerStatistics, mapping: LayerMapping, tried: list[ControlVariate]
) -> ControlVariate:
    """The variate that takes most variance of the layer's output away; the first of equals."""
    step = max(1, len(statistics.rows) // TRIED)
    scale = scales(statistics.layer) ** 2
    removed = [float(scale @ _least_squares(statistics, mapping, x, step)[1]) for x in tried]
    return tried[int(np.argmax(removed))]


def _least_squares(
    statistics: LayerStatistics, mapping: LayerMapping, variate: ControlVariate, step: int = 1
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """C of each filter, and the variance that it takes away: float64[F] both.

    ``C = Cov(sum_k error_k, sum_k x_k) / Var(sum_k x_k)``: that of Zervakis et al. without the
    assumption that taps are independent, which neighbouring pixels are not. Errors that come
    from the layers before count where the statistics tell them. Every ``step``-th window counts.
    """
    layer = statistics.layer
    products = products_of(
        layer,
        replace(mapping, control_variate=variate),
        statistics.zero_point,
        statistics.highest,
    )
    assert products.variate is not None
    windows = statistics.rows[::step]
    sums = products.variate.x[windows].sum(axis=2, dtype=np.float64)
    sums -= sums.mean(axis=0)
    covariance = _covariance(statistics, mapping, products, windows, sums)
    if statistics.drift_rows is not None:
        told = np.einsum("ngk,ng->gk", statistics.drift_rows[::step], sums) / len(windows)
        centred = layer.centred_weights.reshape(layer.groups, -1, layer.fan_in)
        covariance += np.einsum("gfk,gk->gf", centred, told).ravel()
    per_group = len(layer.weights) // layer.groups
    variance = (sums**2).mean(axis=0).repeat(per_group)
    factors = np.divide(covariance, variance, out=np.zeros(len(variance)), where=variance > 0)
    return factors, factors * covariance


def _covariance(
    statistics: LayerStatistics,
    mapping: LayerMapping,
    products: Products,
    windows: NDArray[np.uint8],
    sums: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Of the summed error of each filter with centred ``sums`` ``[windows, groups]``."""
    count, groups, taps = windows.shape
    place = windows + np.arange(0, 256 * groups * taps, 256).reshape(groups, taps)
    weights = np.broadcast_to(sums[:, :, None], windows.shape)
    by_tap = np.bincount(place.ravel(), weights.ravel(), 256 * groups * taps)
    return error_sums(
        statistics.layer, mapping, products, by_tap.reshape(groups, taps, 256) / count
    )
