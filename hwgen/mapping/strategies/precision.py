"""Fewer bits instead of approximate circuits."""

from collections.abc import Sequence

from hwgen.mapping.strategies.hwgen import Hwgen
from hwgen.spec.mapping.rules import Choice

__all__ = ["Precision"]


class Precision(Hwgen):
    """Exact multipliers of fewer bits only: the honest baseline of any approximation.

    They get the same search, the same corrections and are measured by the same flow; a saving
    that this front reaches too is no merit of an approximate circuit.
    """

    def choices(self) -> Sequence[Choice]:
        names = set(self.problem.precision)
        return [x for x in super().choices() if x.multiplier in names]
