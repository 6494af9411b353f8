"""Accuracy of a mapping beside that of the exact network, on the same images."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.emulation import Emulator, LayerRun
from hwgen.errors import DataError
from hwgen.evaluation.statistics import Interval, paired_difference, wilson
from hwgen.golden import check_mapping, exact_mapping
from hwgen.mapping.corrections.bias import update_biases
from hwgen.spec.mapping import Mapping

__all__ = ["Evaluation", "evaluate", "hits", "with_bias_updates"]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Top-1 accuracy, and how it was computed. Shares are in percent, intervals of 95 %.

    Parameters
    ----------
    images : int
    accuracy, exact_accuracy : float
        Of the mapping, and with exact multipliers.
    accuracy_interval, exact_interval : Interval
        Wilson's.
    drop : float
        Percent points lost against exact; negative where some are won.
    drop_interval : Interval
        Of paired proportions, see :func:`hwgen.evaluation.statistics.paired_difference`.
    lost, won : int
        Images that only the exact network, and only the mapped one recognizes.
    layers : tuple of LayerRun
        Kernel and time of each layer of the mapped network.
    products : int
        Multiplications of the mapped network that were emulated.
    seconds : float
        That it took.
    threads : int
    """

    images: int
    accuracy: float
    accuracy_interval: Interval
    exact_accuracy: float
    exact_interval: Interval
    drop: float
    drop_interval: Interval
    lost: int
    won: int
    layers: tuple[LayerRun, ...]
    products: int
    seconds: float
    threads: int

    @property
    def products_per_second(self) -> float:
        """Multiplications emulated per second, by all threads together."""
        return self.products / self.seconds if self.seconds else 0.0

    @property
    def images_per_second(self) -> float:
        """Images run per second."""
        return self.images / self.seconds if self.seconds else 0.0


def evaluate(emulator: Emulator, labels: NDArray[np.integer[Any]], mapping: Mapping) -> Evaluation:
    """Run ``mapping`` and the exact network on the emulator's images.

    Raises
    ------
    DataError
        There are no images, or not as many labels.
    SpecError
        The mapping does not fit the network.
    """
    network = emulator.network
    check_mapping(network, mapping)
    _check_labels(emulator.images, labels)
    result = emulator.evaluate(mapping)
    exact = emulator.evaluate(exact_mapping(network))
    name, count = network.layers[-1].name, len(labels)
    ours, theirs = (hits(x.outputs[name], labels) for x in (result, exact))
    lost, won = int((theirs & ~ours).sum()), int((ours & ~theirs).sum())
    return Evaluation(
        images=count,
        accuracy=100 * float(ours.mean()),
        accuracy_interval=_percent(wilson(int(ours.sum()), count)),
        exact_accuracy=100 * float(theirs.mean()),
        exact_interval=_percent(wilson(int(theirs.sum()), count)),
        drop=100 * (lost - won) / count,
        drop_interval=_percent(paired_difference(lost, won, count)),
        lost=lost,
        won=won,
        layers=result.layers,
        products=result.products,
        seconds=result.seconds,
        threads=result.threads,
    )


def hits(logits: NDArray[np.uint8], labels: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Images whose largest logit is at their label; the first of equals wins."""
    found: NDArray[np.bool_] = logits.reshape(len(labels), -1).argmax(axis=1) == labels
    return found


def with_bias_updates(emulator: Emulator, mapping: Mapping) -> Mapping:
    """``mapping`` with bias updates fitted to the emulator's images, layer by layer."""
    check_mapping(emulator.network, mapping)
    return update_biases(
        emulator.network,
        mapping,
        lambda part, name: (
            emulator.images
            if name == emulator.network.input_name
            else emulator.evaluate(part, (name,)).outputs[name]
        ),
    )


def _percent(interval: Interval) -> Interval:
    return Interval(100 * interval.low, 100 * interval.high)


def _check_labels(images: NDArray[np.uint8], labels: NDArray[np.integer[Any]]) -> None:
    if not len(images):
        raise DataError("data must hold at least one image to be evaluated, not 0")
    if labels.shape != (len(images),):
        raise DataError(f"data must hold {len(images)} labels, not {list(labels.shape)}")
