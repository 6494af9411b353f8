"""From a case that fails to a small one that fails, too."""

from dataclasses import replace

from hwgen.compiler.compile import compile_network
from hwgen.errors import SpecError
from hwgen.golden import exact_mapping
from hwgen.spec.mapping import Mapping
from tests.accelerator.forms import level_of
from tests.accelerator.smaller import smaller_networks

__all__ = ["report", "shrink"]

_PLAIN = {
    "multiplier_stages": 0,
    "variate_bits": 0,
    "activation_sum": False,
    "accumulator_width": 32,
    "accumulator_depth": 64,
    "activation_bytes": 4096,
    "weight_fifo_words": 16,
    "data_width": 64,
    "address_width": 32,
    "outstanding": 4,
    "layer_counters": 64,
}
_RULES = ("filters", "kernels", "ranges", "weights")


def shrink(case, fails, most=60):
    """The smallest case found in ``most`` tries: fewer layers, a smaller image, all else plainer.

    Parameters
    ----------
    case : Case
        That fails.
    fails : callable
        Whether a case does.
    most : int
    """
    tried = {_key(case)}
    found = case
    while found is not None:
        case, found = found, None
        for candidate in _candidates(case):
            if len(tried) > most:
                break
            if _key(candidate) in tried or not _compiles(candidate):
                continue
            tried.add(_key(candidate))
            if fails(candidate):
                found = candidate
                break
    return case


def report(case, why):
    """What is left of a case, in words."""
    lines = [f"seed {case.seed}: {why}", f"stalls {case.stalls}, image {case.image.shape}"]
    lines.append("accelerator: " + ", ".join(case.spec.to_toml().splitlines()))
    for layer in case.network.layers:
        lines.append(f"layer {layer.name} of {', '.join(layer.inputs)}: {_described(layer)}")
        if layer.name in case.mapping.layers:
            lines.append(f"  by {_mapped(case.mapping.layers[layer.name])}")
    lines.append(f"again: python -m tests.accelerator.again {case.seed}")
    return "\n".join(lines)


def _described(layer):
    shown = ("shape", "kind", "kernel", "stride", "padding", "groups", "axis", "before", "after")
    shown += ("start", "step", "rounding")
    found = {name: getattr(layer, name) for name in shown if hasattr(layer, name)}
    if hasattr(layer, "weights"):
        found["weights"] = layer.weights.shape
    return ", ".join(f"{name} {value}" for name, value in found.items())


def _mapped(mapping):
    more = [x for x in ("bias_update", "control_variate", "tuned_weights") if getattr(mapping, x)]
    words = [f"{mapping.multiplier} mode {mapping.mode}", f"level {level_of(mapping)}", *more]
    return ", ".join(words)


def _key(case):
    """What tells cases of one origin apart."""
    layers = tuple((layer.name, layer.shape) for layer in case.network.layers)
    return layers, case.network.input_name, case.mapping.digest, case.spec.digest, case.stalls


def _compiles(case):
    try:
        compile_network(case.network, case.mapping, case.spec)
    except SpecError:
        return False
    return True


def _candidates(case):
    """Cases that are smaller or plainer by one step, the largest steps first."""
    for network, image in smaller_networks(case.network, case.image, case.mapping):
        kept = {layer.name: case.mapping.layers[layer.name] for layer in network.convolutions}
        yield replace(case, network=network, image=image, mapping=Mapping(kept))
    yield replace(case, stalls=(0.0, 0.0))
    yield from _plainer_mappings(case)
    yield from _plainer_specs(case)


def _plainer_mappings(case):
    layers = case.mapping.layers
    for drop in (
        dict.fromkeys(_RULES, ()),
        {"control_variate": None, "tuned_weights": None, "bias_update": ()},
        {"control_variate": None},
        {"tuned_weights": None},
        {"bias_update": ()},
        {"mode": 0},
    ):
        plainer = {name: replace(layer, **drop) for name, layer in layers.items()}
        yield replace(case, mapping=Mapping(plainer))


def _plainer_specs(case):
    spec = case.spec
    yield _exact(case)
    yield replace(case, spec=_with(spec, requantizers=spec.cols, **_PLAIN))
    for rows, cols in ((2, 2), (2, spec.cols), (spec.rows, 2)):
        if rows <= spec.rows and cols <= spec.cols:
            yield replace(case, spec=replace(spec, rows=rows, cols=cols, requantizers=cols))
    yield replace(case, spec=replace(spec, requantizers=spec.cols))
    for name, value in _PLAIN.items():
        yield replace(case, spec=_with(spec, **{name: value}))


def _with(spec, **changed):
    """The spec with other numbers, as far as its multipliers allow them."""
    if spec.activation_needed:
        changed["activation_sum"] = True
    return replace(spec, **changed)


def _exact(case):
    """The same with one exact multiplier, and no modes."""
    spec = replace(case.spec, form="weights", multipliers=("exact",))
    return replace(case, spec=spec, mapping=exact_mapping(case.network))
