"""What a search optimizes: accuracy lost and energy spent by a candidate."""

from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.emulation import Emulator
from hwgen.errors import SpecError
from hwgen.mapping.corrections import bias_update
from hwgen.mapping.drop import Drop, margins, paired_drop
from hwgen.mapping.kinds import is_exact, is_precision
from hwgen.mapping.search import Candidate, Objectives, Space
from hwgen.network.graph import Convolution, Network
from hwgen.network.limits import highest_code
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import LayerMapping, Mapping

__all__ = ["Cost", "Evaluation", "Problem"]


class Cost(Protocol):
    """What the search reads of a characterized multiplier."""

    @property
    def energy_pj(self) -> AbstractMapping[int, AbstractMapping[str, float]]:
        """Mean energy per product, in pJ: ``[mode][layer name]``."""


@dataclass(frozen=True)
class Evaluation:
    """A candidate, how it is corrected and what it costs.

    Parameters
    ----------
    candidate : Candidate
    mapping : Mapping
        The candidate with its bias updates.
    drop : Drop
        Accuracy and accuracy lost on the calibration images.
    energy : float
        Multiplier energy of one image over all layers, relative to the exact baseline.
    energy_pj : float
        The same in pJ.
    """

    candidate: Candidate
    mapping: Mapping
    drop: Drop
    energy: float
    energy_pj: float

    @property
    def objectives(self) -> Objectives:
        """What a search minimises: the bound of the drop, and the energy."""
        return Objectives(self.drop.bound, self.energy)


class Problem:
    """One network, its calibration images, and the multipliers that may fill the array.

    Hardware form: one multiplier in every processing element, one mode per layer. Accuracy is
    always that of the calibration images; test images are never seen here. A candidate that
    was evaluated before is not evaluated again.

    Parameters
    ----------
    network : Network
    images : uint8[N, H, W, C]
        Calibration images, as codes.
    labels : int[N]
        Their classes.
    costs : mapping of str to Cost
        Characterized multipliers by catalogue name. At least one must be exact: the one of
        least energy is the baseline.
    spec : AcceleratorSpec
        The accelerator; its own multiplier is replaced by the candidate's.
    """

    def __init__(
        self,
        network: Network,
        images: NDArray[np.uint8],
        labels: NDArray[np.integer[Any]],
        costs: AbstractMapping[str, Cost],
        spec: AcceleratorSpec,
    ) -> None:
        self.network, self.images, self.labels = network, images, labels
        self.costs, self.spec = costs, spec
        layers = tuple(layer.name for layer in network.convolutions)
        for name, cost in costs.items():
            _check_cost(name, cost, layers)
        exact = [name for name in costs if len(find(name).modes) == 1 and is_exact(find(name), 0)]
        if not exact:
            raise SpecError(
                f"a search needs the cost of an exact multiplier, not only of {', '.join(costs)}"
            )
        self.space = Space(
            layers,
            {name: len(find(name).modes) for name in costs},
            tuple(name for name in costs if is_precision(find(name))),
        )
        plain = (0,) * len(layers)
        self.baseline = min(exact, key=lambda name: self.energy_pj(Candidate(name, plain)))
        self._emulator = Emulator(network, images)
        self._updated: dict[tuple[str, tuple[int, ...]], LayerMapping] = {}
        self._exact_margins = margins(self._logits(Candidate(self.baseline, plain))[1], labels)
        self._known: dict[Candidate, Evaluation] = {}

    def evaluate(self, candidate: Candidate) -> Evaluation:
        """Correct the candidate's mapping, emulate it and price it."""
        if candidate not in self._known:
            if candidate not in self.space:
                raise SpecError(f"candidate {tuple(candidate)} does not lie in the search space")
            mapping, logits = self._logits(candidate)
            refusal = self.spec.with_multiplier(candidate.multiplier).refusal(mapping)
            if refusal is not None:
                raise SpecError(f"the accelerator cannot execute the mapping: {refusal}")
            energy_pj = self.energy_pj(candidate)
            self._known[candidate] = Evaluation(
                candidate,
                mapping,
                paired_drop(self._exact_margins, margins(logits, self.labels)),
                energy_pj / self.energy_pj(self.exact),
                energy_pj,
            )
        return self._known[candidate]

    @property
    def exact(self) -> Candidate:
        """The exact baseline."""
        return Candidate(self.baseline, (0,) * len(self.space.layers))

    def energy_pj(self, candidate: Candidate) -> float:
        """Multiplier energy of one image, in pJ."""
        energy = self.costs[candidate.multiplier].energy_pj
        layers = zip(self.network.convolutions, candidate.modes, strict=True)
        return sum(layer.operations * energy[mode][layer.name] for layer, mode in layers)

    def _logits(self, candidate: Candidate) -> tuple[Mapping, NDArray[np.uint8]]:
        """Update biases in the order of the layers: each sees the approximated prefix."""
        layers: dict[str, LayerMapping] = {}
        for index, layer in enumerate(self.network.convolutions):
            key = (candidate.multiplier, candidate.modes[: index + 1])
            if key not in self._updated:
                mode = candidate.modes[index]
                plain = LayerMapping(multiplier=candidate.multiplier, mode=mode)
                self._updated[key] = self._update(layer, plain, Mapping(layers))
            layers[layer.name] = self._updated[key]
        logits = self._tensor(Mapping(layers), self.network.layers[-1].name)
        return Mapping(layers), logits.reshape(len(logits), -1)

    def _update(self, layer: Convolution, plain: LayerMapping, prefix: Mapping) -> LayerMapping:
        source = layer.inputs[0]
        zero_point = self.network.quantizations[source].zero_point
        highest = highest_code(self.network, source)
        codes = self._tensor(prefix, source)
        update = bias_update(layer, plain, codes, zero_point, highest)
        return replace(plain, bias_update=update)

    def _tensor(self, mapping: Mapping, name: str) -> NDArray[np.uint8]:
        return self._emulator.evaluate(mapping, (name,)).outputs[name]


def _check_cost(name: str, cost: Cost, layers: Sequence[str]) -> None:
    for mode in range(len(find(name).modes)):
        for layer in layers:
            if layer not in cost.energy_pj.get(mode, {}):
                raise SpecError(f"cost of {name} lacks the energy of mode {mode} in layer {layer}")
