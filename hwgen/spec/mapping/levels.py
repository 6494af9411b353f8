"""The canonical form of a layer's rules: equal meaning, equal rules.

Rules of one choice are merged and sorted; one that says only what the coarser levels say anyway,
whatever the network, is left out. The rules of one level never overlap.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from hwgen.arith.catalogue import resolve
from hwgen.errors import SpecError
from hwgen.spec.mapping.indices import Ranges, expand, merge, ranges_of, ranges_of_members, text_of
from hwgen.spec.mapping.rules import Choice, FilterRule, KernelRule, RangeRule, Rule, WeightRule

__all__ = ["Levels"]

_Claims: TypeAlias = list[tuple[Ranges, Choice]]
_Cell: TypeAlias = tuple[Choice, str, str]  # choice, filters, channels or taps


@dataclass(frozen=True, kw_only=True)
class Levels:
    """All rules of a layer, coarse to fine: a finer level's rule holds where it speaks."""

    filters: Sequence[FilterRule] = ()
    kernels: Sequence[KernelRule] = ()
    ranges: Sequence[RangeRule] = ()
    weights: Sequence[WeightRule] = ()

    def canonical(self, base: Choice) -> "Levels":
        """The same meaning for a layer whose own choice is ``base``.

        Raises :exc:`SpecError` where two rules of a level speak of the same thing.
        """
        claims = [(x.ranges("filters"), _choice(x, base)) for x in self.filters]
        by_filter = {x: y for x, y in _disjoint(claims, "filters", "filter").items() if x != base}
        own = {f: choice for choice, x in by_filter.items() for f in expand(x).tolist()}

        def repeats_filter(number: int, choice: Choice) -> bool:
            return choice == own.get(number, base)

        kernels = _cells(self.kernels, "channels", "kernels", base, repeats_filter)
        in_kernels = {f for _, filters, _ in kernels for f in expand(ranges_of(filters)).tolist()}
        claims = [(x.ranges("codes"), _choice(x, base)) for x in self.ranges]
        by_code = _disjoint(claims, "ranges", "code")
        if not own and not kernels:
            by_code.pop(base, None)

        def repeats_all(number: int, choice: Choice) -> bool:
            return not by_code and number not in in_kernels and repeats_filter(number, choice)

        weights = _cells(self.weights, "taps", "weights", base, repeats_all)
        return Levels(
            filters=tuple(
                FilterRule(**_fields(choice, base), filters=text_of(by_filter[choice]))
                for choice in _ordered(by_filter, base)
            ),
            kernels=tuple(
                KernelRule(**_fields(choice, base), filters=filters, channels=channels)
                for choice, filters, channels in kernels
            ),
            ranges=tuple(
                RangeRule(**_fields(choice, base), codes=text_of(by_code[choice], ".."))
                for choice in _ordered(by_code, base)
            ),
            weights=tuple(
                WeightRule(**_fields(choice, base), filters=filters, taps=taps)
                for choice, filters, taps in weights
            ),
        )

    @property
    def reach(self) -> dict[str, int]:
        """The last filter, channel and tap that rules speak of."""
        found: dict[str, int] = {}
        for rule in (*self.filters, *self.kernels, *self.weights):
            for name in rule.LIMITS:
                found[name] = max(found.get(name, 0), int(rule.ranges(name)[-1, 1]))
        return found

    def choices(self, base: Choice) -> Iterator[Choice]:
        """What the rules of a layer choose, with repetitions."""
        for rules in (self.filters, self.kernels, self.ranges, self.weights):
            yield from (_choice(rule, base) for rule in rules)


def _choice(rule: Rule, base: Choice) -> Choice:
    name = resolve(rule.multiplier) if rule.multiplier else base.multiplier
    return Choice(name, rule.mode)


def _fields(choice: Choice, base: Choice) -> dict[str, Any]:
    multiplier = "" if choice.multiplier == base.multiplier else choice.multiplier
    return {"mode": choice.mode, "multiplier": multiplier}


def _ordered(choices: Iterable[Choice], base: Choice) -> list[Choice]:
    """The layer's own multiplier first, then by name; by mode."""
    return sorted(choices, key=lambda x: (x.multiplier != base.multiplier, x))


def _disjoint(claims: _Claims, level: str, place: str) -> dict[Choice, Ranges]:
    """What each choice claims, merged; two claims of one thing are refused."""
    if not claims:
        return {}
    every = np.concatenate([ranges for ranges, _ in claims])
    ordered = every[np.argsort(every[:, 0], kind="stable")]
    clash = np.flatnonzero(ordered[1:, 0] <= ordered[:-1, 1])
    if clash.size:
        twice = ordered[clash[0] + 1, 0]
        raise SpecError(f"{level} must not overlap, but two rules speak of {place} {twice}")
    found: dict[Choice, list[Ranges]] = {}
    for ranges, choice in claims:
        found.setdefault(choice, []).append(ranges)
    return {choice: merge(np.concatenate(parts)) for choice, parts in found.items()}


def _cells(
    rules: Sequence[KernelRule | WeightRule],
    field: str,
    level: str,
    base: Choice,
    is_redundant: Callable[[int, Choice], bool],
) -> list[_Cell]:
    """Rules of a level that speaks of parts of filters; filters with equal parts together."""
    claims: dict[int, _Claims] = {}
    for rule in rules:
        ranges, choice = rule.ranges(field), _choice(rule, base)
        for number in expand(rule.ranges("filters")).tolist():
            claims.setdefault(number, []).append((ranges, choice))
    alike: dict[tuple[Choice, str], list[int]] = {}
    for number, claimed in sorted(claims.items()):
        parts = _disjoint(claimed, level, f"filter {number} {field[:-1]}")
        for choice, ranges in parts.items():
            if not is_redundant(number, choice):
                alike.setdefault((choice, text_of(ranges)), []).append(number)
    rank = {x: i for i, x in enumerate(_ordered({choice for choice, _ in alike}, base))}
    order = sorted(alike, key=lambda x: (rank[x[0]], alike[x][0], x[1]))
    return [
        (choice, text_of(ranges_of_members(np.array(alike[choice, text]))), text)
        for choice, text in order
    ]
