"""The search for mappings."""

from collections.abc import Sequence
from pathlib import Path

from hwgen import golden
from hwgen.api.common import PathLike, technology_of
from hwgen.api.loading import load, load_data
from hwgen.compiler.compile import compile_network
from hwgen.cost.characterize import characterize_all
from hwgen.emulation.transitions import transitions
from hwgen.errors import check_range
from hwgen.figures.candidates import candidates
from hwgen.mapping import explore as search
from hwgen.mapping.explore import check_max_drop
from hwgen.mapping.strategies import find_strategy
from hwgen.mapping.study import Priced, Study
from hwgen.spec.accelerator_file import load_spec
from hwgen.spec.mapping import LayerMapping, Mapping

__all__ = ["explore"]


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
    library = technology_of(technology)
    network = load(model)
    images = load_data(data, network)
    own = LayerMapping(multiplier=spec.multipliers[0])
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
