"""A folder of images is read in the order of its table."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from hwgen.network.data.read import read


@pytest.fixture
def colours():
    return np.random.default_rng(0).integers(0, 256, (3, 6, 5, 3), np.uint8)


@pytest.fixture
def folder(colours, tmp_path):
    """Three PNG images, one of them further down."""
    (tmp_path / "more").mkdir()
    for name, pixels in zip(("b.png", "a.png", "more/c.png"), colours, strict=True):
        Image.fromarray(pixels).save(tmp_path / name)
    (tmp_path / "labels.csv").write_text("filename,label\nb.png,3\na.png,0\nmore/c.png,12\n")
    return tmp_path


def test_images_come_in_the_order_of_the_table(folder, colours):
    for part in ("test", "calibration"):
        found = read(folder, part)
        np.testing.assert_array_equal(found.images, colours)
        np.testing.assert_array_equal(found.labels, [3, 0, 12])


def test_a_table_without_a_header(folder, colours):
    (folder / "labels.csv").write_text('"a.png",7\r\n\r\nb.png,1\r\n')
    found = read(folder, "test")
    np.testing.assert_array_equal(found.images, colours[[1, 0]])
    np.testing.assert_array_equal(found.labels, [7, 1])


def test_grey_images_have_one_channel(folder, colours):
    for name, pixels in zip(("b.png", "a.png", "more/c.png"), colours, strict=True):
        Image.fromarray(pixels[..., 0]).save(folder / name)
    np.testing.assert_array_equal(read(folder, "test").images, colours[..., :1])


def test_jpeg_images_are_what_pillow_makes_of_them(folder, colours):
    Image.fromarray(colours[0]).save(folder / "a.jpg", quality=60)
    (folder / "labels.csv").write_text("a.jpg,1\n")
    with Image.open(folder / "a.jpg") as image:
        np.testing.assert_array_equal(read(folder, "test").images[0], np.asarray(image))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "must name at least one image, not none"),
        ("filename,label\n", "must name at least one image, not none"),
        (
            "filename,label\nb.png,cat\n",
            "line 2 must be filename,label with an integer label, not 'b.png,cat'",
        ),
        (
            "b.png,-1\n",
            "line 1 must be filename,label with an integer label, not 'b.png,-1'",
        ),
        (
            "b.png,3\n\na.png\n",
            "line 3 must be filename,label with an integer label, not 'a.png'",
        ),
        (
            '"b\npng",3\n',
            "line 1 must be filename,label with an integer label, not 'b\\npng,3'",
        ),
        ("b.png,3\nb.png,3\n", "line 2 must name another image, not 'b.png'"),
    ],
)
def test_a_table_that_is_wrong(folder, refusal, table, message):
    (folder / "labels.csv").write_text(table)
    assert refusal(read, folder, "test") == f"data {folder / 'labels.csv'} {message}"


def test_a_table_that_is_no_text(folder, refusal):
    (folder / "labels.csv").write_bytes(b"b.png,\xff\n")
    line = f"data {folder / 'labels.csv'} must be UTF-8 text, but its byte 6 is not"
    assert refusal(read, folder, "test") == line


def test_a_missing_image(folder, refusal):
    (folder / "a.png").unlink()
    line = f"data {folder / 'a.png'} cannot be read: No such file or directory"
    assert refusal(read, folder, "test") == line


def test_an_image_of_another_size(folder, refusal):
    Image.fromarray(np.zeros((6, 6, 3), np.uint8)).save(folder / "a.png")
    line = f"data {folder / 'a.png'} must be of the size of b.png, [6, 5, 3], not [6, 6, 3]"
    assert refusal(read, folder, "test") == line


@pytest.mark.parametrize("mode", ["RGBA", "P", "1", "I;16", "LA"])
def test_an_image_of_another_kind(folder, refusal, mode):
    Image.new(mode, (5, 6)).save(folder / "b.png")
    line = f"data {folder / 'b.png'} must be grey or RGB with 8 bits, not {mode}"
    assert refusal(read, folder, "test") == line


def test_an_image_of_another_format(folder, refusal, colours):
    Image.fromarray(colours[0]).save(folder / "b.png", format="BMP")
    assert refusal(read, folder, "test") == f"data {folder / 'b.png'} must be a PNG or JPEG image"


def test_a_truncated_image(folder, refusal):
    path = folder / "b.png"
    path.write_bytes(path.read_bytes()[:60])
    assert refusal(read, folder, "test").startswith(f"data {path} is damaged: ")


def test_an_image_that_claims_to_be_huge(folder, refusal):
    size = struct.pack(">II", 1 << 15, 1 << 15)
    header = b"IHDR" + size + b"\x08\x02\0\0\0"
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    path = folder / "b.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + path.read_bytes()[33:])
    assert refusal(read, folder, "test").startswith(f"data {path} is damaged: Image size ")
