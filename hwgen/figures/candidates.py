"""Multipliers that take part in a search."""

from collections.abc import Sequence

from hwgen.arith.catalogue import find
from hwgen.arith.multiplier import Multiplier
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
        Refuses what it cannot hold.
    names : sequence of str or None
        Catalogue names and files beside the baselines; None: the shortlist, and the
        accelerator's own.
    """
    if names is None:
        chosen = [*shortlist(), *spec.multipliers]
    else:
        baselines = [name for name in shortlist() if _is_baseline(find(name))]
        chosen = [*baselines, *(spec.with_multiplier(name).multipliers[0] for name in names)]
    return {name: find(name) for name in chosen}


def _is_baseline(multiplier: Multiplier) -> bool:
    return len(multiplier.modes) == 1 and (is_exact(multiplier, 0) or is_precision(multiplier))
