"""What a question was answered with."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hwgen.mapping.drop import Drop
from hwgen.spec.mapping import Mapping

__all__ = ["Energy", "Objectives", "Outcome"]


class Objectives(NamedTuple):
    """What a design costs; both are to be minimised.

    Parameters
    ----------
    drop : float
        Accuracy lost against the exact network, in percent points: the bound of
        :class:`~hwgen.mapping.drop.Drop`.
    energy : float
        Multiplier energy over all layers, relative to the exact baseline.
    """

    drop: float
    energy: float


@dataclass(frozen=True, kw_only=True)
class Energy:
    """Multiplier energy of one image.

    Parameters
    ----------
    total, convolutions : float
        Over all layers, and over convolutions only as published work has it: relative to the
        exact baseline over the same layers.
    total_pj : float
        Over all layers, in pJ.
    """

    total: float
    convolutions: float
    total_pj: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """The answer to a question.

    Parameters
    ----------
    drop : Drop
        On the calibration images.
    margins : float64[images]
        Lead of each label's logit, see :func:`hwgen.mapping.drop.margins`.
    mapping : Mapping or None
        The design with its corrections fitted; None for a probe.
    energy : Energy or None
        None for a probe.
    multiplications : int
        Emulated for it: images times multiplications of the network, whatever was reused.
    seconds : float
        Of one process; tells of the machine, too, so nothing may depend on it.
    """

    drop: Drop
    margins: NDArray[np.float64]
    mapping: Mapping | None
    energy: Energy | None
    multiplications: int
    seconds: float

    @property
    def objectives(self) -> Objectives:
        """Of a design."""
        assert self.energy is not None
        return Objectives(self.drop.bound, self.energy.total)
