"""From a mapping to hardware, and its proof."""

from hwgen import build, simulation, synthesis
from hwgen.api.common import PathLike, build_of, technology_of
from hwgen.build import Build
from hwgen.mapping.study import Study
from hwgen.simulation import Simulation
from hwgen.synthesis import Synthesis

__all__ = ["generate", "simulate", "synthesize"]


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


def simulate(
    build_folder: Build | PathLike, *, images: int = 8, simulator: str = "icarus"
) -> Simulation:
    """Run test images through the Verilog and compare every tensor with the reference.

    Parameters
    ----------
    build_folder : Build or path
    images : int
        Test images, from the first on.
    simulator : str
        ``icarus`` or ``verilator``.
    """
    return simulation.simulate(build_of(build_folder), images, simulator)


def synthesize(build_folder: Build | PathLike, technology: PathLike | None = None) -> Synthesis:
    """Area, delay and energy of a build's hardware, and of the arrays it is compared with.

    Parameters
    ----------
    build_folder : Build or path
    technology : path, optional
        Liberty file; default: the generic technology.
    """
    return synthesis.synthesize(build_of(build_folder), technology_of(technology))
