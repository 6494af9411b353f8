"""Comparing methods by a plan."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hwgen
from hwgen.api.common import PathLike, technology_of
from hwgen.api.exploration import explore
from hwgen.comparison.ablation import ablation
from hwgen.comparison.arrays import Arrays
from hwgen.comparison.figures import ablation_rows, study_figures
from hwgen.comparison.methods import method_text
from hwgen.comparison.plan import Plan, PlannedStudy
from hwgen.comparison.run import Workplace
from hwgen.cost.technology import Technology
from hwgen.errors import SpecError
from hwgen.mapping.formal.parser import parse_queries
from hwgen.mapping.strategies import find_strategy
from hwgen.mapping.study.study import PRECISION, Study
from hwgen.progress import progress

__all__ = ["ModelFiles", "compare"]


@dataclass(frozen=True, kw_only=True)
class ModelFiles:
    """Where a plan's model is.

    Parameters
    ----------
    model : path
        Quantized network.
    data : path
        Calibration images, as :func:`hwgen.api.explore` takes them.
    test : path, optional
        Test images.
    """

    model: PathLike
    data: PathLike
    test: PathLike | None = None


def compare(
    plan: PathLike,
    files: Mapping[str, ModelFiles],
    output: PathLike,
    *,
    only: Sequence[str] = (),
    technology: PathLike | None = None,
    workers: int | None = None,
    cluster: str | None = None,
) -> dict[str, Any]:
    """Run every method of a plan on every problem of it, and write what comes of it.

    Whatever stops it, the same call goes on. Studies, figures (``results.json``), a document
    (``results.md``) and its pictures are written into one folder.

    Parameters
    ----------
    plan : path
        See :mod:`hwgen.comparison.plan`.
    files : mapping of str to ModelFiles
        Of the plan's models, by their names; those of ``only`` suffice.
    output : path
        Folder: new, or of an earlier start.
    only : sequence of str
        Names of the studies to run; default: all.
    technology : path, optional
        Liberty file; default: the generic technology.
    workers : int, optional
    cluster : str, optional
        See :func:`hwgen.api.explore`.

    Returns
    -------
    dict
        The figures.
    """
    path = Path(plan)
    asked = Plan.read(path)
    chosen = _chosen(asked, only)
    for study in chosen:
        if study.model not in files:
            raise SpecError(f"model {study.model} of study {study.name} must be given a file")
        for name in study.methods:
            find_strategy(name)
        if study.query:
            parse_queries(study.query)
    library = technology_of(technology)
    place = Workplace(Path(output), asked)
    studies = {
        study.name: _run(asked, study, files[study.model], place, library, technology, workers,
                         cluster)
        for study in chosen
    }  # fmt: skip
    names = dict.fromkeys(name for x in studies.values() for name in x["methods"])
    results = {
        "hwgen_comparison": 1,
        "version": hwgen.__version__,
        "title": asked.title,
        "plan_sha256": asked.digest,
        "limits": list(asked.search.limits),
        "default": asked.search.default,
        "studies": studies,
        "published": [vars(x) for x in asked.published if x.study in studies],
        "methods": {name: _told(name) for name in names},
        "commands": list(_commands(path, chosen, files, technology)),
    }
    place.write(results)
    return results


def _chosen(plan: Plan, only: Sequence[str]) -> list[PlannedStudy]:
    known = [study.name for study in plan.studies]
    for name in only:
        if name not in known:
            raise SpecError(f"plan must have a study {name!r}; known: {', '.join(known)}")
    return [study for study in plan.studies if not only or study.name in only]


def _run(
    plan: Plan,
    asked: PlannedStudy,
    files: ModelFiles,
    place: Workplace,
    library: Technology,
    technology: PathLike | None,
    workers: int | None,
    cluster: str | None,
) -> dict[str, Any]:
    search, model = plan.search, plan.models[asked.model]
    budget = asked.budget or search.budget
    study = explore(
        files.model,
        files.data,
        place.study(asked.name),
        test=files.test,
        preprocess=model.preprocess,
        method=asked.methods,
        max_drop=max(search.limits),
        budget=budget,
        images=search.images,
        query=asked.query,
        arch=asked.arch,
        tiles=asked.tiles,
        multipliers=asked.multipliers,
        technology=technology,
        seed=search.seed,
        workers=workers,
        cluster=cluster,
    )
    operations = sum(layer.operations for layer in study.network.convolutions)
    full_cost = budget * len(study.parts.labels) * operations
    found = study_figures(
        study,
        search.limits,
        full_cost,
        Arrays(study, library, place).measure,
        (PRECISION, search.default) if asked.arrays is None else asked.arrays,
    )
    return found | {
        "title": asked.title or f"{model.title}, {asked.name}",
        "ablation": ablation_rows(_ablated(plan, asked, study)) if asked.ablation else [],
    }


def _ablated(plan: Plan, asked: PlannedStudy, study: Study) -> list[Any]:
    names = tuple(x for x in (PRECISION, plan.search.default) if x in study.methods)
    steps = ablation(study, study.parts.problem(), names, plan.search.limits)
    return list(progress(steps, f"corrections ({asked.name})"))


def _told(method: str) -> dict[str, Any]:
    what, reconstructed = method_text(method)
    return {"what": what, "reconstructed": reconstructed}


def _commands(
    plan: Path,
    studies: Sequence[PlannedStudy],
    files: Mapping[str, ModelFiles],
    technology: PathLike | None,
) -> Iterator[str]:
    """What makes the results again; files are named without their folders."""
    words = ["hwgen", "compare", plan.name]
    for name in dict.fromkeys(study.model for study in studies):
        own = files[name]
        words += ["--model", f"{name}={Path(own.model).name}"]
        words += ["--data", f"{name}={Path(own.data).name}"]
        if own.test is not None:
            words += ["--test", f"{name}={Path(own.test).name}"]
    if technology is not None:
        words += ["--tech", Path(technology).name]
    yield shlex.join([*words, "-o", "comparison"])
