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

# Exact multipliers of fewer bits that have no name in the catalogue. On the operands of ResNet-8
# each is cheaper than all named ones of its widths: a baseline without them would be too easy.
PRECISION = (
    *(
        f"TruncatedBooth(a_bits={a}, w_bits={w}, cut=0)"
        for a, w in ((5, 6), (4, 6), (8, 4), (7, 4), (6, 4), (3, 4))
    ),
    *(f"PR(perforated={digits}, rounded=0)" for digits in (1, 2)),
    "Perforated(a_rows=4)",
)


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
        chosen = [*_held(spec, _all()), *spec.multipliers]
        return {name: find(name) for name in chosen}
    asked = [name.strip() for name in names]
    if not all(asked) or not asked:
        raise SpecError(f"search multipliers must be at least one name, not {','.join(names)!r}")
    baselines = [name for name in _held(spec, _all()) if _is_baseline(find(name))]
    chosen = [*baselines, *(_checked(spec, name) for name in asked)]
    return {name: find(name) for name in chosen}


def _all() -> tuple[str, ...]:
    """The shortlist, and what it lacks of reduced precision."""
    return (*shortlist(), *PRECISION)


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
