from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from hwgen import golden
from hwgen.emulation import Emulator
from hwgen.errors import DataError
from hwgen.evaluation.accuracy import evaluate
from hwgen.mapping.design import Design
from hwgen.mapping.study import final
from hwgen.mapping.study.ledger import Answer, front_of
from hwgen.mapping.study.study import KEPT
from hwgen.network.data import Labelled
from tests.mapping.study import small


def test_points_are_the_fronts_of_all_methods_and_the_exact_one(finished):
    keys = {finished.parts.problem().exact.key}
    for method in finished.methods:
        keys |= {x.question.key for x in front_of(finished.answers(method))}
    assert {x.key for x in finished.points} == keys
    assert finished.points[0].drop.bound == 0
    assert finished.points[0].energy.total == 1


def test_every_pick_is_on_the_front(finished):
    for method in (None, *finished.methods):
        front = {x.key for x in finished.front(method)}
        for limit in np.linspace(0, 100, 60).tolist():
            point = finished.pick(limit, method)
            assert point.key in front or point.key == finished.exact.key


def test_points_are_judged_on_all_calibration_images(finished):
    network, images = finished.network, small.calibration()
    assert len(finished.parts.labels) < len(images.labels)
    for point in finished.points:
        accuracy = golden.accuracy(network, images.images, images.labels, point.mapping)
        assert point.drop.accuracy == pytest.approx(accuracy)


def test_test_figures_are_those_of_an_evaluation(finished):
    images = small.testing()
    emulator = Emulator(finished.network, images.images)
    for point in finished.points:
        found = evaluate(emulator, images.labels, point.mapping)
        assert point.test.accuracy == pytest.approx(found.accuracy)
        assert point.test.drop == pytest.approx(found.drop)
        assert point.test.accuracy_interval == pytest.approx(found.accuracy_interval)
        assert point.test.drop_interval == pytest.approx(found.drop_interval)


def test_some_test_images_are_kept_for_simulation(finished):
    images = small.testing()
    assert np.array_equal(finished.test_images.images, images.images[:KEPT])
    assert np.array_equal(finished.test_images.labels, images.labels[:KEPT])


def test_test_images_are_read_once_and_the_study_says_so(copied):
    assert copied.readings == 1
    small.run(copied, "random")  # the same again
    small.finish(copied, read=None)
    final.test(copied, lambda: pytest.fail("test images were read again"))
    assert copied.readings == 1


def test_new_points_are_tested_and_old_ones_are_not(copied):
    before = {x.key: x.test for x in copied.points}
    small.run(copied, "random", seed=7, budget=60)
    calls = Counter()

    def read():
        calls["read"] += 1
        return small.testing()

    small.finish(copied, read)
    after = {x.key: x.test for x in copied.points}
    assert set(after) > set(before)
    assert all(after[key] == test for key, test in before.items())
    assert None not in after.values()
    assert (calls["read"], copied.readings) == (1, 2)


def test_labels_of_test_images_change_no_choice(finished, tmp_path):
    study = small.begin(tmp_path / "scrambled.study")
    for method in ("uniform", "random"):
        small.run(study, method)
    images = small.testing()
    small.finish(study, lambda: replace(images, labels=(images.labels + 1) % 5))
    assert [x.key for x in study.points] == [x.key for x in finished.points]
    assert study.pick(5).key == finished.pick(5).key
    assert [x.test for x in study.points] != [x.test for x in finished.points]


def test_without_test_images_points_have_no_test_figures(tmp_path):
    study = small.begin(tmp_path / "untested.study")
    small.run(study, "uniform")
    small.finish(study, read=None)
    assert {x.test for x in study.points} == {None}
    assert len(study.test_images.labels) == 0


def long_front(bounds):
    def answer(number, bound):
        design = object.__new__(Design)
        object.__setattr__(design, "mapping", number)
        return Answer(design, SimpleNamespace(drop=SimpleNamespace(bound=bound)))

    return [answer(*x) for x in enumerate(bounds)]


def test_a_long_front_is_thinned_evenly_and_keeps_its_ends():
    front = long_front(np.arange(500) / 50)
    found = [x.mapping for x in final.thinned(front)]
    assert len(found) == final.LARGEST_FRONT
    assert (found[0], found[-1]) == (0, 499)
    assert max(np.diff(np.sqrt(found))) <= 1.2 * np.sqrt(499) / (final.LARGEST_FRONT - 1)
    assert [x.mapping for x in final.thinned(front[:9])] == list(range(9))


def test_a_long_front_ends_where_drops_are_of_interest():
    found = final.thinned(long_front(np.arange(500) / 10))
    assert found[-1].mapping == 100
    assert [x.mapping for x in final.thinned(long_front([12.0, 15.0]))] == [0, 1]
    beyond = final.thinned(long_front(20 + np.arange(500) / 10))
    assert (beyond[0].mapping, beyond[-1].mapping) == (0, 499)


@pytest.mark.parametrize("common", [0, 25])
def test_other_images_may_be_tested(common):
    images, others = small.calibration(), small.testing()
    mixed = np.concatenate([images.images[:common], others.images[common:]])
    final.check_apart(images, Labelled(images=mixed, labels=others.labels))


def test_calibration_images_must_not_be_tested():
    images = small.calibration()
    part = Labelled(images=images.images[:40], labels=images.labels[:40])
    message = (
        r"^test images must be other ones than the calibration images, but 40 of 40 are among them$"
    )
    with pytest.raises(DataError, match=message):
        final.check_apart(images, part)
