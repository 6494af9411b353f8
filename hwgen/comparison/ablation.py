"""What each correction is worth: the same multipliers, corrected in every way."""

from collections.abc import Iterator
from dataclasses import dataclass

from hwgen.mapping.design import Corrections, Design
from hwgen.mapping.outcome import Outcome
from hwgen.mapping.problem import Problem
from hwgen.mapping.study.study import Study
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["Ablated", "ablation", "variants"]


@dataclass(frozen=True, eq=False)
class Ablated:
    """One design under one set of corrections.

    Parameters
    ----------
    method : str
        That found the design.
    limit : float
        Percent points at which it was picked.
    corrections : str
        Name among :func:`variants`.
    outcome : Outcome
        On the calibration images of the search.
    """

    method: str
    limit: float
    corrections: str
    outcome: Outcome


def variants(spec: AcceleratorSpec) -> dict[str, Corrections]:
    """Sets of corrections by name: none, each alone, and all that ``spec`` can execute."""
    found = {"none": Corrections(bias_update=False), "bias update": Corrections()}
    is_tunable = spec.form != "ranges"  # there modes would follow from what is tuned
    if is_tunable:
        found |= {
            "tuning as published": Corrections(bias_update=False, tuning="published"),
            "tuning to the data": Corrections(bias_update=False, tuning="weighted"),
            "joint tuning": Corrections(bias_update=False, tuning="joint"),
        }
    if spec.variate_bits:
        found["control variate, analytic"] = Corrections(
            bias_update=False, control_variate="analytic"
        )
        found["control variate, calibrated"] = Corrections(
            bias_update=False, control_variate="calibrated"
        )
    found["all"] = Corrections(
        tuning="joint" if is_tunable else "none",
        control_variate="calibrated" if spec.variate_bits else "none",
    )
    return found


def ablation(
    study: Study, problem: Problem, methods: tuple[str, ...], limits: tuple[float, ...]
) -> Iterator[Ablated]:
    """Correct what ``methods`` chose at ``limits`` in every way.

    Multipliers and modes stay; so energy changes only by the codes that are tuned. Answers are
    kept in the study: asked again, nothing is emulated.
    """
    for method in methods:
        designs = {x.question.key: x.question for x in study.answers(method)}
        seen = set()
        for limit in limits:
            design = designs.get(study.pick(limit, method).key)
            if not isinstance(design, Design) or design.key in seen:
                continue  # the exact baseline, or the design of another limit
            seen.add(design.key)
            for name, corrections in variants(study.spec).items():
                changed = Design.of(design.mapping.layers, corrections)
                yield Ablated(method, limit, name, _answer(study, problem, changed))


def _answer(study: Study, problem: Problem, design: Design) -> Outcome:
    known = study.ledger.recall(design)
    if known is not None:
        return known
    found = problem.answer(design)
    study.ledger.record(design, found)
    return found
