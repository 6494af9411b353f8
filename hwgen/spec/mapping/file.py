"""The mapping file: JSON that is made to be read and edited by hand.

An object of layers by name; of each, only ``multiplier`` must be said::

    {
     "hwgen_mapping": 2,
     "layers": {
      "conv1": {
       "multiplier": "scalable_a3",
       "mode": 0,
       "filters": [{"filters": "0-3,7", "mode": 1}],
       "kernels": [{"filters": "4", "channels": "0,2-5", "mode": 2}],
       "ranges": [{"codes": "-10..10", "multiplier": "truncated_7", "mode": 0}],
       "weights": [{"filters": "0", "taps": "0-8,11", "mode": 3}],
       "bias_update": [5, -7],
       "control_variate": {"x": "low", "bits": 2, "fraction": 8, "factors": [-3, 300]},
       "tuned_weights": [[-128, 0, 3], [1, 127, 2]]
      }
     }
    }

What the rules and corrections mean is said in :mod:`hwgen.spec.mapping.rules` and
:mod:`hwgen.spec.mapping.corrections`. Any order and any split of rules is read; written are
layers by name, and rules merged and sorted, so that equal mappings have one text. Version 1 had
``multiplier``, ``mode`` and ``bias_update`` only and is read, too.
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hwgen.arith.catalogue.given import reference
from hwgen.errors import SpecError
from hwgen.files import read_text
from hwgen.spec.mapping.corrections import ControlVariate, TunedWeights
from hwgen.spec.mapping.layer import LayerMapping
from hwgen.spec.mapping.rules import FilterRule, KernelRule, RangeRule, Rule, WeightRule

__all__ = ["Mapping"]

VERSION = 2
_RULES: dict[str, type[Rule]] = {
    "filters": FilterRule,
    "kernels": KernelRule,
    "ranges": RangeRule,
    "weights": WeightRule,
}
_KEYS = {
    1: ("multiplier", "mode", "bias_update"),
    2: ("multiplier", "mode", *_RULES, "bias_update", "control_variate", "tuned_weights"),
}


@dataclass(frozen=True)
class Mapping:
    """:class:`LayerMapping` by layer name, sorted: ``conv2`` comes before ``conv10``."""

    layers: AbstractMapping[str, LayerMapping]

    def __post_init__(self) -> None:
        names = sorted(self.layers, key=_natural)
        object.__setattr__(self, "layers", {name: self.layers[name] for name in names})

    def to_json(self) -> str:
        """Text of the mapping file: equal mappings have equal text."""
        layers = ",\n".join(
            f"  {json.dumps(name)}: {{\n{_layer_text(layer)}\n  }}"
            for name, layer in self.layers.items()
        )
        body = f"{{\n{layers}\n }}" if layers else "{}"
        return f'{{\n "hwgen_mapping": {VERSION},\n "layers": {body}\n}}\n'

    @property
    def digest(self) -> str:
        """SHA-256 of the mapping file, in hexadecimal."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @classmethod
    def read(cls, path: Path) -> "Mapping":
        """Read a mapping file, of this version or an earlier one."""
        text = read_text(path, "mapping", SpecError)
        return cls.from_json(text, str(path), path.parent)

    @classmethod
    def from_json(cls, text: str, subject: str = "mapping", folder: Path = Path()) -> "Mapping":
        """Parse the text of a mapping file; ``subject`` names it in errors.

        A multiplier's file is looked for from ``folder`` on.
        """
        try:
            document = json.loads(text, object_pairs_hook=_without_repetition)
        except SpecError as error:
            raise SpecError(f"{subject} {error}") from None
        except (ValueError, RecursionError) as error:
            raise SpecError(f"{subject} is not JSON: {error}") from error
        version = document.get("hwgen_mapping") if isinstance(document, dict) else None
        if type(version) is not int or version not in _KEYS:
            raise SpecError(
                f'{subject} must say "hwgen_mapping": 1 or {VERSION}{_instead(version)}'
            )
        _check_keys(subject, document, ("hwgen_mapping", "layers"), ())
        layers = document.get("layers")
        if not isinstance(layers, dict):
            raise SpecError(f"{subject} must hold an object of layers{_instead(layers)}")
        found = {}
        for name, fields in layers.items():
            try:
                found[name] = _layer(fields, _KEYS[version], folder)
            except SpecError as error:
                raise SpecError(f"{subject} layer {name}: {error}") from error
        return cls(found)


