"""Random mappings of every level that a hardware form admits."""

import numpy as np

from hwgen.arith.catalogue import find
from hwgen.compiler.multiply import is_diagonal
from hwgen.spec.mapping import (
    ControlVariate,
    FilterRule,
    KernelRule,
    LayerMapping,
    Mapping,
    RangeRule,
    TunedWeights,
)
from hwgen.spec.mapping.arrays import weight_rules

__all__ = ["FINEST", "LEVELS", "finest_mapping", "level_of", "mapping_at"]

FINEST = {
    "weights": "weight",
    "ranges": "range",
    "columns": "filter",
    "tiles": "layer",
    "edge": "layer",
}
LEVELS = ("layer", "filter", "kernel", "range", "weight")


def finest_mapping(rng, network, spec):
    """Modes or multipliers as fine as ``spec`` allows, and every correction that it has."""
    finest = dict.fromkeys((layer.name for layer in network.convolutions), FINEST[spec.form])
    return mapping_at(rng, network, spec, finest)


def mapping_at(rng, network, spec, levels, chance=1.0):
    """The same at the level that ``levels`` says for each layer; corrections by ``chance``.

    Where a layer has nothing to choose at its level (one filter, a multiplier of one mode), its
    mapping is coarser.
    """
    return Mapping(
        {
            layer.name: LayerMapping(
                **_chosen(rng, layer, spec, levels[layer.name]),
                **_corrections(rng, layer, spec, chance),
            )
            for layer in network.convolutions
        }
    )


def level_of(mapping):
    """The finest level at which a layer's mapping differs within the layer."""
    fields = {"weights": "weight", "ranges": "range", "kernels": "kernel", "filters": "filter"}
    return next((level for name, level in fields.items() if getattr(mapping, name)), "layer")


def _corrections(rng, layer, spec, chance):
    filters = len(layer.weights)
    found = {}
    if rng.random() < chance:
        found["bias_update"] = tuple(int(x) for x in rng.integers(-99, 100, filters))
    if spec.form != "ranges" and rng.random() < chance:  # there modes follow from what is tuned
        half = 1 << (find(spec.multipliers[0]).w_kind.width - 1)
        moved = layer.weights.astype(int) + rng.integers(-3, 4, layer.weights.shape)
        found["tuned_weights"] = TunedWeights.of(np.clip(moved, -half, half - 1))
    if spec.variate_bits and rng.random() < chance:
        found["control_variate"] = ControlVariate(
            x=("low", "or")[rng.integers(2)],
            bits=int(rng.integers(1, spec.variate_bits + 1)),
            fraction=int(rng.integers(0, 9)),
            factors=tuple(int(x) for x in rng.integers(-999, 1000, filters)),
        )
    return found


def _chosen(rng, layer, spec, level):
    """Multiplier, mode and rules of one layer."""
    if spec.form == "columns":
        return _columns(rng, layer, spec)
    name = str(rng.choice(spec.multipliers))  # one, but for tiles
    modes = len(find(name).modes)
    mode = int(rng.integers(modes))
    makers = {"filter": _filters, "kernel": _kernels, "range": _ranges, "weight": _weights}
    rules = makers[level](rng, layer, name, mode) if level != "layer" and modes > 1 else {}
    return {"multiplier": name, "mode": mode, **rules}


def _columns(rng, layer, spec):
    """A multiplier of the accelerator for each filter, and a mode of it."""
    names, filters = spec.multipliers, len(layer.weights)
    kinds = rng.integers(len(names), size=filters)
    if is_diagonal(layer):  # its channels are not permuted
        kinds = np.arange(filters) % spec.diagonal % len(names)
    elif filters > 1 and len(set(kinds)) == 1:
        kinds[-1] = (kinds[0] + 1) % len(names)
    rules = [
        FilterRule(
            filters=str(number), multiplier=names[kind], mode=_mode(rng, find(names[kind]).modes)
        )
        for number, kind in enumerate(kinds)
    ]
    return {"multiplier": names[kinds[0]], "mode": rules[0].mode, "filters": tuple(rules)}


def _filters(rng, layer, name, mode):
    chosen = _some(rng, len(layer.weights))
    other = _other(rng, name, mode)
    return {"filters": (FilterRule(filters=_text(chosen), mode=other),)}


def _kernels(rng, layer, name, mode):
    """Some input channels of some filters."""
    filters, channels = _some(rng, len(layer.weights)), _some(rng, layer.weights.shape[3])
    rule = KernelRule(
        filters=_text(filters), channels=_text(channels), mode=_other(rng, name, mode)
    )
    return {"kernels": (rule,)}


def _ranges(rng, layer, name, mode):
    """Intervals of codes, or of magnitudes: those are ranges within each other."""
    modes = rng.permutation(len(find(name).modes))[:4]
    is_magnitude = bool(rng.integers(2))
    cuts = np.sort(rng.choice(np.arange(1, 128), len(modes) - 1, replace=False))
    lows = [0 if is_magnitude else -255, *(cuts if is_magnitude else 2 * cuts - 128)]
    highs = [*(low - 1 for low in lows[1:]), 255]
    rules = []
    for low, high, chosen in zip(lows, highs, modes, strict=True):
        codes = f"{low}..{high}"
        if is_magnitude:
            codes = f"{-high}..{-low},{codes}" if low else f"{-high}..{high}"
        rules.append(RangeRule(codes=codes, mode=int(chosen)))
    return {"ranges": tuple(rules)}


def _weights(rng, layer, name, mode):
    """Any mode of any weight."""
    modes = len(find(name).modes)
    index = rng.integers(modes, size=layer.weights.shape)
    index.flat[-1] = _other(rng, name, int(index.flat[0]))
    return {"weights": weight_rules(index, [(name, mode) for mode in range(modes)])}


def _mode(rng, modes):
    return int(rng.integers(len(modes)))


def _other(rng, name, mode):
    """A mode that is not ``mode``."""
    modes = len(find(name).modes)
    return int((mode + rng.integers(1, modes)) % modes)


def _some(rng, count):
    """Some of ``count``, but not all where there are several."""
    most = max(1, count - 1)
    return sorted(rng.choice(count, rng.integers(1, most + 1), replace=False))


def _text(members):
    return ",".join(map(str, members))
