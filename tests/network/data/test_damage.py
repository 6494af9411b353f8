"""Damaged data are refused in one line, or are data: nothing else can happen."""

import gzip
import io

import numpy as np
import pytest
from PIL import Image

from hwgen.errors import HwgenError
from hwgen.network.data import Preprocessing, load_split
from tests.network.data.test_cifar import original
from tests.network.data.test_idx import idx

MUTANTS = 150  # of each format; some 90,000 have been tried by hand
PIXELS = np.random.default_rng(0).integers(0, 256, (2, 3, 32, 32), np.uint8)
RGB = np.moveaxis(PIXELS, 1, 3)
LABELS = np.array([3, 9])


def archive():
    content = io.BytesIO()
    np.savez_compressed(content, images=RGB, labels=LABELS)
    return content.getvalue()


def picture(kind):
    content = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(RGB[0])).save(content, kind)
    return content.getvalue()


# Name of the damaged file and its content; what is read, and the shape of its images.
FORMATS = {
    "pickle": ("test_batch", original((LABELS, PIXELS)), "test_batch", (32, 32, 3)),
    "idx": ("images", idx(PIXELS[:, 0]), "images", (32, 32, 1)),
    "gzip": ("images-idx3", gzip.compress(idx(PIXELS[:, 0]), mtime=0), "images-idx3", (32, 32, 1)),
    "npz": ("a.npz", archive(), "a.npz", (32, 32, 3)),
    "png": ("folder/x", picture("PNG"), "folder", (32, 32, 3)),
    "jpeg": ("folder/x", picture("JPEG"), "folder", (32, 32, 3)),
    "csv": ("folder/labels.csv", b"filename,label\nx,3\n", "folder", (32, 32, 3)),
}


def mutant(rng, content):
    """Cut off, or changed, longer or shorter in up to four places near one of its ends."""
    changed = bytearray(content)
    how = rng.integers(0, 4)
    if how == 0:
        return bytes(changed[: rng.integers(0, len(changed))])
    for _ in range(rng.integers(1, 5)):
        place = int(rng.integers(0, min(len(changed), 300)))
        place = place if rng.random() < 0.7 else len(changed) - 1 - place
        new = rng.integers(0, 256, 3, np.uint8).tobytes()
        changed[place : place + (0, 1, 0, 3)[how]] = (b"", new[:1], new, b"")[how]
    return bytes(changed)


@pytest.mark.parametrize("name", FORMATS)
def test_mutants(network, tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x").write_bytes(picture("PNG"))
    (tmp_path / "folder" / "labels.csv").write_text("x,1\n")
    for labels in ("labels", "labels-idx1"):
        (tmp_path / labels).write_bytes(idx(LABELS))
    damaged, content, path, shape = FORMATS[name]
    stated = Preprocessing(codes=True)
    (tmp_path / damaged).write_bytes(content)
    load_split(tmp_path / path, network(shape), stated)  # it is good before
    rng = np.random.default_rng(0)
    lines = []
    for _ in range(MUTANTS):
        (tmp_path / damaged).write_bytes(mutant(rng, content))
        try:
            found = load_split(tmp_path / path, network(shape), stated)
        except HwgenError as error:
            lines.append(str(error))
        else:
            assert found.images.shape == (len(found.labels), *shape)
    assert len(lines) > MUTANTS // 4
    assert not any("\n" in line for line in lines)
