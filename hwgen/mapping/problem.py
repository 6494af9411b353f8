"""What a search optimizes: accuracy lost and energy spent by a design."""

from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.emulation import Emulator
from hwgen.errors import SpecError
from hwgen.mapping.corrections.fit import Fitter
from hwgen.mapping.corrections.statistics import LayerStatistics
from hwgen.mapping.design import Corrections, Design, Probe, Question
from hwgen.mapping.drop import margins, paired_drop
from hwgen.mapping.energy import Energies, mapping_energy
from hwgen.mapping.hardware import hardware_for
from hwgen.mapping.kinds import is_exact, is_precision
from hwgen.mapping.noise import noisy_logits
from hwgen.mapping.outcome import Outcome
from hwgen.network.graph import Convolution, Network
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import LayerMapping, Mapping
from hwgen.spec.mapping.rules import Choice

__all__ = ["FIT_IMAGES", "Problem"]

FIT_IMAGES = 256  # that corrections are fitted to


class Problem:
    """One network, its calibration images, and the multipliers that may fill the hardware form.

    Accuracy is always that of the calibration images; test images are never seen here. Every
    strategy gets the same object, so all are compared on the same terms.

    Parameters
    ----------
    network : Network
    images : uint8[N, H, W, C]
        Calibration images, as codes.
    labels : int[N]
        Their classes.
    multipliers : sequence of str
        Catalogue names, all of the same operand kinds as far as a mapping mixes them. At least
        one must be exact: the one of least energy is the baseline.
    energies : Energies
        Of every mode of every multiplier in every layer.
    spec : AcceleratorSpec
        The hardware form; what its arrays hold is for the search to choose, see
        :func:`~hwgen.mapping.hardware.hardware_for`.
    threads : int, optional
        Of emulation; default: one per core.
    """

    def __init__(
        self,
        network: Network,
        images: NDArray[np.uint8],
        labels: NDArray[np.integer[Any]],
        multipliers: Sequence[str],
        energies: Energies,
        spec: AcceleratorSpec,
        *,
        threads: int | None = None,
    ) -> None:
        self.network, self.images, self.labels = network, images, labels
        self.multipliers = tuple(dict.fromkeys(multipliers))
        self.energies, self.spec = energies, spec
        self.layers = tuple(layer.name for layer in network.convolutions)
        self.choices = tuple(
            Choice(name, mode) for name in self.multipliers for mode in range(len(find(name).modes))
        )
        self.baseline = self._cheapest_exact()
        exact = LayerMapping(multiplier=self.baseline)
        self.exact = Design.uniform(self.layers, exact, Corrections(bias_update=False))
        self._emulator = Emulator(network, images, threads=threads)
        self._fit_emulator = Emulator(network, images[:FIT_IMAGES], threads=threads)
        self.fitter = Fitter(network, self._fit_tensor, self.baseline, energies, spec.variate_bits)
        self.exact_margins = self._margins(self.exact.mapping)

    @property
    def precision(self) -> tuple[str, ...]:
        """Multipliers that are exact ones of fewer bits, the full exact ones included."""
        return tuple(name for name in self.multipliers if is_precision(find(name)))

    @property
    def layer_by_name(self) -> AbstractMapping[str, Convolution]:
        """The layers that a mapping covers, in execution order."""
        return {layer.name: layer for layer in self.network.convolutions}

    @property
    def multiplications(self) -> int:
        """Of one image."""
        return sum(layer.operations for layer in self.network.convolutions)

    def statistics(self, name: str) -> LayerStatistics:
        """What a layer reads in the exact network."""
        return self.fitter.statistics(name)

    def refusal(self, mapping: Mapping) -> str | None:
        """Why the hardware form cannot execute a mapping; None when it can."""
        try:
            hardware_for(self.spec, mapping)
        except SpecError as error:
            return str(error)
        return None

    def answer(self, question: Question) -> Outcome:
        """Judge a design, or probe the exact network.

        Raises :exc:`SpecError` for a design that the hardware form does not admit.
        """
        start = perf_counter()
        if isinstance(question, Probe):
            return self._probe(question, start)
        hardware_for(self.spec, question.mapping)
        mapping = self.fitter.fit(question)
        found = self._margins(mapping)
        return Outcome(
            drop=paired_drop(self.exact_margins, found),
            margins=found,
            mapping=mapping,
            energy=mapping_energy(self.network, mapping, self.energies, self.baseline),
            multiplications=len(self.images) * self.multiplications,
            seconds=perf_counter() - start,
        )

    def _probe(self, probe: Probe, start: float) -> Outcome:
        count = min(probe.images, len(self.images))
        logits = noisy_logits(self._emulator, self.exact.mapping, probe)
        found = margins(logits, self.labels[:count])
        return Outcome(
            drop=paired_drop(self.exact_margins[:count], found),
            margins=found,
            mapping=None,
            energy=None,
            multiplications=count * self.multiplications,
            seconds=perf_counter() - start,
        )

    def _cheapest_exact(self) -> str:
        exact = [x for x in self.multipliers if len(find(x).modes) == 1 and is_exact(find(x), 0)]
        if not exact:
            raise SpecError(
                "a search needs the energy of an exact multiplier, "
                f"not only of {', '.join(self.multipliers) or 'none'}"
            )

        def energy_pj(name: str) -> float:
            layers = {x: LayerMapping(multiplier=name) for x in self.layers}
            return mapping_energy(self.network, Mapping(layers), self.energies, name).total_pj

        return min(exact, key=energy_pj)

    def _margins(self, mapping: Mapping) -> NDArray[np.float64]:
        logits = self._emulator.evaluate(mapping).outputs[self.network.layers[-1].name]
        return margins(logits.reshape(len(logits), -1), self.labels)

    def _fit_tensor(self, mapping: Mapping, name: str) -> NDArray[np.uint8]:
        if name == self.network.input_name:
            return self._fit_emulator.images
        return self._fit_emulator.evaluate(mapping, (name,)).outputs[name]
