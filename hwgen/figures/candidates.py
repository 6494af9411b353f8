"""Multipliers that take part in a search."""

from collections.abc import Sequence
from dataclasses import replace

from hwgen.arith.catalogue import find
from hwgen.arith.multiplier import Multiplier
from hwgen.errors import SpecError
from hwgen.figures.shortlist import shortlist
from hwgen.mapping.kinds import is_exact, is_precision
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["candidates"]


def candidates(spec: AcceleratorSpec, names: Sequence[str] | None) -> dict[str, Multiplier]:
    """Multipliers of a search, by their lasting names.

    Whatever is asked for, the exact ones and reduced precision take part: a saving against a
    poor baseline would be none.

    Parameters
    ----------
    spec : AcceleratorSpec
        Refuses what it cannot hold: of arrays that hold several, what takes other operands than
        the baselines.
    names : sequence of str or None
        Catalogue names and files beside the baselines; None: the shortlist, and the
        accelerator's own.
    """
    if names is None:
        chosen = [*_held(spec, shortlist()), *spec.multipliers]
        return {name: find(name) for name in chosen}
    asked = [name.strip() for name in names]
    if not all(asked) or not asked:
        raise SpecError(f"search multipliers must be at least one name, not {','.join(names)!r}")
    baselines = [name for name in _held(spec, shortlist()) if _is_baseline(find(name))]
    chosen = [*baselines, *(_checked(spec, name) for name in asked)]
    return {name: find(name) for name in chosen}


def _held(spec: AcceleratorSpec, names: Sequence[str]) -> list[str]:
    """Those that the hardware form can hold: at the edge, few can."""
    if spec.form != "edge":
        return list(names)
    return [name for name in names if find(name).edge is not None]


def _checked(spec: AcceleratorSpec, name: str) -> str:
    """The lasting name of a multiplier, if the accelerator can hold it beside a baseline."""
    if spec.form not in ("columns", "tiles"):
        return spec.with_multiplier(name).multipliers[0]
    beside = (spec.multipliers[0], name, *spec.multipliers[2:])
    return replace(spec, multipliers=beside).multipliers[1]


def _is_baseline(multiplier: Multiplier) -> bool:
    return len(multiplier.modes) == 1 and (is_exact(multiplier, 0) or is_precision(multiplier))
