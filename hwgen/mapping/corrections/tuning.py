"""Weight tuning of all kinds."""

from hwgen.mapping.corrections.alone import published, weighted
from hwgen.mapping.corrections.fitted_variate import fitted_variate
from hwgen.mapping.corrections.joint import joint, summed
from hwgen.mapping.corrections.statistics import LayerStatistics
from hwgen.mapping.design import Corrections
from hwgen.mapping.energy import Energies
from hwgen.spec.mapping import LayerMapping

__all__ = ["tuned"]


def tuned(
    statistics: LayerStatistics,
    mapping: LayerMapping,
    corrections: Corrections,
    energies: Energies,
    baseline: str,
    variate_bits: int = 8,
) -> LayerMapping:
    """``mapping`` with the weight codes that ``corrections.tuning`` chooses.

    Joint tuning leaves to a control variate what that can take away, if one is to follow; with
    its ``x`` as it would be without tuning.
    """
    match corrections.tuning:
        case "published":
            return published(statistics, mapping)
        case "weighted":
            return weighted(statistics, mapping)
        case "joint":
            x = None
            if corrections.control_variate != "none":
                how = corrections.control_variate
                x = summed(statistics, fitted_variate(statistics, mapping, how, variate_bits))
            return joint(statistics, mapping, energies, baseline, corrections.thrift, x)
    return mapping
