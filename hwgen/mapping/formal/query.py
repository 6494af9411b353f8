"""Properties of the accuracy drop over batches, and how robustly a signal has them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import SpecError

__all__ = ["LARGEST_LIMIT", "Average", "Never", "Property", "Query", "Share", "accuracy_drops"]

LARGEST_LIMIT = 100.0  # percent points: no accuracy drops further


@dataclass(frozen=True)
class Property(ABC):
    """One statement about a signal ``s(i)``: the accuracy drop of batch ``i`` in percent points.

    Parameters
    ----------
    limit : float
        In percent points: 0 to 100.
    """

    limit: float

    def __post_init__(self) -> None:
        if not 0 <= self.limit <= LARGEST_LIMIT:
            raise SpecError(f"query limit must be from 0 to 100 percent points, not {self.limit}")

    @abstractmethod
    def robustness(self, signal: NDArray[np.float64]) -> float:
        """Percent points by which ``signal`` has the property; negative where it has it not.

        The property holds if and only if this is not negative: a signal at the limit is within.
        """

    @property
    @abstractmethod
    def _order(self) -> tuple[float, ...]:
        """Where the property stands in a query."""


@dataclass(frozen=True)
class Never(Property):
    """No batch drops by more than ``limit``: always ``s <= limit``."""

    def robustness(self, signal: NDArray[np.float64]) -> float:
        return float(self.limit - signal.max())

    @property
    def _order(self) -> tuple[float, ...]:
        return 0, self.limit

    def __str__(self) -> str:
        return f"never more than {_text(self.limit)}"


@dataclass(frozen=True)
class Share(Property):
    """At most ``percent`` of the batches drop by more than ``limit``.

    Its robustness is ``limit`` minus an order statistic: of ``n`` batches the worst
    ``floor(n * percent / 100)`` may be anything, and the worst of the others counts.

    Parameters
    ----------
    limit : float
    percent : float
        Of the batches: 0 to less than 100.
    """

    percent: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.percent < 100:
            raise SpecError(
                f"query share of batches must be from 0 to less than 100 %, not {self.percent}"
            )

    def robustness(self, signal: NDArray[np.float64]) -> float:
        # In decimals as written: 0.7 * 1000 / 100 is 7 batches and not one fewer.
        ignored = floor(Fraction(_text(self.percent)) * len(signal) / 100)
        return float(self.limit - np.sort(signal)[len(signal) - 1 - ignored])

    @property
    def _order(self) -> tuple[float, ...]:
        return 1, self.percent, self.limit

    def __str__(self) -> str:
        percent = _text(self.percent)
        return f"at most {percent} % of batches above {_text(self.limit)}"


@dataclass(frozen=True)
class Average(Property):
    """The mean of the signal is at most ``limit``."""

    def robustness(self, signal: NDArray[np.float64]) -> float:
        return float(self.limit - signal.mean())

    @property
    def _order(self) -> tuple[float, ...]:
        return 2, self.limit

    def __str__(self) -> str:
        return f"average at most {_text(self.limit)}"


@dataclass(frozen=True)
class Query:
    """A conjunction of properties, all of which are to hold.

    After Spantidi et al., "Energy-efficient DNN Inference on Approximate Accelerators Through
    Formal Property Exploration" (2022), which states them in parametric signal temporal logic;
    the words are ours. :func:`hwgen.mapping.formal.parser.parse_query` reads what ``str`` gives.

    Parameters
    ----------
    properties : tuple of Property
        At least one. They are kept in order and without repetition, so that queries of the same
        properties are equal.
    """

    properties: tuple[Property, ...]

    def __post_init__(self) -> None:
        if not self.properties:
            raise SpecError("query must have at least one property")
        ordered = sorted(dict.fromkeys(self.properties), key=lambda x: x._order)
        object.__setattr__(self, "properties", tuple(ordered))

    def robustness(self, signal: NDArray[np.float64]) -> float:
        """Of the least robust property; not negative if and only if all hold.

        Parameters
        ----------
        signal : float64[batches]
            Accuracy drop in percent points; at least one batch.
        """
        return min(x.robustness(signal) for x in self.properties)

    def expected_robustness(self, signals: NDArray[np.float64]) -> float:
        """Mean robustness over repetitions: float64[repetitions, batches].

        What a batch holds is chance; this is what remains of a query when it is drawn anew.
        """
        return float(np.mean([self.robustness(signal) for signal in signals]))

    def __str__(self) -> str:
        return " and ".join(map(str, self.properties))


def accuracy_drops(
    exact: NDArray[np.float64], approximate: NDArray[np.float64], batches: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Top-1 accuracy lost in each batch, in percent points.

    Parameters
    ----------
    exact, approximate : float64[images]
        Margins, see :func:`hwgen.mapping.drop.margins`.
    batches : int[..., batches, size]
        Which images each batch holds.

    Returns
    -------
    float64[..., batches]
    """
    lost = (exact > 0).astype(np.int64) - (approximate > 0)
    found: NDArray[np.float64] = 100 * lost[batches].sum(axis=-1) / batches.shape[-1]
    return found


def _text(value: float) -> str:
    """Shortest decimal text of a number, without an exponent: reading it gives it back."""
    return str(np.format_float_positional(value + 0.0, trim="-"))
