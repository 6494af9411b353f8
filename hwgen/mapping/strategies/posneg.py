"""Positive and negative errors that cancel in each filter, and fewer of them layer by layer."""

from collections.abc import Iterator
from itertools import combinations

from hwgen.errors import SpecError
from hwgen.mapping.design import Corrections, Design
from hwgen.mapping.energy import layer_energy_pj
from hwgen.mapping.problem import Problem
from hwgen.mapping.strategies.choices import admitted, capacity, kinds
from hwgen.mapping.strategies.search import Options, Procedure, Steps
from hwgen.mapping.strategies.signed import Balance, SignedModes, balanced, signed_modes
from hwgen.mapping.strategies.together import side_by_side
from hwgen.spec.mapping import LayerMapping

__all__ = ["PosNeg", "PosNegPublished"]


class PosNeg(Procedure):
    """Filter-oriented mapping of positive/negative approximate multipliers.

    After Spantidi et al., "Positive/Negative Approximate Multipliers for DNN Accelerators", ICCAD
    2021. The weights of every filter are parted into PE and NE so that their mean errors cancel
    (largest differencing, see :func:`~hwgen.mapping.strategies.signed.balanced`). All layers
    begin with the largest z; then z is lowered, down to ZE, in the layer that loses most when it
    alone is approximated, then in the next one. The walk passes the published stopping point of
    every accepted drop and goes on until all layers are exact, so it makes a front.

    NE(z) errs by exactly ``(2**z - 1) * w`` less than PE(z) on the same operands: a constant of
    the filter. So PE/NE balancing does to the mean error what a bias update does, leaves the
    variance as it is, and with a bias update any parting gives the same network. The published
    method has no bias update, nor has this one unless ``Options.corrections`` says so.

    Multipliers of the catalogue hold one z each: an array of form ``weights`` lowers z from the
    one that it holds to ZE, for each multiplier in turn; ``tiles`` gives every z an array of its
    own, for each choice of as many multipliers as there are tiles.

    Parameters
    ----------
    problem : Problem
    options : Options
    balance : str
        Activations are ``uniform``, as published, or ``measured``: behind a ReLU most low bits
        are 0, and what cancels for uniform ones leaves a mean error as large as before.
    in_turn : bool
        Whether all layers are lowered by one step before any is lowered further: the other
        reading of the paper's loop.

    Raises
    ------
    SpecError
        No multiplier has modes of both signs, or the hardware form mixes no modes by place.
    """

    def __init__(
        self,
        problem: Problem,
        options: Options,
        *,
        balance: Balance = "measured",
        in_turn: bool = False,
    ) -> None:
        self._balance, self._in_turn = balance, in_turn
        self._corrections = options.corrections or Corrections(bias_update=False)
        self._balanced: dict[tuple[str, SignedModes], LayerMapping] = {}
        usable = dict.fromkeys(choice.multiplier for choice in admitted(problem))
        held = [modes for x in usable if (modes := signed_modes(x))]
        if not held:
            raise SpecError(
                "search method posneg needs a multiplier with modes of positive and negative "
                f"error, not {', '.join(problem.multipliers)}"
            )
        if problem.spec.form not in ("weights", "tiles"):
            raise SpecError(
                "search method posneg needs an array that chooses modes weight by weight, "
                f"not form {problem.spec.form}"
            )
        self._arrays = list(_arrays(held, capacity(problem)))
        super().__init__(problem, options)

    def steps(self) -> Steps:
        return side_by_side(self._walk(array) for array in self._arrays)

    def _walk(self, array: tuple[SignedModes, ...]) -> Steps:
        """Of the modes that one array, or several tiles, hold."""
        names = self.problem.layers
        ladder = sorted(array, key=lambda x: (-x.z, x.multiplier))
        exact = {name: self._exact(name, ladder) for name in names}
        coarse = {name: self._layer(name, ladder[0]) for name in names}
        alone = yield [self._design(exact | {x: coarse[x]}) for x in names]
        loss = {x: outcome.drop.observed for x, outcome in zip(names, alone, strict=True)}
        order = sorted(names, key=lambda x: -loss[x])
        steps = range(1, len(ladder) + 1)
        moves = [(x, step) for x in order for step in steps]
        if self._in_turn:
            moves.sort(key=lambda x: x[1])
        yield [self._design(coarse)]
        found = dict(coarse)
        for name, step in moves:
            lower = exact[name] if step == len(ladder) else self._layer(name, ladder[step])
            found[name] = lower
            yield [self._design(found)]

    def _exact(self, name: str, ladder: list[SignedModes]) -> LayerMapping:
        """ZE of the multiplier that takes the least energy in it."""
        layer = self.problem.layer_by_name[name]
        modes = [LayerMapping(multiplier=x.multiplier, mode=x.exact) for x in ladder]
        return min(modes, key=lambda x: layer_energy_pj(layer, x, self.problem.energies))

    def _layer(self, name: str, modes: SignedModes) -> LayerMapping:
        if (name, modes) not in self._balanced:
            statistics = self.problem.statistics(name)
            self._balanced[name, modes] = balanced(statistics, modes, self._balance)
        return self._balanced[name, modes]

    def _design(self, layers: dict[str, LayerMapping]) -> Design:
        return Design.of(layers, self._corrections)


class PosNegPublished(PosNeg):
    """As :class:`PosNeg`, balanced for uniform activations: what measuring them is worth."""

    def __init__(self, problem: Problem, options: Options) -> None:
        super().__init__(problem, options, balance="uniform")


def _arrays(
    held: list[tuple[SignedModes, ...]], capacity: int
) -> Iterator[tuple[SignedModes, ...]]:
    """Modes of as many multipliers of the same operands as can stand side by side."""
    groups: dict[object, list[tuple[SignedModes, ...]]] = {}
    for modes in held:
        groups.setdefault(kinds(modes[0].multiplier), []).append(modes)
    for group in groups.values():
        for array in combinations(group, min(capacity, len(group))):
            yield tuple(x for modes in array for x in modes)