def _instead(value: Any) -> str:
    """What was said in place of something else, if anything was."""
    return "" if value is None else f", not {json.dumps(value):.80}"


def _natural(name: str) -> tuple[Any, ...]:
    """Digits compare as numbers."""
    parts = re.split(r"(\d+)", name)
    return tuple(int(x) if i % 2 else x for i, x in enumerate(parts)), name


def _layer_text(layer: LayerMapping) -> str:
    fields = [f'"multiplier": {json.dumps(layer.multiplier)}', f'"mode": {layer.mode}']
    for name in _RULES:
        if rules := getattr(layer, name):
            fields.append(f'"{name}": {_lines([_rule_text(rule) for rule in rules])}')
    if layer.bias_update:
        fields.append(f'"bias_update": {json.dumps(layer.bias_update)}')
    if layer.control_variate is not None:
        text = json.dumps(dataclasses.asdict(layer.control_variate))
        fields.append(f'"control_variate": {text}')
    if layer.tuned_weights is not None:
        rows = [json.dumps(list(memoryview(x).cast("b"))) for x in layer.tuned_weights.filters]
        fields.append(f'"tuned_weights": {_lines(rows)}')
    return ",\n".join(f"   {field}" for field in fields)


def _rule_text(rule: Rule) -> str:
    """Where, then what: ``{"filters": "0-3", "mode": 1}``."""
    fields = {name: getattr(rule, name) for name in rule.LIMITS}
    if rule.multiplier:
        fields["multiplier"] = rule.multiplier
    return json.dumps({**fields, "mode": rule.mode})


def _lines(rows: list[str]) -> str:
    return "[\n    " + ",\n    ".join(rows) + "\n   ]"


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SpecError(f"must hold each name once, but {twice!r} is there twice")
    return found


def _layer(fields: Any, keys: tuple[str, ...], folder: Path) -> LayerMapping:
    _check_keys("a layer", fields, keys, ("multiplier",))
    found = dict(fields)
    for name, kind in _RULES.items():
        if name in found:
            found[name] = tuple(_rule(name, kind, x, folder) for x in _list(name, found[name]))
    if "control_variate" in found:
        found["control_variate"] = _control_variate(found["control_variate"])
    if "tuned_weights" in found:
        found["tuned_weights"] = _tuned_weights(found["tuned_weights"])
    found["bias_update"] = _integers("bias_update", found.get("bias_update", []))
    return LayerMapping(**found | {"multiplier": _name(found["multiplier"], folder)})


def _rule(level: str, kind: type[Rule], fields: Any, folder: Path) -> Rule:
    sets = tuple(kind.LIMITS)
    _check_keys(f"a rule of {level}", fields, (*sets, "multiplier", "mode"), (*sets, "mode"))
    found = dict(fields)
    if "multiplier" in found:
        found["multiplier"] = _name(found["multiplier"], folder)
    try:
        return kind(**found)
    except SpecError as error:
        raise SpecError(f"{level}: {error}") from error


def _control_variate(fields: Any) -> ControlVariate:
    keys = tuple(x.name for x in dataclasses.fields(ControlVariate))
    _check_keys("control_variate", fields, keys, keys)
    factors = _integers("control_variate factors", fields["factors"])
    return ControlVariate(**fields | {"factors": factors})


def _tuned_weights(rows: Any) -> TunedWeights:
    found = [_integers("tuned_weights", row) for row in _list("tuned_weights", rows)]
    if len({len(row) for row in found}) != 1:
        raise SpecError("tuned_weights must hold as many codes for every filter")
    return TunedWeights.of(found)


def _check_keys(
    subject: str, fields: Any, known: tuple[str, ...], required: tuple[str, ...]
) -> None:
    if not isinstance(fields, dict):
        raise SpecError(f"{subject} must be an object, not {fields!r:.80}")
    for name in fields:
        if name not in known:
            raise SpecError(f"{subject} must hold only {', '.join(known)}, not {name!r}")
    for name in required:
        if name not in fields:
            raise SpecError(f"{subject} must say its {name}")


def _name(value: Any, folder: Path) -> str:
    if not isinstance(value, str) or not value:
        raise SpecError(f"multiplier must be a name, not {value!r:.80}")
    return reference(value, folder)


def _list(subject: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise SpecError(f"{subject} must be a list, not {value!r:.80}")
    return value


def _integers(subject: str, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(x) is int for x in value):
        raise SpecError(f"{subject} must be a list of integers, not {value!r:.80}")
    return tuple(value)
