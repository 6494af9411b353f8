"""What one layer multiplies with, and its corrections."""

import math
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find, resolve
from hwgen.errors import SpecError, check_range
from hwgen.spec.mapping.corrections import ControlVariate, TunedWeights
from hwgen.spec.mapping.indices import expand
from hwgen.spec.mapping.levels import Levels
from hwgen.spec.mapping.rules import Choice, FilterRule, KernelRule, RangeRule, WeightRule

__all__ = ["LARGEST_MIX", "LayerMapping"]

LARGEST_MIX = 256  # choices in one layer: an index of 8 bits


@dataclass(frozen=True, kw_only=True)
class LayerMapping:
    """Multiplier, mode and correction of one layer.

    A rule holds for the weights that it speaks of, over what coarser levels say: weight over
    weight range over kernel over filter over the layer itself. The rules are kept in canonical
    form, so equal mappings are equal objects.

    Parameters
    ----------
    multiplier : str
        Catalogue name, or a netlist's file that ends in ``.v``: then the field holds the name of
        its gates. Its operand kinds decide the layer's encoding: an activation is multiplied as
        its u8 code, or as the signed code ``2**(width - 1)`` below it; a weight as its s8 code,
        or as the unsigned code ``2**(width - 1)`` above it. A rule may name another one of the
        same kinds.
    mode : int
        Mode of every weight of which no rule speaks.
    filters, kernels, ranges, weights : tuple of rules
        Other modes, level by level.
    bias_update : tuple of int
        Added to the bias of each filter, in accumulator units; empty for none.
    control_variate : ControlVariate, optional
    tuned_weights : TunedWeights, optional
    """

    multiplier: str
    mode: int = 0
    filters: tuple[FilterRule, ...] = ()
    kernels: tuple[KernelRule, ...] = ()
    ranges: tuple[RangeRule, ...] = ()
    weights: tuple[WeightRule, ...] = ()
    bias_update: tuple[int, ...] = ()
    control_variate: ControlVariate | None = None
    tuned_weights: TunedWeights | None = None
    _reach: AbstractMapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "multiplier", resolve(self.multiplier))
        for update in self.bias_update:
            check_range("mapping", "bias_update", update, -(1 << 31), (1 << 31) - 1)
        if not any(self.bias_update):
            object.__setattr__(self, "bias_update", ())
        levels = self._levels
        for choice in {self.choice, *levels.choices(self.choice)}:
            self._check(choice)
        object.__setattr__(self, "_reach", levels.reach)  # of rules that are left out, too
        canonical = levels.canonical(self.choice)
        for name in ("filters", "kernels", "ranges", "weights"):
            object.__setattr__(self, name, getattr(canonical, name))
        if self.control_variate is not None:
            self.control_variate.of_codes(find(self.multiplier).a_kind)

    @property
    def choice(self) -> Choice:
        """What weights of which no rule speaks are multiplied with."""
        return Choice(self.multiplier, self.mode)

    @property
    def multipliers(self) -> frozenset[str]:
        """Names of all that it speaks of."""
        return frozenset(x.multiplier for x in {self.choice, *self._levels.choices(self.choice)})

    @property
    def is_uniform(self) -> bool:
        """Whether no rule changes any weight."""
        return not (self.filters or self.kernels or self.ranges or self.weights)

    def resolve(self, centred: NDArray[np.int64]) -> tuple[tuple[Choice, ...], NDArray[np.uint8]]:
        """The choices that occur in a layer, and which of them each weight has.

        Parameters
        ----------
        centred : int64[F, KH, KW, C]
            The layer's weight codes minus their zero points; C as a filter sees it.

        Raises
        ------
        SpecError
            A rule speaks of a filter, channel or tap that the layer lacks.
        """
        self._check_reach(centred.shape)
        known = list(dict.fromkeys([self.choice, *self._levels.choices(self.choice)]))
        found = np.zeros(centred.shape, np.int64)
        if not self.is_uniform:
            self._apply(found, centred, {x: i for i, x in enumerate(known)})
        used, index = np.unique(found, return_inverse=True)
        if len(used) > LARGEST_MIX:
            raise SpecError(f"a layer must mix at most {LARGEST_MIX} modes, not {len(used)}")
        choices = tuple(known[i] for i in used)
        return choices, index.reshape(centred.shape).astype(np.uint8)

    def _check_reach(self, shape: tuple[int, ...]) -> None:
        counts = {"filters": shape[0], "channels": shape[3], "taps": math.prod(shape[1:])}
        for name, last in self._reach.items():
            if last >= counts[name]:
                raise SpecError(f"a rule's {name} must be from 0 to {counts[name] - 1}, not {last}")

    def _apply(
        self, found: NDArray[np.int64], centred: NDArray[np.int64], number: dict[Choice, int]
    ) -> None:
        by_tap = found.reshape(len(found), -1)
        for filter_rule in self.filters:
            rows = expand(filter_rule.ranges("filters"))
            found[rows] = number[self._chosen(filter_rule)]
        for kernel_rule in self.kernels:
            rows = expand(kernel_rule.ranges("filters"))
            channels = expand(kernel_rule.ranges("channels"))
            found[rows[:, None], :, :, channels[None, :]] = number[self._chosen(kernel_rule)]
        for range_rule in self.ranges:
            inside = np.isin(centred, expand(range_rule.ranges("codes")))
            found[inside] = number[self._chosen(range_rule)]
        for weight_rule in self.weights:
            rows = expand(weight_rule.ranges("filters"))
            taps = expand(weight_rule.ranges("taps"))
            by_tap[rows[:, None], taps[None, :]] = number[self._chosen(weight_rule)]

    def _chosen(self, rule: FilterRule | KernelRule | RangeRule | WeightRule) -> Choice:
        return Choice(rule.multiplier or self.multiplier, rule.mode)

    @property
    def _levels(self) -> Levels:
        return Levels(
            filters=self.filters, kernels=self.kernels, ranges=self.ranges, weights=self.weights
        )

    def _check(self, choice: Choice) -> None:
        multiplier, own = find(choice.multiplier), find(self.multiplier)
        last = len(multiplier.modes) - 1
        check_range(f"multiplier {choice.multiplier}", "mode", choice.mode, 0, last)
        kinds, wanted = ((x.a_kind, x.w_kind) for x in (multiplier, own))
        if kinds != wanted:
            raise SpecError(
                f"multiplier {choice.multiplier} must take the operands of {self.multiplier}, "
                f"{wanted[0].name} and {wanted[1].name}, not {kinds[0].name} and {kinds[1].name}"
            )
