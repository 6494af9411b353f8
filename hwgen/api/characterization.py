"""What multipliers cost."""

from collections.abc import Sequence

from hwgen import golden
from hwgen.api.common import PathLike, technology_of
from hwgen.api.loading import load, load_data
from hwgen.arith.catalogue import find
from hwgen.cost.characterize import characterize_all
from hwgen.cost.model import MultiplierCost
from hwgen.emulation.transitions import transitions
from hwgen.network.transitions import Transitions
from hwgen.spec.accelerator_file import load_spec

__all__ = ["characterize", "operands"]


def operands(model: PathLike, data: PathLike, *, arch: str = "4x4") -> dict[str, Transitions]:
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
        Operands by layer, as :func:`operands` gives them; default: uniform random ones.
    pe : bool
        Whether of processing elements with the multipliers in them.
    """
    chosen = {name: find(name) for name in names}
    return characterize_all(chosen, technology_of(technology), traces, pe=pe)
