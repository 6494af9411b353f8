"""The same mode of the same multiplier in all layers."""

from hwgen.mapping.design import Corrections
from hwgen.mapping.strategies.choices import admitted, layer_design
from hwgen.mapping.strategies.search import Procedure, Steps

__all__ = ["Uniform"]


class Uniform(Procedure):
    """Every multiplier, every mode of it, everywhere: what a search must beat.

    With a bias update, unless the options say otherwise. Draws nothing.
    """

    def steps(self) -> Steps:
        problem, corrections = self.problem, self.options.corrections or Corrections()
        yield [
            layer_design(problem, [choice] * len(problem.layers), corrections)
            for choice in admitted(problem)
        ]
