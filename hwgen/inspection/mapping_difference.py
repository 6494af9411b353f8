"""What differs between two mappings, layer by layer."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from hwgen.spec.mapping import LayerMapping, Mapping
from hwgen.spec.mapping.corrections import ControlVariate, TunedWeights
from hwgen.spec.mapping.rules import Rule

__all__ = ["LayerDifference", "differences"]

_RULES = ("filters", "kernels", "ranges", "weights")


@dataclass(frozen=True)
class LayerDifference:
    """One layer in which two mappings differ.

    Parameters
    ----------
    layer : str
    lines : tuple of str
        What differs, the first mapping's value first; rules that only the first one has begin
        with ``-``, those that only the second one has with ``+``.
    """

    layer: str
    lines: tuple[str, ...]


def differences(first: Mapping, second: Mapping) -> tuple[LayerDifference, ...]:
    """Layers in which two mappings differ, in the order of the file; none where they are equal."""
    names = Mapping({**second.layers, **first.layers}).layers
    found = (LayerDifference(name, tuple(_lines(name, first, second))) for name in names)
    return tuple(x for x in found if x.lines)


def _lines(name: str, first: Mapping, second: Mapping) -> Iterator[str]:
    if name not in second.layers:
        yield "only the first mapping has it"
    elif name not in first.layers:
        yield "only the second mapping has it"
    else:
        yield from _layer_lines(first.layers[name], second.layers[name])


def _layer_lines(a: LayerMapping, b: LayerMapping) -> Iterator[str]:
    for name in ("multiplier", "mode"):
        old, new = getattr(a, name), getattr(b, name)
        if old != new:
            yield f"{name}: {old} -> {new}"
    for level in _RULES:
        yield from _rule_lines(getattr(a, level), getattr(b, level))
    if a.bias_update != b.bias_update:
        yield f"bias_update: {_values(a.bias_update, b.bias_update)}"
    if a.control_variate != b.control_variate:
        yield f"control_variate: {_variates(a.control_variate, b.control_variate)}"
    if a.tuned_weights != b.tuned_weights:
        yield f"tuned_weights: {_codes(a.tuned_weights, b.tuned_weights)}"


def _rule_lines(a: tuple[Rule, ...], b: tuple[Rule, ...]) -> Iterator[str]:
    yield from (f"- {_rule(x)}" for x in a if x not in b)
    yield from (f"+ {_rule(x)}" for x in b if x not in a)


def _rule(rule: Rule) -> str:
    fields = asdict(rule)
    choice = f"{fields.pop('multiplier')} mode {fields.pop('mode')}".strip()
    where = ", ".join(f"{name} {_short(value)}" for name, value in fields.items())
    return f"{where}: {choice}"


def _short(text: str) -> str:
    """A set of numbers, cut where it is long."""
    return text if len(text) <= 40 else f"{text[:37]}..."


def _values(a: tuple[int, ...], b: tuple[int, ...]) -> str:
    """How two tuples of a value per filter differ; an empty one is all zeros."""
    if not a or not b:
        return f"{_of_filters(a)} -> {_of_filters(b)}"
    if len(a) != len(b):
        return f"{len(a)} -> {len(b)} filters"
    apart = np.abs(np.array(a, np.int64) - np.array(b, np.int64))
    return f"{np.count_nonzero(apart)} of {len(a)} filters differ, by up to {apart.max()}"


def _of_filters(values: tuple[int, ...]) -> str:
    return f"{np.count_nonzero(values)} of {len(values)} filters" if values else "none"


def _variates(a: ControlVariate | None, b: ControlVariate | None) -> str:
    if a is None or b is None:
        return f"{_variate(a)} -> {_variate(b)}"
    form = [_variate(x) for x in (a, b)]
    changed = "" if form[0] == form[1] else f"{form[0]} -> {form[1]}; "
    same = a.factors == b.factors
    return f"{changed}factors: {'equal' if same else _values(a.factors, b.factors)}"


def _variate(x: ControlVariate | None) -> str:
    return "none" if x is None else f"{x.x} {x.bits}, {x.fraction} fraction bits"


def _codes(a: TunedWeights | None, b: TunedWeights | None) -> str:
    if a is None or b is None:
        return "none -> tuned" if a is None else "tuned -> none"
    left, right = (np.frombuffer(b"".join(x.filters), np.int8) for x in (a, b))
    if [len(x) for x in a.filters] != [len(x) for x in b.filters]:
        return f"{len(left)} -> {len(right)} codes"
    apart = np.abs(left.astype(int) - right)
    share = 100 * float((apart > 0).mean())
    return f"{share:.1f} % of {len(apart)} codes differ, by up to {apart.max()}"
