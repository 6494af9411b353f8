"""Array energies of points, kept between starts: each takes the synthesis of an accelerator."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from hwgen.cost.technology import Technology
from hwgen.mapping.study.point import Point
from hwgen.mapping.study.study import Study
from hwgen.pricing.array import array_energy

__all__ = ["Arrays", "Keeper", "KeptEnergy"]


@dataclass(frozen=True, kw_only=True)
class KeptEnergy:
    """Energy of one image, in nJ: see :class:`hwgen.pricing.array.ArrayEnergy`."""

    array_nj: float
    datapath_nj: float
    multipliers_nj: float

    def document(self) -> dict[str, float]:
        """What JSON can hold."""
        return asdict(self)


class Keeper(Protocol):
    """Keeps energies by a key."""

    def known_array(self, key: str) -> Mapping[str, Any] | None:
        """What was kept under the key."""

    def keep_array(self, key: str, energy: Mapping[str, float]) -> None:
        """Keep an energy."""


class Arrays:
    """Array energies of a study's points.

    Parameters
    ----------
    study : Study
        Operands are those of its first calibration image.
    technology : Technology
    keeper : Keeper
    """

    def __init__(self, study: Study, technology: Technology, keeper: Keeper) -> None:
        self._study, self._technology, self._keeper = study, technology, keeper

    def measure(self, point: Point) -> KeptEnergy:
        """Energy of the leanest accelerator of the study's form that executes a point."""
        study = self._study
        digests = study.spec.digest, self._technology.digest, point.mapping.digest
        key = " ".join((study.facts["identity"]["model"], *digests))
        known = self._keeper.known_array(key)
        if known is not None:
            return KeptEnergy(**known)
        image = study.parts.images[0]
        found = array_energy(study.network, point.mapping, study.spec, self._technology, image)
        kept = KeptEnergy(
            array_nj=found.array_nj,
            datapath_nj=found.datapath_nj,
            multipliers_nj=found.multipliers_nj,
        )
        self._keeper.keep_array(key, kept.document())
        return kept
