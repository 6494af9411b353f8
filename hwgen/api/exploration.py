"""The search for mappings."""

from collections.abc import Sequence

from hwgen.api.common import PathLike, technology_of
from hwgen.api.search_images import SearchImages
from hwgen.api.search_request import SearchRequest
from hwgen.errors import SpecError, StudyError, check_range
from hwgen.mapping.design import Corrections
from hwgen.mapping.problem import Problem
from hwgen.mapping.strategies import find_strategy, strategy_names
from hwgen.mapping.strategies.search import Options
from hwgen.mapping.study import final
from hwgen.mapping.study.cluster import Cluster
from hwgen.mapping.study.file import StudyFile
from hwgen.mapping.study.parts import Parts, digest_of
from hwgen.mapping.study.point import check_max_drop
from hwgen.mapping.study.run import search
from hwgen.mapping.study.study import PRECISION, Study
from hwgen.mapping.study.workers import Inside, Processes, Workers, cores
from hwgen.spec.accelerator_file import load_spec

__all__ = ["explore"]

PRICED_IMAGES = 256  # that the final energies are drawn from, as those of the search


def explore(
    model: PathLike,
    data: PathLike,
    output: PathLike,
    *,
    test: PathLike | None = None,
    preprocess: str | None = None,
    method: str | Sequence[str] = "hwgen",
    max_drop: float = 1.0,
    budget: int = 400,
    images: int = 2000,
    query: str = "",
    corrections: Corrections | None = None,
    arch: str = "4x4",
    tiles: int | None = None,
    multipliers: Sequence[str] | None = None,
    technology: PathLike | None = None,
    seed: int = 0,
    workers: int | None = None,
    cluster: str | None = None,
) -> Study:
    """Search for mappings: which multiplier, in which mode, for every weight.

    The study is written as the search goes. Whatever stops it, the same call goes on and comes
    to the same fronts; several processes may work on one study.

    Parameters
    ----------
    model : path
        Quantized network: ONNX or TFLite.
    data : path
        Calibration images, as :func:`load_images` takes them. An ``.npz`` file may hold the test
        images, too.
    output : path
        The study: one file.
    test : path, optional
        Test images: read once, after the search, for the points of the fronts only. Nothing is
        chosen with them.
    preprocess : str, optional
        See :func:`load_images`.
    method : str or sequence of str
        Names of strategies of :data:`hwgen.mapping.strategies.STRATEGIES`, or a user's own.
        ``precision``, the honest baseline, runs with them.
    max_drop : float
        Accuracy that may be lost, in percent points. Only some methods walk towards it.
    budget : int
        Questions that each method may ask.
    images : int
        Calibration images of the search: the first so many. The fronts are judged on all.
    query : str
        Of method ``formal``: what a mapping must satisfy.
    corrections : Corrections, optional
        Of all designs, in place of each method's own.
    arch : str
        Preset or ``.toml`` file of the accelerator.
    tiles : int, optional
        Form ``tiles`` with so many arrays.
    multipliers : sequence of str, optional
        Catalogue names and files of those that take part beside the exact ones and reduced
        precision; default: those of :func:`hwgen.figures.shortlist.shortlist`, and the
        accelerator's own.
    technology : path, optional
        Liberty file; default: the generic technology.
    seed : int
        Fixes the search.
    workers : int, optional
        Processes; 1 answers inside this one. Default: one per core.
    cluster : str, optional
        Address of a Dask scheduler, whose workers answer in their place.

    Returns
    -------
    Study
    """
    options = Options(
        seed=seed, budget=budget, max_drop=max_drop, query=query, corrections=corrections
    )
    methods = _checked(method, options)
    check_range("search", "images", images, 1, 1 << 24)
    size = cores() if workers is None else workers
    check_range("search", "workers", size, 1, 1024)
    is_new = StudyFile(output).is_new
    request = SearchRequest(model, load_spec(arch), multipliers, tiles, technology_of(technology))
    found = SearchImages(model, request.network, data, test, preprocess)
    calibration = found.calibration
    chosen = calibration.images[:images], calibration.labels[:images]
    identity = request.identity | {
        "calibration images": digest_of(calibration.images, calibration.labels),
        "number of images to search with": len(chosen[0]),
    }
    if is_new:
        facts = request.facts | {"identity": identity}
        study = Study.begin(output, request.parts(*chosen), request.costs(), facts)
    else:
        study = Study.open(output)
    _check_identity(study, identity)
    study.state(max_drop=max_drop, seed=seed, calibration_images=len(calibration.labels))
    problem = study.parts.problem()
    with _workers(study.parts, problem, size, cluster) as pool:
        for name in methods:
            search(study, problem, name, options, pool)
    final.judge(study, calibration, request.pricing(problem))
    if found.has_test:
        final.test(study, found.read_test)
    return study


def _checked(method: str | Sequence[str], options: Options) -> list[str]:
    """Methods to run; mistakes are refused before the long work."""
    check_range("search", "seed", options.seed, 0, (1 << 32) - 1)
    check_range("search", "budget", options.budget, 1, 1 << 24)
    check_max_drop(options.max_drop)
    names = [method] if isinstance(method, str) else list(method)
    if not names:
        raise SpecError("search must have at least one method, not 0")
    for name in names:
        find_strategy(name)
    baseline = [name for name in (PRECISION,) if name in strategy_names()]
    return list(dict.fromkeys([*baseline, *names]))


def _workers(parts: Parts, problem: Problem, size: int, cluster: str | None) -> Workers:
    if cluster is not None:
        return Cluster(parts, cluster)
    return Inside(problem) if size == 1 else Processes(parts, size)


def _check_identity(study: Study, identity: dict[str, str | int]) -> None:
    known = study.facts["identity"]
    for name, value in identity.items():
        if known[name] != value:
            raise StudyError(
                f"study {study.path} must be of the same problem, but its {name} was another: "
                f"give another file"
            )
