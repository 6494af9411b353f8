"""What each correction is worth: the same multipliers, corrected in every way."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hwgen.errors import SpecError
from hwgen.mapping.design import Corrections, Design, Tuning, VariateFit
from hwgen.mapping.outcome import Outcome
from hwgen.mapping.problem import Problem
from hwgen.mapping.study.study import Study
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["Ablated", "ablation", "variants"]


_TUNINGS: dict[str, Tuning] = {
    "tuning as published": "published",
    "tuning to the data": "weighted",
    "joint tuning": "joint",
}
_FITS: dict[str, VariateFit] = {
    "control variate, analytic": "analytic",
    "control variate, calibrated": "calibrated",
}


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


def variants(spec: AcceleratorSpec) -> dict[str, tuple[Corrections, ...]]:
    """Sets of corrections by name: none, each alone, and all that ``spec`` can execute.

    Of several, the first one counts that fits the multipliers.
    """
    alone: dict[str, Corrections] = {"none": Corrections(bias_update=False)}
    alone["bias update"] = Corrections()
    is_tunable = spec.form != "ranges"  # there modes would follow from what is tuned
    if is_tunable:
        for name, tuning in _TUNINGS.items():
            alone[name] = Corrections(bias_update=False, tuning=tuning)
    if spec.variate_bits:
        for name, fit in _FITS.items():
            alone[name] = Corrections(bias_update=False, control_variate=fit)
    whole = Corrections(tuning="joint" if is_tunable else "none")
    every = (replace(whole, control_variate="calibrated"),) if spec.variate_bits else ()
    return {name: (x,) for name, x in alone.items()} | {"all": (*every, whole)}


def ablation(
    study: Study, problem: Problem, methods: tuple[str, ...], limits: tuple[float, ...]
) -> Iterator[Ablated]:
    """Correct what ``methods`` chose at ``limits`` in every way.

    Multipliers and modes stay; so energy changes only by the codes that are tuned. What a
    correction does not fit, as a control variate does not fit every multiplier, is left out.
    Answers are kept in the study: asked again, nothing is emulated.
    """
    for method in methods:
        designs = {x.question.key: x.question for x in study.answers(method)}
        seen = set()
        for limit in limits:
            design = designs.get(study.pick(limit, method).key)
            if not isinstance(design, Design) or design.key in seen:
                continue  # the exact baseline, or the design of another limit
            seen.add(design.key)
            for name, tried in variants(study.spec).items():
                designs_of = (Design.of(design.mapping.layers, x) for x in tried)
                answers = (_answer(study, problem, x) for x in designs_of)
                outcome = next((x for x in answers if x is not None), None)
                if outcome is not None:
                    yield Ablated(method, limit, name, outcome)


def _answer(study: Study, problem: Problem, design: Design) -> Outcome | None:
    known = study.ledger.recall(design)
    if known is not None:
        return known
    try:
        found = problem.answer(design)
    except SpecError:
        return None
    study.ledger.record(design, found)
    return found
