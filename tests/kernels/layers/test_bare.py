"""The rate of the inner loop is a rate."""

import pytest

from hwgen.errors import SpecError
from hwgen.kernels.layers.lookup.bare import bare_rate
from hwgen.kernels.layers.lookup.lookup import lookup_paths


@pytest.mark.parametrize("path", lookup_paths()[1:])
def test_many_lanes_are_faster_than_few(path):
    assert bare_rate(path, 32, 16) > bare_rate(path, 8, 1) > 1e7


def test_numpy_has_no_inner_loop():
    with pytest.raises(SpecError, match=r"^kernels path must be one of .*, not 'numpy'$"):
        bare_rate("numpy")
