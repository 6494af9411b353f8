"""The integer-only reference that defines every output bit."""

from hwgen.golden.convolution import accumulate
from hwgen.golden.im2col import im2col
from hwgen.golden.products import products_of
from hwgen.golden.requantize import requantize
from hwgen.golden.run import accuracy, check_mapping, exact_mapping, run, step

__all__ = [
    "accumulate",
    "accuracy",
    "check_mapping",
    "exact_mapping",
    "im2col",
    "products_of",
    "requantize",
    "run",
    "step",
]
