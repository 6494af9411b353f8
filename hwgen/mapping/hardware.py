"""The accelerator that a design runs on."""

from dataclasses import replace

from hwgen.errors import SpecError
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import Mapping

__all__ = ["hardware_for"]


def hardware_for(spec: AcceleratorSpec, mapping: Mapping) -> AcceleratorSpec:
    """``spec`` with the multipliers that ``mapping`` uses.

    A search chooses what the array holds: one multiplier, or of forms ``columns`` and ``tiles``
    at most as many different ones as ``spec`` holds.

    Raises
    ------
    SpecError
        The hardware form does not admit the mapping; says why.
    """
    used = sorted(set().union(*(layer.multipliers for layer in mapping.layers.values())))
    several = spec.form in ("columns", "tiles")
    limit = len(spec.multipliers) if several else 1
    if len(used) > limit:
        raise SpecError(
            f"mapping must use at most {limit} multipliers, the number that "
            f"form {spec.form} holds, not {len(used)}: {', '.join(used)}"
        )
    if several:
        used += used[-1:] * (limit - len(used))
    found = replace(spec, multipliers=tuple(used))
    refusal = found.refusal(mapping)
    if refusal is not None:
        raise SpecError(f"the accelerator cannot execute the mapping: {refusal}")
    return found
