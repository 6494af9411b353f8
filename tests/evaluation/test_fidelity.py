"""Signal to noise, against its definition."""

import math

import numpy as np
import pytest

from hwgen import golden
from hwgen.evaluation.fidelity import trace
from hwgen.evaluation.floats import dequantized, run_floats
from hwgen.spec.mapping import LayerMapping, Mapping


def mapped(network, **names):
    layers = {x.name: LayerMapping(multiplier="exact") for x in network.convolutions}
    return Mapping(layers | {x: LayerMapping(multiplier=y) for x, y in names.items()})


def decibel(found, wanted):
    return 10 * math.log10((wanted**2).sum() / ((found - wanted) ** 2).sum())


def test_ratios_follow_their_definition(network, images, emulator):
    mapping = mapped(network, depthwise="truncated_7", head="perforated_a2")
    found = trace(emulator, mapping)
    approximate = golden.run(network, images, mapping)
    exact = golden.run(network, images, golden.exact_mapping(network))
    floats = run_floats(network, images)
    assert (found.images, found.parting) == (40, "depthwise")
    assert [x.name for x in found.layers] == [x.name for x in network.layers]
    for layer in found.layers:
        quantization = network.quantizations[layer.name]
        ours, theirs = (dequantized(x[layer.name], quantization) for x in (approximate, exact))
        assert layer.changed == pytest.approx(100 * (ours != theirs).mean())
        assert layer.exact_to_float == pytest.approx(decibel(theirs, floats[layer.name]))
        assert layer.approximate_to_float == pytest.approx(decibel(ours, floats[layer.name]))
        if layer.name == "stem":
            assert (layer.changed, layer.approximate_to_exact) == (0, math.inf)
        else:
            assert layer.changed > 0
            assert layer.approximate_to_exact == pytest.approx(decibel(ours, theirs))


def test_the_exact_mapping_never_parts(network, emulator):
    found = trace(emulator, mapped(network))
    assert found.parting is None
    assert {x.approximate_to_exact for x in found.layers} == {math.inf}


def test_tensors_that_the_reference_lacks_have_no_ratio(network, emulator):
    def part(network, codes):
        return {"head": run_floats(network, codes)["head"]}

    found = {x.name: x for x in trace(emulator, mapped(network, stem="truncated_7"), part).layers}
    assert found["stem"].exact_to_float is found["stem"].approximate_to_float is None
    assert found["stem"].approximate_to_exact < 60
    whole = trace(emulator, mapped(network, stem="truncated_7")).layers
    assert found["head"] == next(x for x in whole if x.name == "head")


def test_a_signal_that_is_nothing_but_noise(network, emulator):
    def silence(network, codes):
        return {"head": np.zeros((len(codes), 1, 1, 5))}

    found = trace(emulator, mapped(network), silence).layers
    assert next(x for x in found if x.name == "head").exact_to_float == -math.inf
