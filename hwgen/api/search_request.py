"""What a search is asked for: network, hardware form, multipliers and their prices."""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as AbstractMapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hwgen
from hwgen.api.common import PathLike
from hwgen.api.loading import load
from hwgen.arith.catalogue import given
from hwgen.compiler.compile import compile_network
from hwgen.cost.characterize import characterize_all
from hwgen.cost.technology import Technology
from hwgen.errors import check_range
from hwgen.figures.candidates import candidates
from hwgen.mapping.outcome import Energy
from hwgen.mapping.problem import Problem
from hwgen.mapping.study.parts import Parts, digest_of
from hwgen.mapping.study.study import Priced
from hwgen.network.graph import Network
from hwgen.pricing.mapped import MultiplierEnergy, multiplier_energy
from hwgen.pricing.measure import measure_energies
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import LayerMapping, Mapping

__all__ = ["SearchRequest"]

PRICED_IMAGES = 256  # that operands are drawn from


class SearchRequest:
    """A network, a hardware form, and the multipliers that may fill it.

    Parameters
    ----------
    model : path
    spec : AcceleratorSpec
    multipliers : sequence of str or None
        Beside the baselines; None: the shortlist.
    tiles : int or None
        Form ``tiles`` with so many arrays, idle ones behind clock gates, in place of the spec's.
    technology : Technology

    Raises
    ------
    SpecError
        The accelerator cannot hold a multiplier, or does not fit the network.
    """

    def __init__(
        self,
        model: PathLike,
        spec: AcceleratorSpec,
        multipliers: Sequence[str] | None,
        tiles: int | None,
        technology: Technology,
    ) -> None:
        if tiles is not None:
            check_range("search", "tiles", tiles, 2, 8)
            arrays = spec.multipliers[:1] * tiles
            spec = replace(spec, form="tiles", multipliers=arrays, clock_gates=True)
        self._spec, self._technology = spec, technology
        self._multipliers = candidates(spec, multipliers)
        self.network: Network = load(model)
        self._content = Path(model).read_bytes()
        own = LayerMapping(multiplier=spec.multipliers[0])
        compile_network(
            self.network, Mapping({x.name: own for x in self.network.convolutions}), spec
        )

    @property
    def identity(self) -> dict[str, str | int]:
        """What a study must have been made with to go on; digests by what they are of."""
        return {
            "hwgen": hwgen.__version__,
            "model": digest_of(self._content),
            "accelerator": self._spec.digest,
            "list of multipliers": digest_of(*self._multipliers),
            "technology": self._technology.digest,
        }

    @property
    def facts(self) -> dict[str, Any]:
        """What a report says of it."""
        return {
            "version": hwgen.__version__,
            "technology": self._technology.name,
            "technology_digest": self._technology.digest,
        }

    def parts(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Parts:
        """The problem's parts, with measured energies."""
        energies = measure_energies(
            self._multipliers,
            self._technology,
            self.network,
            images,
            self._spec.rows,
            self._spec.cols,
            at_edge=self._at_edge,
        )
        return Parts(
            model=self._content,
            spec=self._spec.to_toml(),
            netlists=given.files_of([*self._spec.multipliers, *self._multipliers]),
            images=images,
            labels=labels,
            multipliers=tuple(self._multipliers),
            energies=energies,
        )

    def costs(self) -> dict[str, Priced]:
        """Area and delay of the multipliers."""
        found = characterize_all(self._multipliers, self._technology)
        return {name: Priced(x.area_um2, x.delay_ns) for name, x in found.items()}

    def pricing(
        self, problem: Problem
    ) -> Callable[[Mapping], tuple[Energy, AbstractMapping[str, float]]]:
        """Energy of finished mappings, as :func:`hwgen.mapping.study.final.judge` takes it."""
        measure = partial(self._measured, problem.images[:PRICED_IMAGES])
        exact = cache(lambda: measure(problem.exact.mapping))

        def price(mapping: Mapping) -> tuple[Energy, AbstractMapping[str, float]]:
            found = measure(mapping)
            return found.relative_to(exact()), found.layers_pj

        return price

    def _measured(self, images: NDArray[np.uint8], mapping: Mapping) -> MultiplierEnergy:
        rows, cols = self._spec.rows, self._spec.cols
        return multiplier_energy(
            self.network,
            mapping,
            self._technology,
            images,
            rows,
            cols,
            at_edge=self._at_edge,
        )

    @property
    def _at_edge(self) -> bool:
        return self._spec.form == "edge"
