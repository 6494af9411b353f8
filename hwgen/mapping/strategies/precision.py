"""Fewer bits instead of approximate circuits."""

from collections.abc import Iterable

from hwgen.mapping.uniform import Uniform

__all__ = ["Precision"]


class Precision(Uniform):
    """Exact multipliers of fewer bits only: the honest baseline of any approximation.

    They get the same corrections and are measured by the same flow; a saving that this
    front reaches too is no merit of an approximate circuit.
    """

    def names(self) -> Iterable[str]:
        return self.space.precision
