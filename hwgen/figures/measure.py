"""Measuring the figures of many multipliers in several technologies."""

from collections.abc import Iterable, Mapping

import numpy as np

from hwgen.arith.metrics import measure
from hwgen.arith.multiplier import Multiplier
from hwgen.cost.characterize import characterize_all
from hwgen.cost.operands import UNIFORM_SAMPLES, uniform_transitions
from hwgen.cost.technology import Technology
from hwgen.figures.rows import Figures
from hwgen.network.transitions import Transitions

__all__ = ["measured"]


def measured(
    multipliers: Mapping[str, Multiplier], technologies: Iterable[Technology], source: str
) -> list[Figures]:
    """One row per technology, multiplier and mode, under two traces of uniform operands.

    Parameters
    ----------
    multipliers : mapping of str to Multiplier
        By name.
    technologies : iterable of Technology
    source : str
        Library that the multipliers are from.
    """
    rows = []
    traces = {"stays": uniform_transitions(), "moves": _moving_transitions()}
    for technology in technologies:
        for name, cost in characterize_all(multipliers, technology, traces).items():
            multiplier = multipliers[name]
            for mode, label in enumerate(multiplier.modes):
                error = measure(multiplier, mode)
                pairs = 1 << (multiplier.a_kind.width + multiplier.w_kind.width)
                rows.append(
                    Figures(
                        name=name,
                        source=source,
                        a_kind=multiplier.a_kind.name,
                        w_kind=multiplier.w_kind.name,
                        mode=mode,
                        mode_name=label,
                        mean=error.mean,
                        std=error.std,
                        residual_std=error.residual_std,
                        mae=error.mae,
                        mae_percent=100 * error.mae / pairs,
                        wce=error.wce,
                        mre=error.mre,
                        error_probability=error.error_probability,
                        is_zero_preserving=error.is_zero_preserving,
                        technology=technology.name,
                        area_um2=cost.area_um2,
                        delay_ns=cost.delay_ns,
                        leakage_nw=cost.leakage_nw,
                        energy_pj=cost.energy_pj[mode]["stays"],
                        energy_moving_pj=cost.energy_pj[mode]["moves"],
                    )
                )
    return rows


def _moving_transitions() -> Transitions:
    """Uniform random operands that change both, as nothing weight-stationary has them."""
    rng = np.random.default_rng(1)
    a_before, a = rng.integers(0, 256, (2, UNIFORM_SAMPLES), dtype=np.uint8)
    w_before, w = rng.integers(-128, 128, (2, UNIFORM_SAMPLES), dtype=np.int8)
    return Transitions(a_before, w_before, a, w)
