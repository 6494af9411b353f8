"""Accuracy and drop against counting by hand."""

import numpy as np
import pytest

from hwgen import golden
from hwgen.emulation import Emulator
from hwgen.errors import DataError, SpecError
from hwgen.evaluation.accuracy import evaluate, hits, with_bias_updates
from hwgen.evaluation.statistics import paired_difference, wilson
from hwgen.mapping.corrections.bias import update_biases
from hwgen.spec.mapping import FilterRule, LayerMapping, Mapping


def mapped(network, **fields):
    layer = LayerMapping(**{"multiplier": "truncated_7", **fields})
    return Mapping({x.name: layer for x in network.convolutions})


@pytest.fixture(scope="module")
def labels(network, images):
    """What the exact network says, but for every fifth image."""
    exact = golden.run(network, images, golden.exact_mapping(network))["classes"]
    found = exact.reshape(len(images), -1).argmax(axis=1)
    found[::5] = (found[::5] + 1) % 5
    return found


def test_figures_are_those_of_golden(network, images, emulator, labels):
    mapping = mapped(network, filters=(FilterRule(filters="1", mode=0, multiplier="exact"),))
    found = evaluate(emulator, labels, mapping)
    tops = [
        golden.run(network, images, x)["classes"].reshape(40, -1).argmax(axis=1)
        for x in (mapping, golden.exact_mapping(network))
    ]
    ours, theirs = (top == labels for top in tops)
    lost, won = int((theirs & ~ours).sum()), int((ours & ~theirs).sum())
    assert lost > 0
    assert (found.images, found.lost, found.won) == (40, lost, won)
    assert found.accuracy == pytest.approx(100 * ours.mean())
    assert found.exact_accuracy == pytest.approx(80)
    assert found.drop == pytest.approx(found.exact_accuracy - found.accuracy)
    assert found.drop_interval == pytest.approx([100 * x for x in paired_difference(lost, won, 40)])
    assert found.accuracy_interval == pytest.approx([100 * x for x in wilson(ours.sum(), 40)])
    assert found.exact_interval == pytest.approx([100 * x for x in wilson(32, 40)])


def test_every_layer_says_how_it_ran(network, emulator, labels):
    found = evaluate(Emulator(network, emulator.images, kernel="numpy"), labels, mapped(network))
    assert [x.name for x in found.layers] == [x.name for x in network.layers]
    assert found.products == 40 * sum(x.operations for x in network.convolutions)
    assert found.products_per_second == pytest.approx(found.products / found.seconds)
    assert found.images_per_second == pytest.approx(40 / found.seconds)


def test_the_exact_mapping_loses_nothing(network, emulator, labels):
    found = evaluate(emulator, labels, golden.exact_mapping(network))
    assert (found.drop, found.lost, found.won) == (0, 0, 0)
    assert found.drop_interval.low < 0 < found.drop_interval.high


def test_the_first_of_equals_wins():
    logits = np.array([[[[7, 9, 9]]], [[[9, 9, 2]]]], np.uint8)
    assert hits(logits, np.array([1, 1])).tolist() == [True, False]


def test_bias_updates_are_those_of_golden_tensors(network, images, emulator):
    def tensor(partial, name):
        tensors = {network.input_name: images}
        for layer in network.layers:
            if name not in tensors:
                tensors[layer.name] = golden.step(network, layer, tensors, partial)
        return tensors[name]

    mapping = mapped(network)
    found = with_bias_updates(emulator, mapping)
    assert found == update_biases(network, mapping, tensor)
    assert all(layer.bias_update for layer in found.layers.values())


def test_labels_that_do_not_fit_are_refused(network, images, emulator, labels):
    with pytest.raises(DataError, match=r"^data must hold 40 labels, not \[39\]$"):
        evaluate(emulator, labels[:39], mapped(network))
    nothing = Emulator(network, images[:0], kernel="numpy")
    with pytest.raises(DataError, match=r"^data must hold at least one image to be evaluated"):
        evaluate(nothing, labels[:0], mapped(network))


@pytest.mark.parametrize("run", [evaluate, lambda emulator, _, x: with_bias_updates(emulator, x)])
def test_a_mapping_of_other_layers_is_refused(network, emulator, labels, run):
    layers = dict(mapped(network).layers)
    stranger = Mapping({**layers, "conv9": layers["stem"]})
    line = r"^mapping must name layers that multiply \(stem, depthwise, head\), not conv9$"
    with pytest.raises(SpecError, match=line):
        run(emulator, labels, stranger)
    del layers["head"]
    with pytest.raises(SpecError, match=r"^mapping lacks the layer head$"):
        run(emulator, labels, Mapping(layers))
