"""The Python interface: what the command line calls, and what a program should call.

Each function is one step of the way from a trained network to verified hardware:
:func:`load` and :func:`load_data`, :func:`evaluate`, :func:`characterize`, :func:`explore`,
:func:`generate`, :func:`simulate`, :func:`synthesize`. Mistakes in the input raise
:exc:`hwgen.errors.HwgenError`.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from hwgen import golden
from hwgen.arith.catalogue import CATALOGUE, find
from hwgen.arith.operand import U8
from hwgen.cost.characterize import characterize_all
from hwgen.cost.model import MultiplierCost
from hwgen.cost.technology import Technology
from hwgen.errors import DataError
from hwgen.golden.trace import transitions
from hwgen.mapping import explore as search
from hwgen.mapping.explore import check_max_drop
from hwgen.mapping.strategies import find_strategy
from hwgen.mapping.study import Study
from hwgen.network import data as data_set
from hwgen.network import onnx_import
from hwgen.network.data import DataSet
from hwgen.network.graph import Network
from hwgen.spec.accelerator import load_spec
from hwgen.spec.mapping import Mapping

__all__ = [
    "characterize",
    "evaluate",
    "explore",
    "load",
    "load_data",
]

PathLike = str | os.PathLike[str]

TRANSITIONS = 4096  # sampled per layer: the mean energy then varies by about 1 %


def load(model: PathLike) -> Network:
    """The integer network of an int8 QDQ ONNX file."""
    return onnx_import.load(Path(model))


def load_data(path: PathLike, network: Network) -> DataSet:
    """The calibration and test images of an ``.npz`` file that fits the network."""
    return data_set.load(path, network)


def evaluate(network: Network, data: DataSet, mapping: Mapping | None = None) -> float:
    """Top-1 accuracy on the test images, in percent.

    Parameters
    ----------
    network : Network
    data : DataSet
    mapping : Mapping, optional
        Multiplier and mode of every layer; default: all exact.
    """
    mapping = golden.exact_mapping(network) if mapping is None else mapping
    return golden.accuracy(network, data.test_images, data.test_labels, mapping)


def characterize(
    names: Sequence[str], technology: PathLike | None = None
) -> dict[str, MultiplierCost]:
    """Area, delay and energy of multipliers, under uniform random operands.

    Parameters
    ----------
    names : sequence of str
        Catalogue names.
    technology : path, optional
        Liberty file; default: the generic technology.
    """
    chosen = {name: find(name) for name in names}
    return characterize_all(chosen, _technology(technology))


def explore(
    model: PathLike,
    data: PathLike,
    *,
    method: str = "nsga2",
    max_drop: float = 1.0,
    arch: str = "4x4",
    seed: int = 0,
    technology: PathLike | None = None,
) -> Study:
    """Search for mappings: which multiplier, in which mode in every layer.

    Every multiplier of the catalogue that the accelerator can hold takes part. Their energies
    are measured on operands that its processing elements see when the exact network runs.

    Parameters
    ----------
    model : path
        int8 network in QDQ form.
    data : path
        ``.npz`` with calibration and test images and labels. The search sees the calibration
        images only; the test images are read once, after it.
    method : str
        ``uniform``, ``precision``, ``greedy`` or ``nsga2``.
    max_drop : float
        Accuracy that may be lost, in percent points.
    arch : str
        Preset or ``.toml`` file of the accelerator.
    seed : int
        Fixes the search.
    technology : path, optional
        Liberty file; default: the generic technology.

    Returns
    -------
    Study
        Keep it with its ``save``.
    """
    find_strategy(method)  # refuse before the long work
    check_max_drop(max_drop)
    spec = load_spec(arch)
    library = _technology(technology)
    network = load(model)
    images = load_data(data, network)
    operands = transitions(
        network,
        golden.exact_mapping(network),
        images.calibration_images,
        spec.rows,
        spec.cols,
        TRANSITIONS,
        seed,
    )
    candidates = {
        name: multiplier
        for name, multiplier in CATALOGUE.items()
        if multiplier.a_kind == U8 and multiplier.w_kind.width == 8
    }
    costs = characterize_all(candidates, library, operands)
    found = search.explore(
        network, images, costs, spec, method=method, max_drop=max_drop, seed=seed
    )
    return Study(
        model=Path(model).read_bytes(),
        data=Path(data).read_bytes(),
        spec=spec,
        technology=library.name,
        technology_digest=library.digest,
        costs=costs,
        exploration=found,
    )


def _technology(path: PathLike | None) -> Technology:
    return Technology.load(None if path is None else os.fspath(path))
