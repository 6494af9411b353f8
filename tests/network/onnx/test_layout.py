"""Labels of tensors: which of the graph's axes an ONNX axis runs over."""

import numpy as np
import pytest

from hwgen.network.onnx import layout
from hwgen.network.onnx.layout import FLAT, IMAGE, IMAGE_LAST, full, label, regroup, sizes


def seen(codes, axes):
    """``codes`` ``[H, W, C]`` as ONNX sees them."""
    order = [axis for group in axes for axis in group]
    rest = [axis for axis in range(3) if axis not in order]
    return codes.transpose(*order, *rest).reshape(sizes(codes.shape, axes))


def test_labels_have_no_axes_of_length_1():
    assert label((1, 4, 8), IMAGE) == ((2,), (), (1,))
    assert label((1, 1, 8), FLAT) == ((2,),)
    assert layout.image((4, 1, 1)) == ((), (0,), ())


@pytest.mark.parametrize("form", [IMAGE, IMAGE_LAST, FLAT])
@pytest.mark.parametrize("shape", [(2, 3, 4), (1, 3, 4)])
def test_a_usual_form_is_recognized_by_its_label(form, shape):
    assert label(shape, full(shape, label(shape, form))) == label(shape, form)
    assert full(shape, label(shape, form)) == form


def test_another_form_stays_as_it_is():
    axes = ((2,), (0, 1))
    assert full((2, 3, 4), axes) == axes


@pytest.mark.parametrize("axes", [IMAGE, IMAGE_LAST, FLAT, ((0, 1), (2,)), ((2,), (), (0, 1))])
@pytest.mark.parametrize("wanted", [(24,), (4, 6), (1, 4, 2, 3), (6, 4), (2, 3, 1, 4)])
def test_regrouped_elements_stay_in_order(axes, wanted):
    codes = np.arange(24).reshape(2, 3, 4)
    found = regroup(codes.shape, axes, wanted)
    if found is not None:
        np.testing.assert_array_equal(seen(codes, found), seen(codes, axes).reshape(wanted))
        assert sizes(codes.shape, found) == list(wanted)


@pytest.mark.parametrize("wanted", [(3, 8), (2, 12), (24, 1, 2), (4, 3, 3), (4, 2)])
def test_an_axis_is_never_cut(wanted):
    assert regroup((2, 3, 4), IMAGE, wanted) is None
