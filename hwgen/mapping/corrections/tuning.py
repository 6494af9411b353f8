"""Weight tuning of all kinds."""

from hwgen.mapping.corrections.alone import published, weighted
from hwgen.mapping.corrections.joint import joint
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
) -> LayerMapping:
    """``mapping`` with the weight codes that ``corrections.tuning`` chooses."""
    match corrections.tuning:
        case "published":
            return published(statistics, mapping)
        case "weighted":
            return weighted(statistics, mapping)
        case "joint":
            return joint(statistics, mapping, energies, baseline, corrections.thrift)
    return mapping
