"""The Python interface: what the command line calls, and what a program should call.

Each function is one step of the way from a trained network to verified hardware:
:func:`load` and :func:`load_data`, :func:`evaluate`, :func:`trace` and :func:`characterize`,
:func:`explore`, :func:`generate`, :func:`simulate`, :func:`synthesize`. Mistakes in the input raise
:exc:`hwgen.errors.HwgenError`.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hwgen import build, golden, simulation, synthesis
from hwgen.arith.catalogue import find
from hwgen.build import Build
from hwgen.compiler.compile import compile_network
from hwgen.cost.characterize import characterize_all
from hwgen.cost.model import MultiplierCost
from hwgen.cost.technology import Technology
from hwgen.errors import DataError, OutputError, check_range
from hwgen.figures.candidates import candidates
from hwgen.golden.transitions import transitions
from hwgen.mapping import explore as search
from hwgen.mapping.explore import check_max_drop
from hwgen.mapping.strategies import find_strategy
from hwgen.mapping.study import Priced, Study
from hwgen.network import data as data_set
from hwgen.network.data import DataSet, Labelled, Part
from hwgen.network.graph import Network
from hwgen.network.load import load as load_network
from hwgen.network.transitions import Transitions
from hwgen.output import replacing_file
from hwgen.report.page import page as html
from hwgen.report.summary import build_document, study_document
from hwgen.simulation import Simulation
from hwgen.spec.accelerator import load_spec
from hwgen.spec.mapping import LayerMapping, Mapping
from hwgen.synthesis import Synthesis

__all__ = [
    "characterize",
    "evaluate",
    "explore",
    "generate",
    "load",
    "load_data",
    "load_images",
    "report",
    "simulate",
    "synthesize",
    "trace",
]

PathLike = str | os.PathLike[str]


def load(model: PathLike) -> Network:
    """The integer network of an 8-bit ONNX or TFLite file."""
    return load_network(Path(model))


def load_data(path: PathLike, network: Network) -> DataSet:
    """The calibration and test images of an ``.npz`` file that fits the network."""
    return data_set.load(Path(path), network)


def load_images(
    path: PathLike,
    network: Network,
    *,
    model: PathLike,
    preprocess: str | None = None,
    part: Part = "test",
) -> Labelled:
    """Images of a data set as the codes that a network reads, with the class of each.

    Parameters
    ----------
    path : path
        An ``.npz`` file, a batch of CIFAR-10, MNIST's images, or a folder of them or of images;
        see :func:`hwgen.network.data.read.read`.
    network : Network
    model : path
        File of the network: ``NAME.toml`` beside ``NAME.onnx`` says what numbers mean.
    preprocess : str, optional
        Another such file, or its keys in one line; see
        :class:`hwgen.network.data.Preprocessing`.
    part : str
        ``test`` or ``calibration``: which images of a data set that holds both.
    """
    stated = data_set.preprocessing_of(Path(model), preprocess)
    return data_set.load_split(Path(path), network, stated, part)


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


def trace(model: PathLike, data: PathLike, *, arch: str = "4x4") -> dict[str, Transitions]:
    """What the processing elements of an accelerator multiply when the exact network runs.

    Parameters
    ----------
    model, data : path
        As :func:`explore` takes them; the calibration images are run.
    arch : str
        Preset or ``.toml`` file of the accelerator.

    Returns
    -------
    dict
        A sample of consecutive products by the name of the layer.
    """
    spec = load_spec(arch)
    network = load(model)
    images = load_data(data, network).calibration_images
    return transitions(network, golden.exact_mapping(network), images, spec.rows, spec.cols)


def characterize(
    names: Sequence[str],
    technology: PathLike | None = None,
    *,
    traces: dict[str, Transitions] | None = None,
    pe: bool = False,
) -> dict[str, MultiplierCost]:
    """Area, delay and energy of multipliers.

    Parameters
    ----------
    names : sequence of str
        Catalogue names, and netlists' files that end in ``.v``.
    technology : path, optional
        Liberty file; default: the generic technology.
    traces : dict of str to Transitions, optional
        Operands by layer, as :func:`trace` gives them; default: uniform random ones.
    pe : bool
        Whether of processing elements with the multipliers in them.
    """
    chosen = {name: find(name) for name in names}
    return characterize_all(chosen, _technology(technology), traces, pe=pe)


def explore(
    model: PathLike,
    data: PathLike,
    *,
    method: str = "nsga2",
    max_drop: float = 1.0,
    arch: str = "4x4",
    seed: int = 0,
    technology: PathLike | None = None,
    multipliers: Sequence[str] | None = None,
) -> Study:
    """Search for mappings: which multiplier, in which mode in every layer.

    The energies of the multipliers are measured on operands that the accelerator's processing
    elements see when the exact network runs.

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
    multipliers : sequence of str, optional
        Catalogue names and files of those that take part beside the exact ones and reduced
        precision; default: those of :func:`hwgen.figures.shortlist.shortlist`, and the
        accelerator's own.

    Returns
    -------
    Study
        Keep it with its ``save``.
    """
    find_strategy(method)  # refuse before the long work
    check_max_drop(max_drop)
    check_range("search", "seed", seed, 0, (1 << 32) - 1)
    spec = load_spec(arch)
    chosen = candidates(spec, multipliers)
    library = _technology(technology)
    network = load(model)
    images = load_data(data, network)
    own = LayerMapping(multiplier=spec.multiplier)
    compile_network(network, Mapping({x.name: own for x in network.convolutions}), spec)
    operands = transitions(
        network,
        golden.exact_mapping(network),
        images.calibration_images,
        spec.rows,
        spec.cols,
    )
    costs = {
        name: Priced(cost.area_um2, cost.delay_ns, cost.leakage_nw, cost.energy_pj)
        for name, cost in characterize_all(chosen, library, operands).items()
    }
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


def generate(study: Study | PathLike, output: PathLike, *, max_drop: float | None = None) -> Build:
    """Write Verilog, program and manifest of the cheapest mapping of a study.

    Parameters
    ----------
    study : Study or path
    output : path
        Folder to write. One that hwgen did not make is refused.
    max_drop : float, optional
        Accuracy that the mapping may lose on the calibration images, in percent points;
        default: the drop that the search was given.
    """
    opened = study if isinstance(study, Study) else Study.open(study)
    limit = opened.exploration.max_drop if max_drop is None else max_drop
    return build.generate(opened, output, max_drop=limit)


def simulate(build_folder: Build | PathLike, *, images: int = 8) -> Simulation:
    """Run test images through the Verilog and compare every tensor with the reference.

    Parameters
    ----------
    build_folder : Build or path
    images : int
        Test images, from the first on.
    """
    return simulation.simulate(_build(build_folder), images)


def synthesize(build_folder: Build | PathLike, technology: PathLike | None = None) -> Synthesis:
    """Area, delay and energy of a build's hardware, and of the arrays it is compared with.

    Parameters
    ----------
    build_folder : Build or path
    technology : path, optional
        Liberty file; default: the generic technology.
    """
    return synthesis.synthesize(_build(build_folder), _technology(technology))


def report(source: Study | Build | PathLike, output: PathLike) -> dict[str, Any]:
    """Write a self-contained HTML page, and the same figures as JSON beside it.

    Parameters
    ----------
    source : Study, Build or path
        A build's report also holds what simulation and synthesis found.
    output : path
        The page, ``.html``; the JSON file differs in its ending only.

    Returns
    -------
    dict
        The figures.
    """
    page, figures = Path(output), Path(output).with_suffix(".json")
    if page.suffix != ".html":
        raise OutputError(f"report must be a file that ends in .html, not {page.name}")
    if figures.exists() and not _is_report(figures):
        raise OutputError(f"report {page} needs {figures} too, but that is no report of hwgen")
    with replacing_file(page) as page_place, replacing_file(figures) as figures_place:
        document = _document(source)
        page_place.write_text(html(document), encoding="utf-8")
        figures_place.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return document


def _document(source: Study | Build | PathLike) -> dict[str, Any]:
    if isinstance(source, Study):
        return study_document(source)
    if isinstance(source, Build) or Path(source).is_dir():
        opened = _build(source)
        if not opened.has_own_verilog():
            raise DataError(
                f"build {opened.folder} must hold the Verilog that its results are about, "
                f"but {opened.verilog.name} is not as hwgen wrote it"
            )
        return build_document(opened.folder)
    return study_document(Study.open(source))


def _is_report(path: Path) -> bool:
    try:
        return "hwgen_report" in json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return False


def _build(folder: Build | PathLike) -> Build:
    return folder if isinstance(folder, Build) else Build.open(folder)


def _technology(path: PathLike | None) -> Technology:
    return Technology.load(None if path is None else os.fspath(path))
