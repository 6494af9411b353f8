"""The largest code of every tensor."""

import numpy as np

from hwgen.network.graph import Concat, Convolution, Network, Pad, Quantization, Rescale, Slice
from hwgen.network.limits import highest_code

COMMON = {"shape": (1, 1, 1), "quantization": Quantization(1.0, 0)}


def convolution(name, high):
    return Convolution(
        **COMMON,
        name=name,
        inputs=("image",),
        high=high,
        weights=np.ones((1, 1, 1, 1), np.int8),
        bias=np.zeros(1, np.int32),
        stride=(1, 1),
        padding=(0, 0, 0, 0),
        rescale=(Rescale(1 << 30, 0, 30),),
    )


def pad(name, source, fill):
    return Pad(**COMMON, name=name, inputs=(source,), before=(0, 0, 0), after=(0, 0, 0), fill=fill)


def test_codes_end_where_the_layer_that_made_them_clamps_them():
    layers = (
        convolution("low", 15),
        convolution("high", 31),
        Concat(**COMMON, name="both", inputs=("low", "high"), axis=2),
        Slice(**COMMON, name="part", inputs=("low",), start=(0, 0, 0), step=(1, 1, 1), high=7),
        pad("margin", "low", 40),
        pad("none", "both", 3),
    )
    network = Network(
        input_name="image",
        input_shape=(1, 1, 1),
        input_quantization=Quantization(1.0, 0),
        layers=layers,
    )
    found = {name: highest_code(network, name) for name in network.shapes}
    assert found == {
        "image": 255,
        "low": 15,
        "high": 31,
        "both": 31,
        "part": 7,
        "margin": 40,
        "none": 31,
    }
