"""Families of multipliers whose errors a sum of low activation bits tells."""

from collections.abc import Generator, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from hwgen.arith.catalogue import find
from hwgen.errors import SpecError
from hwgen.mapping.corrections.families import family_of
from hwgen.mapping.design import Corrections, Design, Question, VariateFit
from hwgen.mapping.kinds import is_exact
from hwgen.mapping.outcome import Outcome
from hwgen.mapping.problem import Problem
from hwgen.mapping.strategies.choices import (
    LayerChoices,
    admitted,
    by_operands,
    energy_pj,
    error_spread,
    layer_design,
)
from hwgen.mapping.strategies.matching import thinned
from hwgen.mapping.strategies.search import Procedure, Steps
from hwgen.mapping.strategies.together import side_by_side
from hwgen.spec.mapping.rules import Choice

__all__ = ["ControlVariates", "members"]

Path: TypeAlias = tuple[Choice, ...]
_Fitting: TypeAlias = Generator[Sequence[Question], Sequence[Outcome], Mapping[Choice, Corrections]]

FITS: dict[VariateFit, Corrections] = {
    "analytic": Corrections(bias_update=False, control_variate="analytic"),
    "calibrated": Corrections(bias_update=True, control_variate="calibrated"),
}
LIMITS = (1.0, 2.0, 4.0)  # drops that are walked to one after the other, in units of max_drop
LEAST_DROP = 1e-6  # percent points: moves that look free compare by the energy they save


class ControlVariates(Procedure):
    """Control variate approximation (Zervakis et al., DAC 2021; IEEE Access 13, 2025).

    Published: one perforated, recursive or truncated multiplier of ``m`` bits in the whole
    array, for every family and ``m``; a column of sums makes ``C * sum x + C0`` of the low bits
    ``x``, with ``C`` and ``C0`` of each filter by formulas for uniform activations. These
    designs are asked first, each once more with calibrated ``C`` and ``C0``.

    Reconstructed: how family and ``m`` are chosen layer by layer, which the abstracts leave
    open. Each layer takes each multiplier alone, the others staying exact (or as accurate as
    the form allows), with the fit that did better in the whole array. Then the move that saves
    the most energy per predicted drop is tried, and kept while the measured drop stays within
    ``max_drop``; afterwards the walk goes on to twice and four times as much, so that the run
    gives a front. Corrections in the options take the place of both fits. Draws nothing.

    Energies are those of multipliers. What the sum columns and the multipliers behind them
    take belongs to the array's energy, by the ``control_variate`` of the fitted mapping.
    """

    def steps(self) -> Steps:
        problem = self.problem
        found = members(problem)
        if not found:
            raise SpecError(
                "search method control-variate needs perforated, recursive or truncated "
                f"multipliers of at most {problem.spec.variate_bits} low bits, the accelerator's "
                f"variate_bits, not only {', '.join(problem.multipliers)}"
            )
        fits = yield from self._whole_array(found)
        groups = [x for x in self._groups(fits) if len(x.choices) > 1]
        yield from side_by_side(self._walk(group, fits, len(groups)) for group in groups)

    def _whole_array(self, found: Sequence[Choice]) -> _Fitting:
        """Ask for every choice in all layers; gives the better corrections of each."""
        own = self.options.corrections
        tried = list(FITS.values()) if own is None else [own]
        pairs = [(choice, fit) for choice in found for fit in tried]
        pairs = thinned(pairs, max(1, self.options.budget // 3))
        layers = len(self.problem.layers)
        outcomes = yield [self._design((choice,) * layers, {choice: fit}) for choice, fit in pairs]
        best: dict[Choice, tuple[float, Corrections]] = {}
        for (choice, fit), outcome in zip(pairs, outcomes, strict=True):
            drop = outcome.drop.expected
            if choice not in best or drop < best[choice][0]:
                best[choice] = drop, fit
        return {choice: fit for choice, (_, fit) in best.items()}

    def _groups(self, fits: Mapping[Choice, Corrections]) -> list[LayerChoices]:
        """Exact choices and those with a fit, as they may stand side by side."""
        return [
            LayerChoices(
                tuple(
                    x for x in group.choices if x in fits or is_exact(find(x.multiplier), x.mode)
                ),
                group.capacity,
            )
            for group in by_operands(self.problem)
            if any(x in fits for x in group.choices)
        ]

    def _walk(self, group: LayerChoices, fits: Mapping[Choice, Corrections], walks: int) -> Steps:
        top = min(group.choices, key=lambda x: (error_spread(x), energy_pj(self.problem, x)))
        others = [x for x in group.choices if x in fits and x != top]
        layers = range(len(self.problem.layers))
        affordable = self.questions_left // 2 // walks // len(layers)
        moves = sorted(product(layers, thinned(others, max(1, affordable))))
        here: Path = (top,) * len(layers)
        outcomes = yield [self._design(x, fits) for x in (here, *(_moved(here, *y) for y in moves))]
        first, *rest = [(x.drop.expected, x.objectives.energy) for x in outcomes]
        alone = dict(zip(moves, rest, strict=True)) | {(layer, top): first for layer in layers}
        for limit in LIMITS:
            refused: set[tuple[int, Choice]] = set()
            while True:
                ranked = sorted(
                    (ratio, move)
                    for move in moves
                    if move not in refused
                    and group.admits(_moved(here, *move))
                    and (ratio := _ratio(alone[move[0], here[move[0]]], alone[move])) < 0
                )
                if not ranked:
                    break
                move = ranked[0][1]
                (outcome,) = yield [self._design(_moved(here, *move), fits)]
                if outcome.objectives.drop <= limit * self.options.max_drop:
                    here = _moved(here, *move)
                else:
                    refused.add(move)

    def _design(self, chosen: Path, fits: Mapping[Choice, Corrections]) -> Design:
        """Layers of a choice without a fit are exact, or the best there is: nothing to correct."""
        plain = self.options.corrections or Corrections()
        names = self.problem.layers
        corrections = {
            name: fits.get(choice, plain) for name, choice in zip(names, chosen, strict=True)
        }
        mapping = layer_design(self.problem, chosen, plain).mapping
        return Design(mapping, corrections)


def members(problem: Problem) -> tuple[Choice, ...]:
    """Admitted choices that formulas are published for, as far as the accelerator has the sums."""
    found = []
    for choice in admitted(problem):
        family = family_of(find(choice.multiplier), choice.mode)
        if family is not None and family.bits <= problem.spec.variate_bits:
            found.append(choice)
    return tuple(found)


def _ratio(now: tuple[float, float], then: tuple[float, float]) -> float:
    """Energy change per predicted drop, of a layer alone: negative and small is good."""
    return (then[1] - now[1]) / max(then[0] - now[0], LEAST_DROP)


def _moved(chosen: Path, layer: int, choice: Choice) -> Path:
    return (*chosen[:layer], choice, *chosen[layer + 1 :])
