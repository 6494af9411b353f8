"""What numbers mean is computed as stated, and nothing else can be stated."""

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.network.data.preprocessing import Preprocessing


def test_numbers_are_divided_then_normalized_in_float32():
    pixels = np.arange(256, dtype=np.uint8)[:, None].repeat(3, axis=1)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    found = Preprocessing(divide=(255,), mean=mean, std=std).values(pixels)
    for channel in range(3):
        x = pixels[:, channel].astype(np.float32) / np.float32(255)
        expected = (x - np.float32(mean[channel])) / np.float32(std[channel])
        np.testing.assert_array_equal(found[:, channel], expected)
    assert found.dtype == np.float32


def test_own_codes_are_dequantized():
    found = Preprocessing(scale=0.5847029, zero_point=83).values(np.array([[-128], [83], [127]]))
    expected = np.array([[-211], [0], [44]], np.float32) * np.float32(0.5847029)
    np.testing.assert_array_equal(found, expected)


def test_a_number_too_large_for_float32_becomes_infinite_quietly():
    found = Preprocessing(divide=(1e-37,)).values(np.array([[255]]))
    assert found[0, 0] == np.inf


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"layout": "nchw"}, "layout must be one of hwc, chw, not 'nchw'"),
        ({"colour": "gray"}, "colour must be one of same, grey, rgb, bgr, not 'gray'"),
        ({"zero_point": 256}, "zero_point must be an integer from -128 to 255, not 256"),
        ({"codes": 1}, "codes must be true or false, not 1"),
        ({"divide": (0,)}, "divide must be positive numbers, not 0"),
        ({"std": (1.0, -1.0)}, "std must be positive numbers, not -1.0"),
        ({"std": (1e-46,)}, "std must be positive numbers, not 1e-46"),
        ({"mean": ()}, "mean must be numbers, not ()"),
        ({"mean": ("0",)}, "mean must be numbers, not '0'"),
        ({"mean": (True,)}, "mean must be numbers, not True"),
        ({"mean": (float("nan"),)}, "mean must be numbers, not nan"),
        ({"divide": (float("inf"),)}, "divide must be positive numbers, not inf"),
        ({"scale": -0.5}, "scale must be positive numbers, not -0.5"),
    ],
)
def test_a_statement_that_is_none(refusal, fields, message):
    assert refusal(Preprocessing, **fields) == f"preprocessing {message}"


@pytest.mark.parametrize(
    ("channels", "message"),
    [(3, "mean must have 1 or 3 numbers, not 2"), (1, "mean must have 1 number, not 2")],
)
def test_numbers_of_another_count_of_channels(channels, message):
    with pytest.raises(SpecError, match=rf"^preprocessing {message}$"):
        Preprocessing(mean=(0.0, 1.0)).values(np.zeros((1, channels)))
