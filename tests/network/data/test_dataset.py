"""Data sets that do not fit the network are refused in one line."""

import re
import zipfile

import numpy as np
import pytest

from hwgen.errors import DataError
from hwgen.network import digits
from hwgen.network.data import load


@pytest.fixture
def network(network):
    return network((8, 8, 1))


@pytest.fixture
def arrays():
    return {
        "calibration_images": np.zeros((3, 8, 8, 1), np.uint8),
        "calibration_labels": np.array([0, 9, 1], np.uint8),
        "test_images": np.ones((2, 8, 8, 1), np.uint8),
        "test_labels": np.array([4, 5]),
    }


@pytest.fixture
def refused(network, arrays, tmp_path):
    """Write the arrays and expect exactly one message about the file."""

    def check(message):
        path = tmp_path / "d.npz"
        np.savez(path, **arrays)
        with pytest.raises(DataError, match=rf"^{re.escape(f'data {path} {message}')}$"):
            load(path, network)

    return check


def test_arrays_come_back_with_labels_as_integers(network, arrays, tmp_path):
    np.savez_compressed(tmp_path / "d.npz", **arrays)
    found = load(tmp_path / "d.npz", network)
    for name, value in arrays.items():
        np.testing.assert_array_equal(getattr(found, name), value)
    assert found.calibration_labels.dtype == np.int64


def test_images_of_another_shape(refused, arrays):
    arrays["test_images"] = np.zeros((2, 8, 9, 1), np.uint8)
    refused("test_images must have the shape [N, 8, 8, 1], not [2, 8, 9, 1]")


def test_no_images(refused, arrays):
    arrays["test_images"] = np.zeros((0, 8, 8, 1), np.uint8)
    refused("test_images must have the shape [N, 8, 8, 1], not [0, 8, 8, 1]")


def test_a_single_number(refused, arrays):
    arrays["test_images"] = np.uint8(3)
    refused("test_images must have the shape [N, 8, 8, 1], not []")


def test_images_of_another_type(refused, arrays):
    arrays["calibration_images"] = np.zeros((3, 8, 8, 1), np.float32)
    refused("calibration_images must be uint8, not float32")


def test_labels_of_another_type(refused, arrays):
    arrays["calibration_labels"] = np.zeros(3)
    refused("calibration_labels must be integers, not float64")


def test_labels_of_another_count(refused, arrays):
    arrays["calibration_labels"] = np.zeros(4, int)
    refused("calibration_labels must have the shape [3], not [4]")


@pytest.mark.parametrize("label", [-1, 10])
def test_labels_without_a_logit(refused, arrays, label):
    arrays["test_labels"] = np.array([0, label])
    refused(f"test_labels must be from 0 to 9, not {label}")


def test_a_missing_array(refused, arrays):
    del arrays["test_labels"]
    refused(
        "lacks the array test_labels; it holds calibration_images, calibration_labels, test_images"
    )


def test_an_archive_of_something_else(network, tmp_path):
    path = tmp_path / "d.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("two\nlines", "")
    rule = r"lacks the array calibration_images; it holds 'two\\nlines'"
    with pytest.raises(DataError, match=rf"^data {path} {rule}$"):
        load(path, network)


def test_pickled_objects_are_not_opened(refused, arrays):
    arrays["test_labels"] = np.array([None, None])
    refused("is damaged: Object arrays cannot be loaded when allow_pickle=False")


def test_a_missing_file(network, tmp_path):
    path = tmp_path / "d.npz"
    with pytest.raises(
        DataError, match=rf"^data {path} cannot be read: No such file or directory$"
    ):
        load(path, network)


@pytest.mark.parametrize("content", [b"", b"text", digits.data_path().read_bytes()[:-100]])
def test_a_file_that_is_no_archive(network, content, tmp_path):
    path = tmp_path / "d.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"^data {path} is not an \.npz file, or is truncated$"):
        load(path, network)


def test_damage_anywhere_is_noticed_or_harmless(network, arrays, tmp_path):
    """Only DataError may leave, whatever byte is wrong."""
    path = tmp_path / "d.npz"
    np.savez_compressed(path, **arrays)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    messages = []
    for position in range(0, len(whole), 4):
        damaged = bytearray(whole)
        damaged[position] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        try:
            load(path, network)
        except DataError as error:
            messages.append(str(error))
    assert len(messages) > len(whole) // 8
    assert not any("\n" in message for message in messages)
