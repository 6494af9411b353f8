"""Order and colours are changed as stated; a size never is."""

import numpy as np
import pytest
from PIL import Image

from hwgen.network.data.labelled import as_values, encoded
from hwgen.network.data.preprocessing import Preprocessing
from hwgen.network.data.raw import Raw
from hwgen.network.data.shape import shaped


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (7, 5, 4, 3), np.uint8)


def raw(images, labels=None, are_codes=False):
    return Raw(
        subject="data images",
        label_subject="data labels",
        images=images,
        labels=np.zeros(len(images), int) if labels is None else np.array(labels),
        are_codes=are_codes,
    )


def test_images_in_order_stay(pixels):
    np.testing.assert_array_equal(shaped(raw(pixels), None, (5, 4, 3)), pixels)


def test_planes_are_put_side_by_side(pixels):
    planes = np.moveaxis(pixels, 3, 1)
    found = shaped(raw(planes), Preprocessing(layout="chw"), (5, 4, 3))
    np.testing.assert_array_equal(found, pixels)


def test_fewer_axes_have_one_channel_or_one_position(pixels):
    grey = pixels[..., 0]
    np.testing.assert_array_equal(shaped(raw(grey), None, (5, 4, 1))[..., 0], grey)
    flat = pixels.reshape(7, 60)
    np.testing.assert_array_equal(shaped(raw(flat), None, (1, 1, 60)).reshape(7, 60), flat)


def test_grey_is_that_of_pillow(pixels):
    found = shaped(raw(pixels), Preprocessing(colour="grey"), (5, 4, 1))
    expected = [np.asarray(Image.fromarray(x).convert("L")) for x in pixels]
    np.testing.assert_array_equal(found[..., 0], expected)


def test_grey_images_become_three_equal_channels(pixels):
    found = shaped(raw(pixels[..., 1]), Preprocessing(colour="rgb"), (5, 4, 3))
    for channel in range(3):
        np.testing.assert_array_equal(found[..., channel], pixels[..., 1])


def test_bgr_reverses_the_channels(pixels):
    found = shaped(raw(pixels), Preprocessing(colour="bgr"), (5, 4, 3))
    np.testing.assert_array_equal(found, pixels[..., ::-1])


@pytest.mark.parametrize(
    ("stated", "shape", "wanted"),
    [
        (None, (5, 5, 3), "5, 5, 3"),
        (None, (5, 4, 1), "5, 4, 1"),
        (Preprocessing(layout="chw"), (4, 3, 6), "6, 4, 3"),
        (Preprocessing(colour="rgb"), (5, 4, 3), "5, 4, 1"),
        (Preprocessing(colour="grey"), (4, 4, 1), "4, 4, 3"),
    ],
)
def test_another_shape(refusal, pixels, stated, shape, wanted):
    assert refusal(shaped, raw(pixels), stated, shape) == (
        f"data images must have the shape [N, {wanted}], not [7, 5, 4, 3]"
    )


def test_no_images(refusal, pixels):
    line = "data images must have the shape [N, 5, 4, 3], not [0, 5, 4, 3]"
    assert refusal(shaped, raw(pixels[:0]), None, (5, 4, 3)) == line


def test_colours_that_the_network_does_not_read(refusal, pixels):
    assert refusal(shaped, raw(pixels), Preprocessing(colour="grey"), (5, 4, 3)) == (
        "preprocessing colour grey makes 1 channels of 3, but the network reads 3"
    )


def test_numbers_that_have_no_grey(refusal, pixels):
    stated = Preprocessing(colour="grey")
    line = "data images must be uint8 to become grey, not float64"
    assert refusal(shaped, raw(pixels / 2), stated, (5, 4, 1)) == line


def test_pixels_without_a_meaning(refusal, pixels, network):
    line = (
        "data images need a preprocessing: say what their numbers mean in MODEL.toml beside the "
        "model, or with --preprocess, such as 'divide = 255, mean = 0.5, std = 0.25'"
    )
    assert refusal(as_values, raw(pixels), (5, 4, 3), None) == line
    assert refusal(encoded, raw(pixels), network((5, 4, 3))) == f"{line} or 'codes = true'"


def test_codes_are_not_given_another_meaning(refusal, pixels, network):
    codes = raw(pixels, are_codes=True)
    assert refusal(encoded, codes, network((5, 4, 3)), Preprocessing()) == (
        "data images are codes by definition, but preprocessing says what numbers mean; "
        "state --preprocess 'codes = true'"
    )
    for stated in (None, Preprocessing(codes=True)):
        found = encoded(codes, network((5, 4, 3)), stated)
        np.testing.assert_array_equal(found.images, pixels)


@pytest.mark.parametrize("stated", [None, Preprocessing(), Preprocessing(codes=True)])
def test_a_float_network_reads_no_codes(refusal, pixels, stated):
    line = "data images hold codes of a quantized network, which a float one cannot read"
    assert refusal(as_values, raw(pixels, are_codes=True), (5, 4, 3), stated) == line


def test_a_float_network_reads_values(pixels):
    found = as_values(raw(pixels), (5, 4, 3), Preprocessing(divide=(128,), mean=(1,)))
    np.testing.assert_array_equal(found, pixels / np.float32(128) - np.float32(1))
    assert found.dtype == np.float32


def test_only_the_first_images_are_made(pixels, network):
    given = raw(pixels, range(7))
    found = encoded(given, network((5, 4, 3)), Preprocessing(), 3)
    np.testing.assert_array_equal(found.images, pixels[:3])
    np.testing.assert_array_equal(found.labels, [0, 1, 2])
    np.testing.assert_array_equal(as_values(given, (5, 4, 3), Preprocessing(), 3), pixels[:3])


def test_floats_where_codes_are_expected(refusal, pixels, network):
    line = "data images must be uint8 or int8, not float64"
    stated = Preprocessing(codes=True)
    assert refusal(encoded, raw(pixels / 2), network((5, 4, 3)), stated) == line


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e39])
def test_numbers_that_are_none(refusal, pixels, network, value):
    images = pixels.astype(np.float64)
    images[5, 1, 2, 0] = value
    line = f"data images must be finite numbers, not {value} (image 5)"
    assert refusal(encoded, raw(images), network((5, 4, 3)), Preprocessing()) == line


def test_things_that_are_no_numbers(refusal, network):
    images = np.full((2, 1, 1, 1), "x")
    line = "data images must be numbers, not <U1"
    assert refusal(encoded, raw(images), network((1, 1, 1)), Preprocessing()) == line


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 12], "must be from 0 to 11, not 12"),
        ([-1, 3], "must be from 0 to 11, not -1"),
        ([1], "must have the shape [2], not [1]"),
        ([0.0, 1.0], "must be integers, not float64"),
    ],
)
def test_labels_that_do_not_fit(refusal, pixels, network, labels, message):
    given = raw(pixels[:2], labels)
    found = refusal(encoded, given, network((5, 4, 3), 12), Preprocessing())
    assert found == f"data labels {message}"
