"""``hwgen mapping``: show a mapping file, compare two, give one to other tools."""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hwgen.arith.catalogue import find
from hwgen.commands.output import print_json
from hwgen.commands.table import table
from hwgen.inspection.mapping import MappedLayer, mapped_layers
from hwgen.inspection.mapping_difference import differences
from hwgen.mapping_export.folder import export_mapping
from hwgen.network.load import load
from hwgen.spec.mapping import LayerMapping, Mapping
from hwgen.spec.mapping.rules import Choice, Rule

__all__ = ["run"]

_WIDEST = 40  # characters of a set of numbers
_RULES = ("filters", "kernels", "ranges", "weights")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    return _ACTIONS[args.action](args)


def _show(args: argparse.Namespace) -> int:
    mapping = Mapping.read(Path(args.mapping))
    layers = None if args.model is None else mapped_layers(load(args.model), mapping)
    if args.json:
        print_json(_document(mapping, layers))
    elif layers is None:
        rows = [row for name, x in mapping.layers.items() for row in _written_rows(name, x)]
        print(table(("layer", "where", "multiplier", "mode", "corrections"), rows))
        print("\nGive --model to see shares of weights and products.")
    else:
        print(_shares_text(mapping, layers))
    return 0


def _written_rows(name: str, mapping: LayerMapping) -> Iterator[tuple[object, ...]]:
    """What the file says: the layer's own choice, then its rules."""
    yield name, "all", *_words(mapping.choice), _corrections(mapping, None)
    for level in _RULES:
        for rule in getattr(mapping, level):
            choice = Choice(rule.multiplier or mapping.multiplier, rule.mode)
            yield "", _where(rule), *_words(choice), ""


def _where(rule: Rule) -> str:
    sets = [(name, getattr(rule, name)) for name in rule.LIMITS]
    return ", ".join(f"{name} {_cut(text)}" for name, text in sets)


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."


def _shares_text(mapping: Mapping, layers: tuple[MappedLayer, ...]) -> str:
    headers = ("layer", "products", "%", "multiplier", "mode", "level", "weights %", "corrections")
    total = sum(layer.operations for layer in layers)
    rows: list[tuple[object, ...]] = []
    for layer in layers:
        share = f"{100 * layer.operations / total:.1f}"
        head: tuple[object, ...] = (layer.name, str(layer.operations), share)
        last = _corrections(mapping.layers[layer.name], layer.tuned)
        for x in layer.shares:
            rows.append((*head, *_words(x.choice), x.level, f"{x.weights:.1f}", last))
            head, last = ("", "", ""), ""
    return f"{table(headers, rows)}\n\n{total} products per image. SHA-256 {mapping.digest}"


def _words(choice: Choice) -> tuple[str, str]:
    modes = find(choice.multiplier).modes
    label = f" {modes[choice.mode]}" if len(modes) > 1 else ""
    return choice.multiplier, f"{choice.mode}{label}"


def _corrections(mapping: LayerMapping, tuned: float | None) -> str:
    found = []
    if mapping.bias_update:
        changed = sum(x != 0 for x in mapping.bias_update)
        found.append(f"bias of {changed} filters")
    variate = mapping.control_variate
    if variate is not None:
        found.append(f"control variate ({variate.x} {variate.bits} bits)")
    if mapping.tuned_weights is not None:
        found.append("tuned weights" if tuned is None else f"{tuned:.1f} % of weights tuned")
    return ", ".join(found) or "none"


def _document(mapping: Mapping, layers: tuple[MappedLayer, ...] | None) -> dict[str, Any]:
    counted = {} if layers is None else {layer.name: layer for layer in layers}
    return {
        "digest": mapping.digest,
        "layers": [
            _layer_document(name, x, counted.get(name)) for name, x in mapping.layers.items()
        ],
    }


def _layer_document(
    name: str, mapping: LayerMapping, counted: MappedLayer | None
) -> dict[str, Any]:
    variate = mapping.control_variate
    found: dict[str, Any] = {
        "name": name,
        "multiplier": mapping.multiplier,
        "mode": mapping.mode,
        "multipliers": sorted(mapping.multipliers),
        "bias_update": list(mapping.bias_update),
        "control_variate": None
        if variate is None
        else {"x": variate.x, "bits": variate.bits, "factors": list(variate.factors)},
        "is_tuned": mapping.tuned_weights is not None,
    }
    if counted is not None:
        found["products"] = counted.operations
        found["tuned_percent"] = counted.tuned
        found["shares"] = [
            {**x.choice._asdict(), "level": x.level, "weights_percent": x.weights}
            for x in counted.shares
        ]
    return found


def _diff(args: argparse.Namespace) -> int:
    first, second = (Mapping.read(Path(path)) for path in (args.first, args.second))
    found = differences(first, second)
    if args.json:
        print_json([{"layer": x.layer, "differences": list(x.lines)} for x in found])
    else:
        for x in found:
            print(f"{x.layer}")
            print("".join(f"  {line}\n" for line in x.lines), end="")
        count = len({*first.layers, *second.layers})
        print(f"{len(found)} of {count} layers differ." if found else "The mappings are equal.")
    return 1 if found else 0


def _export(args: argparse.Namespace) -> int:
    mapping = Mapping.read(Path(args.mapping))
    found = export_mapping(load(args.model), mapping, args.output)
    print(
        f"{args.output}: {len(found.tables)} tables of {len(found.layers)} layers; "
        "approximate.npz, tables/, mapping.h, approximate.py for PyTorch"
    )
    return 0


_ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "show": _show,
    "diff": _diff,
    "export": _export,
}
