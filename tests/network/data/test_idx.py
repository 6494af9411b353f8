"""MNIST's files are read with the labels that lie beside them."""

import gzip

import numpy as np
import pytest

from hwgen.network.data.read import read


def idx(array):
    """The bytes of an idx file."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(x.to_bytes(4, "big") for x in array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture
def digits():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (6, 28, 28), np.uint8), rng.integers(0, 10, 6)


@pytest.fixture
def folder(digits, tmp_path):
    """A folder with test and training files as they are published."""
    images, labels = digits
    for prefix, keep in (("t10k", slice(0, 2)), ("train", slice(2, 6))):
        (tmp_path / f"{prefix}-images-idx3-ubyte").write_bytes(idx(images[keep]))
        (tmp_path / f"{prefix}-labels-idx1-ubyte").write_bytes(idx(labels[keep]))
    return tmp_path


def check(found, digits, keep):
    images, labels = digits
    np.testing.assert_array_equal(found.images, images[keep])
    np.testing.assert_array_equal(found.labels, labels[keep])


def test_a_file_finds_its_labels(folder, digits):
    check(read(folder / "t10k-images-idx3-ubyte", "test"), digits, slice(0, 2))
    check(read(folder / "train-images-idx3-ubyte", "test"), digits, slice(2, 6))


def test_a_folder_holds_both_parts(folder, digits):
    check(read(folder, "test"), digits, slice(0, 2))
    check(read(folder, "calibration"), digits, slice(2, 6))


@pytest.mark.parametrize("compressed", [("images",), ("labels",), ("images", "labels")])
@pytest.mark.parametrize("dot", [False, True])
def test_files_can_be_compressed_or_have_a_dot(folder, digits, compressed, dot):
    for what, axes in (("images", 3), ("labels", 1)):
        path = folder / f"t10k-{what}-idx{axes}-ubyte"
        name = path.name.replace("-idx", ".idx") if dot else path.name
        content = path.read_bytes()
        path.unlink()
        if what in compressed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
    check(read(folder, "test"), digits, slice(0, 2))


def test_missing_labels(folder, refusal):
    (folder / "t10k-labels-idx1-ubyte").unlink()
    images = folder / "t10k-images-idx3-ubyte"
    assert refusal(read, images, "test") == (
        f"data {images} needs its labels beside it: {folder / 't10k-labels-idx1-ubyte'}, "
        f"plain or .gz"
    )


def test_the_labels_instead_of_the_images(folder, refusal):
    path = folder / "t10k-labels-idx1-ubyte"
    line = f"data {path} must hold MNIST's images, but its header differs"
    assert refusal(read, path, "test") == line


def test_a_name_that_leads_to_no_labels(folder, refusal):
    path = (folder / "t10k-images-idx3-ubyte").rename(folder / "digits")
    line = f"data {path} must have images in its name, so that labels can be found"
    assert refusal(read, path, "test") == line


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x[:-1], "must hold [2, 28, 28] bytes as its header says, but has fewer"),
        (lambda x: x + b"\0", "must hold [2, 28, 28] bytes as its header says, but has more"),
        (lambda x: x[:9], "must hold MNIST's images, but its header differs"),
        (
            lambda x: x[:4] + b"\xff" * 12 + x[16:],
            f"must hold {[(1 << 32) - 1] * 3} bytes as its header says, but has fewer",
        ),
        (lambda x: b"\0\0\x08\x02" + x[4:], "must hold MNIST's images, but its header differs"),
        (
            lambda x: gzip.compress(x)[:-9],
            "is damaged: Compressed file ended before the end-of-stream marker was reached",
        ),
    ],
)
def test_a_damaged_file(folder, refusal, change, message):
    path = folder / "t10k-images-idx3-ubyte"
    path.write_bytes(change(path.read_bytes()))
    assert refusal(read, path, "test") == f"data {path} {message}"


def test_a_damaged_compressed_file(folder, refusal):
    path = folder / "t10k-images-idx3-ubyte"
    path.write_bytes(gzip.compress(path.read_bytes())[:-8] + bytes(8))
    start = f"data {path} is damaged: CRC check failed 0x0 != 0x"
    assert refusal(read, path, "test").startswith(start)
