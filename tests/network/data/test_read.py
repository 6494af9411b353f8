"""A path is recognized by what it holds, and refused where that is not clear."""

import os

import numpy as np
import pytest

from hwgen.network.data.read import read

FORMATS = "an .npz file, a batch of CIFAR-10, images of MNIST or a folder with labels.csv"


@pytest.mark.parametrize("name", ["images", "features_int8"])
def test_an_archive_of_one_split(tmp_path, name):
    images = np.arange(24, dtype=np.int8).reshape(2, 3, 4)
    path = tmp_path / "data.npz"
    np.savez(path, **{name: images, "labels": [5, 7], "more": 3})
    for part in ("test", "calibration"):
        found = read(path, part)
        np.testing.assert_array_equal(found.images, images)
        np.testing.assert_array_equal(found.labels, [5, 7])
        assert not found.are_codes


def test_an_archive_of_codes_holds_both_parts(tmp_path):
    path = tmp_path / "data.npz"
    arrays = {f"{x}_images": np.full((1, 2, 2), i) for i, x in enumerate(("calibration", "test"))}
    np.savez(path, **arrays, calibration_labels=[1], test_labels=[2])
    for index, part in enumerate(("calibration", "test")):
        found = read(path, part)
        assert found.are_codes
        assert found.images[0, 0, 0] == index
        assert found.labels[0] == index + 1


@pytest.mark.parametrize("arrays", [{}, {"images": [1]}, {"labels": [1], "x": [2]}])
def test_an_archive_of_something_else(tmp_path, refusal, arrays):
    path = tmp_path / "data.npz"
    np.savez(path, **arrays)
    assert refusal(read, path, "test") == (
        f"data {path} must hold images or features_int8 and labels, or test_images and "
        f"test_labels; it holds {', '.join(arrays) or 'none'}"
    )


def test_an_archive_without_labels_of_its_codes(tmp_path, refusal):
    path = tmp_path / "data.npz"
    np.savez(path, test_images=[1])
    line = f"data {path} lacks the array test_labels; it holds test_images"
    assert refusal(read, path, "test") == line


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"text"])
def test_a_truncated_archive(tmp_path, refusal, content):
    path = tmp_path / "data.npz"
    path.write_bytes(content)
    assert refusal(read, path, "test") == f"data {path} is not an .npz file, or is truncated"


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG", b"\x1f\x8b\x08\0", b"\0\0\x0d\x03"])
def test_a_file_of_something_else(tmp_path, refusal, content):
    path = tmp_path / "data"
    path.write_bytes(content)
    assert refusal(read, path, "test") == f"data {path} must be {FORMATS}"


def test_a_missing_file(tmp_path, refusal):
    path = tmp_path / "none"
    line = f"data {path} cannot be read: No such file or directory"
    assert refusal(read, path, "test") == line


def test_a_pipe_is_not_waited_for(tmp_path, refusal):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert refusal(read, path, "test") == f"data {path} must be {FORMATS}"


def test_a_folder_of_something_else(tmp_path, refusal):
    (tmp_path / "test_batch.txt").write_text("")
    line = f"data {tmp_path} must be {FORMATS}; it holds no test images"
    assert refusal(read, tmp_path, "test") == line


def test_a_folder_of_two_data_sets(tmp_path, refusal):
    for name in ("test_batch", "test_batch.bin"):
        (tmp_path / name).write_bytes(b"")
    assert refusal(read, tmp_path, "test") == (
        f"data {tmp_path} must hold one data set, not both test_batch and test_batch.bin: "
        f"name the file"
    )
