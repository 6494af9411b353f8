"""From a mapping to hardware, and its proof."""

import os
from pathlib import Path

from hwgen import build, simulation, synthesis
from hwgen.api.common import PathLike, build_of, technology_of
from hwgen.api.evaluation import uniform_mapping
from hwgen.api.loading import load, load_images
from hwgen.build import Build
from hwgen.errors import check_choice, check_range
from hwgen.mapping.study.study import Study
from hwgen.simulation import Simulation
from hwgen.spec.accelerator_file import load_spec, presets
from hwgen.spec.mapping import Mapping
from hwgen.synthesis import Synthesis

__all__ = ["generate", "generate_mapping", "simulate", "synthesize"]


def generate(
    study: Study | PathLike,
    output: PathLike,
    *,
    max_drop: float | None = None,
    method: str | None = None,
) -> Build:
    """Write Verilog, program and manifest of the cheapest point of a study.

    Parameters
    ----------
    study : Study or path
    output : path
        Folder to write. One that hwgen did not make is refused.
    max_drop : float, optional
        Accuracy that the mapping may lose on the calibration images, in percent points;
        default: the drop that the search was given.
    method : str, optional
        Take a point of its front; default: of all methods.
    """
    opened = study if isinstance(study, Study) else Study.open(study)
    limit = opened.facts["max_drop"] if max_drop is None else max_drop
    if method is not None:
        check_choice("study", "method", method, opened.methods)
    return build.generate(opened, output, max_drop=limit, method=method)


def generate_mapping(
    model: PathLike,
    output: PathLike,
    *,
    data: PathLike,
    mapping: Mapping | PathLike | None = None,
    arch: str = "4x4",
    preprocess: str | None = None,
    images: int = 16,
) -> Build:
    """Write Verilog, program and manifest of a mapping that is given, not searched for.

    Parameters
    ----------
    model : path
        Quantized network: ONNX or TFLite.
    output : path
        Folder to write. One that hwgen did not make is refused.
    data, preprocess : path, str
        Images that the build is judged by, as :func:`load_images` takes them; the first
        ``images`` are kept.
    mapping : Mapping or path, optional
        Default: the accelerator's first multiplier in all layers.
    arch : str
        Accelerator: a preset, which takes the mapping's multiplier; or a ``.toml`` file, which
        says itself what it holds.
    images : int
    """
    check_range("generate", "images", images, 1, 1 << 16)
    network, spec = load(model), load_spec(arch)
    if isinstance(mapping, str | os.PathLike):
        mapping = Mapping.read(Path(mapping))
    if mapping is None:
        mapping = uniform_mapping(network, spec.multipliers[0])
    elif arch in presets():
        held = {name for layer in mapping.layers.values() for name in layer.multipliers}
        if len(held) == 1:
            spec = spec.with_multiplier(held.pop())
    found = load_images(data, network, model=model, preprocess=preprocess)
    return build.generate_mapping(model, mapping, spec, found.images[:images], output)


def simulate(
    build_folder: Build | PathLike, *, images: int | None = None, simulator: str = "icarus"
) -> Simulation:
    """Run test images through the Verilog and compare every tensor with the reference.

    Parameters
    ----------
    build_folder : Build or path
    images : int, optional
        Test images, from the first on; default: 8, or as many as there are.
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
