"""Designs drawn at random."""

from hwgen.mapping.design import Corrections, Design
from hwgen.mapping.strategies.choices import LayerChoices, by_operands, layer_design
from hwgen.mapping.strategies.search import Procedure, Steps

__all__ = ["Random"]

BATCH = 64  # designs drawn ahead
PATIENCE = 1000  # draws of known designs in a row, after which the space counts as exhausted


class Random(Procedure):
    """Random multipliers and modes of whole layers: what a search that learns must beat.

    As many multipliers as the hardware form holds are drawn, all equally likely (first one, then
    others of the same operands), and for every layer one of their modes, all equally likely. With
    a bias update, unless the options say otherwise.
    """

    def steps(self) -> Steps:
        groups = by_operands(self.problem)
        seen: set[str] = set()
        while True:
            fresh: dict[str, Design] = {}
            for _ in range(PATIENCE):
                design = self._draw(groups)
                if design.key not in seen:
                    fresh[design.key] = design
                if len(fresh) == BATCH:
                    break
            if not fresh:
                return
            seen.update(fresh)
            yield list(fresh.values())

    def _draw(self, groups: tuple[LayerChoices, ...]) -> Design:
        sizes = [len(group.multipliers) for group in groups]
        group = groups[self.rng.choice(len(groups), p=[size / sum(sizes) for size in sizes])]
        names = group.multipliers
        count = min(group.capacity, len(names))
        held = {names[i] for i in self.rng.choice(len(names), size=count, replace=False)}
        choices = [choice for choice in group.choices if choice.multiplier in held]
        drawn = self.rng.integers(len(choices), size=len(self.problem.layers))
        corrections = self.options.corrections or Corrections()
        return layer_design(self.problem, [choices[i] for i in drawn], corrections)
