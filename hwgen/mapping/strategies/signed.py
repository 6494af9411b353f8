"""Modes of positive and negative error, and how a filter balances them."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.golden.products import weight_offset
from hwgen.mapping.corrections.statistics import LayerStatistics
from hwgen.mapping.differencing import largest_differencing
from hwgen.mapping.kinds import errors
from hwgen.spec.mapping import LayerMapping, WeightRule
from hwgen.spec.mapping.indices import ranges_of_members, text_of

__all__ = ["Balance", "SignedModes", "balanced", "signed_modes"]

Balance: TypeAlias = Literal["uniform", "measured"]


@dataclass(frozen=True)
class SignedModes:
    """Modes ZE, PE(z) and NE(z) of a multiplier.

    With ``x = a % 2**z`` the error, exact minus approximate, is ``w * x`` in PE and
    ``w * (x - (2**z - 1))`` in NE.

    Parameters
    ----------
    multiplier : str
    z : int
        Low activation bits that PE and NE take as 0 and as 1.
    exact, positive, negative : int
        Modes.
    """

    multiplier: str
    z: int
    exact: int
    positive: int
    negative: int


def signed_modes(name: str) -> tuple[SignedModes, ...]:
    """Of a multiplier, judged by its products; the largest ``z`` first, empty if it has none."""
    multiplier = find(name)
    a, w = multiplier.a_kind.values[:, None], multiplier.w_kind.values[None, :]
    table = [errors(multiplier, mode) for mode in range(len(multiplier.modes))]

    def mode_of(wanted: NDArray[np.int64]) -> int | None:
        return next((i for i, x in enumerate(table) if np.array_equal(x, wanted)), None)

    exact = mode_of(np.zeros_like(table[0]))
    found = []
    for z in range(multiplier.a_kind.width - 1, 0, -1):
        low, most = a % (1 << z), (1 << z) - 1
        positive, negative = mode_of(w * low), mode_of(w * (low - most))
        if exact is not None and positive is not None and negative is not None:
            found.append(SignedModes(name, z, exact, positive, negative))
    return tuple(found)


def balanced(
    statistics: LayerStatistics, modes: SignedModes, balance: Balance = "uniform"
) -> LayerMapping:
    """A layer in PE and NE such that the mean error of each filter is about zero.

    The mean error of a filter is ``(2**z - 1) / 2 * (sum_k s_k w_k - goal)`` with ``s_k`` 1 for
    PE and -1 for NE, and ``goal = sum_k w_k (1 - 2 E[x_k] / (2**z - 1))``: 0 for uniform
    activations. So weights and goal are numbers to be parted into two sets of equal sum. Of what
    remains one weight in ZE may take more away.

    Parameters
    ----------
    statistics : LayerStatistics
    modes : SignedModes
    balance : str
        ``uniform``: activations are taken as uniform, as published; ``measured``: ``E[x_k]`` is
        that of what each tap really reads, which matters behind a ReLU.
    """
    layer, most = statistics.layer, (1 << modes.z) - 1
    weights = layer.weights.reshape(len(layer.weights), -1).astype(np.int64)
    weights += weight_offset(find(modes.multiplier).w_kind)
    shift = np.zeros((layer.groups, layer.fan_in))
    if balance == "measured":
        counts = statistics.histograms
        low = counts @ (np.arange(256) & most) / counts[0, 0].sum()
        shift = 1 - 2 * low / most
    group = np.arange(len(weights)) // (len(weights) // layer.groups)
    rules = []
    for number, (own, shifted) in enumerate(zip(weights, shift[group], strict=True)):
        signs = _signs(own, own * shifted)
        for mode, sign in ((modes.negative, -1), (modes.exact, 0)):
            taps = np.flatnonzero(signs == sign)
            if taps.size:
                text = text_of(ranges_of_members(taps))
                rules.append(WeightRule(mode=mode, filters=str(number), taps=text))
    return LayerMapping(multiplier=modes.multiplier, mode=modes.positive, weights=tuple(rules))


def _signs(weights: NDArray[np.int64], shifted: NDArray[np.float64]) -> NDArray[np.int64]:
    """1 for PE, -1 for NE and 0 for ZE, of each weight of a filter.

    ``sum(signs * weights - abs(signs) * shifted)`` is what is to be small.
    """
    goal = shifted.sum()
    # The goal is one more number to be parted, and first, so that its sign is known.
    sides = largest_differencing([abs(goal), *np.abs(weights)])[1:]
    signs = sides * np.where(weights < 0, -1, 1) * (-1 if goal > 0 else 1)
    signs[weights == 0] = 1
    errors_of = signs * weights - shifted
    left = errors_of.sum()
    best = int(np.abs(left - errors_of).argmin())
    if abs(left - errors_of[best]) < abs(left):
        signs[best] = 0
    return signs
