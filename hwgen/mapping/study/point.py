"""What a study comes to: mappings that no other one beats, judged to the end."""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from typing import Any

from hwgen.errors import SpecError
from hwgen.evaluation.statistics import Interval
from hwgen.mapping.drop import Drop
from hwgen.mapping.outcome import Energy
from hwgen.spec.mapping import Mapping

__all__ = ["Point", "Tested", "check_max_drop"]


@dataclass(frozen=True, kw_only=True)
class Tested:
    """Figures of the test images: in percent, with intervals of 95 %.

    Parameters
    ----------
    images : int
    accuracy : float
    accuracy_interval : Interval
        Wilson's.
    drop : float
        Accuracy lost against the exact network, in percent points.
    drop_interval : Interval
        Of the paired difference.
    """

    images: int
    accuracy: float
    accuracy_interval: Interval
    drop: float
    drop_interval: Interval


@dataclass(frozen=True, kw_only=True, eq=False)
class Point:
    """A design of a front, fitted and judged on all calibration images.

    Parameters
    ----------
    key : str
        Of the design.
    mapping : Mapping
        With all its corrections.
    drop : Drop
        On all calibration images.
    energy : Energy
        On operands that processing elements see when the network runs under ``mapping``.
    layers_pj : mapping of str to float
        The same of each layer, for one image.
    test : Tested or None
        None where no test images were given.
    """

    key: str
    mapping: Mapping
    drop: Drop
    energy: Energy
    layers_pj: AbstractMapping[str, float]
    test: Tested | None

    @property
    def multipliers(self) -> tuple[str, ...]:
        """Names of all that the mapping uses, sorted."""
        layers = self.mapping.layers.values()
        return tuple(sorted(set().union(*(layer.multipliers for layer in layers))))


def check_max_drop(value: Any) -> None:
    """Raise :exc:`SpecError` unless ``value`` is a number from 0 to 100."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 100:
        raise SpecError(f"max-drop must be a number of percent points from 0 to 100, not {value!r}")
