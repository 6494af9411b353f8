"""The final step: what a search chose is judged on all calibration images, then on test images."""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as AbstractMapping

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hwgen.emulation import Emulator
from hwgen.errors import DataError
from hwgen.evaluation.statistics import Interval, paired_difference, wilson
from hwgen.mapping.design import Design
from hwgen.mapping.drop import margins
from hwgen.mapping.outcome import Energy
from hwgen.mapping.pareto import REFERENCE
from hwgen.mapping.problem import Problem
from hwgen.mapping.study.ledger import Answer, front_of
from hwgen.mapping.study.point import Point, Tested
from hwgen.mapping.study.study import Study
from hwgen.network.data import Labelled
from hwgen.progress import progress
from hwgen.spec.mapping import Mapping

__all__ = ["LARGEST_FRONT", "check_apart", "judge", "test"]

LARGEST_FRONT = 24  # points of a method; more are thinned out

Price = Callable[[Mapping], tuple[Energy, AbstractMapping[str, float]]]


def judge(study: Study, calibration: Labelled, price: Price) -> None:
    """Make points of the fronts of all methods, and of the exact baseline.

    Parameters
    ----------
    study : Study
    calibration : Labelled
        All calibration images: at least those of the search.
    price : callable
        Energy of a mapping, and of each layer in pJ, on operands that processing elements see
        when the network runs under it.
    """
    known = {point.key for point in study.points}
    problem = study.parts.on(calibration.images, calibration.labels).problem()
    fronts = {name: thinned(front_of(study.answers(name))) for name in study.methods}
    chosen = {problem.exact.key: problem.exact}  # the first point, as every loss is told against it
    for front in fronts.values():
        chosen |= {x.key: x for x in front}
    missing = [design for key, design in chosen.items() if key not in known]
    with threadpool_limits(1):  # sums of floats must not depend on how many threads shared them
        for design in progress(missing, "judge the fronts", len(missing)):
            study.keep_point(_point(problem, design, price))
    for name, front in fronts.items():
        study.keep_front(name, [x.key for x in front])


def thinned(front: Sequence[Answer]) -> list[Design]:
    """Designs of a front; of a long one those that are spread most evenly, densest at its start.

    Evenly by the root of the drop: half a point more or less is much to who accepts one. Of a
    long front what loses more than the reference of hypervolumes is left out.
    """
    if len(front) > LARGEST_FRONT:
        within = [x for x in front if x.outcome.drop.bound <= REFERENCE[0]]
        front = within or front
    chosen = list(range(len(front)))
    if len(front) > LARGEST_FRONT:
        drops = np.sqrt([max(x.outcome.drop.bound, 0.0) for x in front])  # rising, as energy falls
        wanted = np.linspace(drops[0], drops[-1], LARGEST_FRONT)
        chosen = sorted({int(np.abs(drops - x).argmin()) for x in wanted})
    designs = [front[i].question for i in chosen]
    return [x for x in designs if isinstance(x, Design)]


def _point(problem: Problem, design: Design, price: Price) -> Point:
    outcome = problem.answer(design)
    assert outcome.mapping is not None
    energy, layers_pj = price(outcome.mapping)
    return Point(
        key=design.key,
        mapping=outcome.mapping,
        drop=outcome.drop,
        energy=energy,
        layers_pj=layers_pj,
        test=None,
    )


def test(study: Study, read: Callable[[], Labelled]) -> None:
    """Judge the points that were not tested yet on the test images.

    Nothing is chosen with them. Where all points were tested, they are not even read.

    Parameters
    ----------
    study : Study
    read : callable
        Reads the test images.
    """
    missing = [point for point in study.points if point.test is None]
    if not missing:
        return
    data = read()
    emulator = Emulator(study.network, data.images)
    exact = _hits(emulator, study.exact.mapping, data)
    found = {}
    for point in progress(missing, "test images", len(missing)):
        ours = _hits(emulator, point.mapping, data)
        found[point.key] = _tested(exact, ours)
    study.keep_tests(found, data)


def check_apart(calibration: Labelled, testing: Labelled) -> None:
    """Raise :exc:`DataError` when most test images are among the calibration images."""
    seen = {x.tobytes() for x in calibration.images}
    common = sum(x.tobytes() in seen for x in testing.images)
    if 2 * common > len(testing.images):
        raise DataError(
            f"test images must be other ones than the calibration images, but {common} of "
            f"{len(testing.images)} are among them"
        )


def _hits(emulator: Emulator, mapping: Mapping, data: Labelled) -> NDArray[np.bool_]:
    logits = emulator.evaluate(mapping).outputs[emulator.network.layers[-1].name]
    return margins(logits.reshape(len(logits), -1), data.labels) > 0


def _tested(exact: NDArray[np.bool_], ours: NDArray[np.bool_]) -> Tested:
    count = len(exact)
    lost, won = int((exact & ~ours).sum()), int((ours & ~exact).sum())
    return Tested(
        images=count,
        accuracy=100 * int(ours.sum()) / count,
        accuracy_interval=_percent(wilson(int(ours.sum()), count)),
        drop=100 * (lost - won) / count,
        drop_interval=_percent(paired_difference(lost, won, count)),
    )


def _percent(interval: Interval) -> Interval:
    return Interval(100 * interval.low, 100 * interval.high)
