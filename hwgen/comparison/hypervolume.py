"""How much of what could be dominated a search dominates, and after how much work."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hwgen.mapping.outcome import Objectives, Outcome

__all__ = ["REFERENCE", "Growth", "growth", "hypervolume"]

REFERENCE = Objectives(drop=10.0, energy=1.0)


def hypervolume(points: Iterable[Objectives], reference: Objectives = REFERENCE) -> float:
    """Dominated share of the rectangle from nothing lost and nothing spent to ``reference``.

    Both objectives are to be minimised; a drop below 0 counts as 0. Zitzler's and Thiele's
    measure (PPSN 1998) in two dimensions, relative to the whole: 0 to 1.
    """
    area, energy = 0.0, reference.energy
    for point in sorted(points):  # by rising drop
        if point.drop < reference.drop and point.energy < energy:
            area += (energy - max(point.energy, 0.0)) * (reference.drop - max(point.drop, 0.0))
            energy = max(point.energy, 0.0)
    return area / (reference.drop * reference.energy)


@dataclass(frozen=True)
class Growth:
    """Hypervolume of a search as it goes on.

    Parameters
    ----------
    costs : tuple of int
        Multiplications emulated until each answer was known.
    values : tuple of float
        Hypervolume from then on.
    """

    costs: tuple[int, ...]
    values: tuple[float, ...]

    def at(self, cost: float) -> float:
        """Hypervolume once ``cost`` multiplications were emulated."""
        done = [value for x, value in zip(self.costs, self.values, strict=True) if x <= cost]
        return done[-1] if done else 0.0


def growth(outcomes: Sequence[Outcome]) -> Growth:
    """Follow a search through its answers, in their order. Probes cost, too."""
    costs, values = [], []
    front: list[Objectives] = []
    cost, value = 0, 0.0
    for outcome in outcomes:
        cost += outcome.multiplications
        if outcome.energy is not None:
            found = outcome.objectives
            if not any(x.drop <= found.drop and x.energy <= found.energy for x in front):
                front = [x for x in front if x.drop < found.drop or x.energy < found.energy]
                front.append(found)
                value = hypervolume(front)
        costs.append(cost)
        values.append(value)
    return Growth(tuple(costs), tuple(values))
