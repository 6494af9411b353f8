"""What each random case is asked for, dealt so that all cases together meet every cell."""

from dataclasses import dataclass
from itertools import cycle, product

import numpy as np

from tests.accelerator.cells import GEOMETRIES, LEVELS, MULTIPLYING, PATTERNS, required

__all__ = ["FEW", "MANY", "Plan", "Wish"]

_SEEDS = (100, *range(1, 12))  # of the few: together they have all features but the widest bus


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A layer, and the level of its mapping where it multiplies; see ``cells.Cell``."""

    kind: str
    stride: int
    padding: str
    level: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A case to make: everything else is drawn.

    Parameters
    ----------
    seed : int
    form : str
    has_modes : bool
        Whether the multiplier must have several modes.
    pattern : str
        Of back-pressure.
    wishes : tuple of Wish
    effort : float
        Milliseconds that Icarus may take, roughly.
    """

    seed: int
    form: str
    has_modes: bool
    pattern: str
    wishes: tuple[Wish, ...]
    effort: float


def _few():
    """Plans of ``make test``: every geometry, form, level and pattern, but not their cross."""
    kinds = [("weights", False), *[("weights", True)] * 4, *[("ranges", True)] * 2]
    kinds += [*[("columns", False)] * 2, *[("tiles", False)] * 2, ("edge", False)]
    hands = _dealt(np.random.default_rng(5), GEOMETRIES, len(kinds))
    patterns = cycle(PATTERNS)
    levels = cycle(LEVELS["weights"][1:])
    plans = []
    for seed, (form, has_modes), hand in zip(_SEEDS, kinds, hands, strict=True):
        level = next(levels) if has_modes and form == "weights" else LEVELS[form][0]
        wishes = tuple(_wish(*geometry, level) for geometry in hand)
        plans.append(
            Plan(
                seed=seed,
                form=form,
                has_modes=has_modes,
                pattern=next(patterns),
                wishes=wishes,
                effort=2000,
            )
        )
    return tuple(plans)


def _many():
    """Plans of ``make regress``: 200, for the whole cross."""
    rng = np.random.default_rng(6)
    counts = {("weights", False): 7, ("weights", True): 11}
    counts |= {(form, False): 8 for form in LEVELS if form != "weights"}
    plans = []
    for (form, has_modes), pattern in product(counts, PATTERNS):
        cells = sorted(
            cell
            for cell in required()
            if cell.form == form and cell.pattern == pattern
            if form != "weights" or _needs_modes(cell) == has_modes
        )
        for hand in _dealt(rng, cells, counts[form, has_modes]):
            wishes = tuple(_wish(*cell[:3], cell.level) for cell in hand)
            seed = 1000 + len(plans)
            plans.append(
                Plan(
                    seed=seed,
                    form=form,
                    has_modes=has_modes,
                    pattern=pattern,
                    wishes=wishes,
                    effort=4000,
                )
            )
    return tuple(plans)


def _needs_modes(cell):
    """Whether a cell of form ``weights`` goes to a multiplier of several modes."""
    return cell.level not in ("layer", "-")


def _wish(kind, stride, padding, level):
    if kind not in MULTIPLYING:
        level = "-"
    elif kind == "depthwise" and level == "kernel":  # its filters have one channel each
        level = "filter"
    return Wish(kind=kind, stride=stride, padding=padding, level=level)


def _dealt(rng, cards, hands):
    """All ``cards``, shuffled, as evenly as can be on so many hands."""
    order = rng.permutation(len(cards))
    return [[cards[index] for index in order[first::hands]] for first in range(hands)]


FEW, MANY = _few(), _many()
