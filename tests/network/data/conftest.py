"""A network of any input, and refusals in one line."""

import re

import pytest

from hwgen.errors import HwgenError
from hwgen.network.graph import Network, Quantization, Reshape


@pytest.fixture
def network():
    """Make a network with inputs of a shape and a number of classes; it does nothing."""

    def make(shape, classes=10, scale=1.0, zero_point=0):
        quantization = Quantization(scale, zero_point)
        layer = Reshape(
            name="logits", inputs=("x",), shape=(1, 1, classes), quantization=quantization
        )
        return Network(
            input_name="x", input_shape=shape, input_quantization=quantization, layers=(layer,)
        )

    return make


@pytest.fixture
def refusal():
    """Whole text of the error that a call raises."""

    def run(call, *arguments, **settings):
        with pytest.raises(HwgenError) as caught:
            call(*arguments, **settings)
        line = str(caught.value)
        assert re.fullmatch(".+", line)  # one line
        return line

    return run
