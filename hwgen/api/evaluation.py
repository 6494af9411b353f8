"""What a mapping does to a network."""

from pathlib import Path
from typing import Any

from hwgen import golden
from hwgen.api.common import PathLike
from hwgen.emulation import Emulator
from hwgen.evaluation import accuracy, fidelity
from hwgen.evaluation.accuracy import Evaluation
from hwgen.evaluation.fidelity import Trace
from hwgen.evaluation.float_model import FloatModel
from hwgen.evaluation.floats import run_floats
from hwgen.network.data import DataSet, Labelled
from hwgen.network.graph import Network
from hwgen.spec.mapping import LayerMapping, Mapping

__all__ = ["evaluate", "trace", "uniform_mapping", "update_biases"]


def uniform_mapping(network: Network, multiplier: str, mode: int = 0) -> Mapping:
    """One multiplier, in one mode, in all layers.

    ``multiplier`` is a catalogue name, or a netlist's file that ends in ``.v``.
    """
    layer = LayerMapping(multiplier=multiplier, mode=mode)
    return Mapping({x.name: layer for x in network.convolutions})


def evaluate(
    network: Network,
    data: DataSet | Labelled,
    mapping: Mapping | None = None,
    **options: Any,
) -> Evaluation:
    """Top-1 accuracy with its uncertainty, and what the mapping loses against exact.

    Parameters
    ----------
    network : Network
    data : DataSet or Labelled
        Of a data set with both, the test images.
    mapping : Mapping, optional
        Multiplier and mode of every weight; default: all exact.
    **options
        ``memory``, ``threads``, ``kernel`` and ``path`` of
        :class:`hwgen.emulation.Emulator`.
    """
    images, labels = _test(data)
    mapping = golden.exact_mapping(network) if mapping is None else mapping
    emulator = Emulator(network, images, reuse=False, **options)  # the two share little
    return accuracy.evaluate(emulator, labels, mapping)


def update_biases(
    network: Network, data: DataSet | Labelled, mapping: Mapping, **options: Any
) -> Mapping:
    """``mapping`` with bias updates for the images, in the order of the layers.

    Of a data set with both, the calibration images; ``options`` as in :func:`evaluate`.
    """
    images = data.calibration_images if isinstance(data, DataSet) else data.images
    return accuracy.with_bias_updates(Emulator(network, images, **options), mapping)


def trace(
    network: Network,
    data: DataSet | Labelled,
    mapping: Mapping,
    *,
    reference: PathLike | None = None,
    memory: int = fidelity.MEMORY,
    **options: Any,
) -> Trace:
    """Signal-to-noise ratio of every layer: approximate, exact, and floats.

    All tensors of all images are held at once: some hundred images will do.

    Parameters
    ----------
    network, data, mapping, **options
        As :func:`evaluate` takes them, but for ``memory``.
    reference : path, optional
        Float ONNX model of the same names; default: the network itself without rounding, see
        :mod:`hwgen.evaluation.floats`.
    memory : int
        Bytes that all these tensors may take.
    """
    floats = run_floats if reference is None else FloatModel(Path(reference))
    return fidelity.trace(Emulator(network, _test(data)[0], **options), mapping, floats, memory)


def _test(data: DataSet | Labelled) -> tuple[Any, Any]:
    if isinstance(data, DataSet):
        return data.test_images, data.test_labels
    return data.images, data.labels
