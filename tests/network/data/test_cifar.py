"""CIFAR-10's batches are read as their authors wrote them, and a pickle may do nothing else."""

import pickle
import struct

import numpy as np
import pytest

from hwgen.errors import DataError
from hwgen.network.data.read import read

SAFE = "is no CIFAR-10 batch, or is damaged:"


@pytest.fixture
def records():
    """Labels and planes of four images."""
    rng = np.random.default_rng(0)
    return np.array([3, 0, 9, 1]), rng.integers(0, 256, (4, 3, 32, 32), np.uint8)


def batch(records):
    labels, planes = records
    return {
        b"batch_label": b"testing batch 1 of 1",
        b"labels": [int(x) for x in labels],
        b"data": planes.reshape(-1, 3072),
        b"filenames": [b"cat.png"] * len(labels),
    }


def original(records):
    """A batch in the very opcodes of Python 2 and NumPy 1, as the data set is published."""
    labels, planes = records
    content = planes.tobytes()
    text = (
        b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x14testing batch 1 of 1q\x03U\x06labelsq\x04]q\x05("
    )
    text += b"".join(b"K" + bytes([x]) for x in labels)
    text += b"eU\x04dataq\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08"
    text += b"K\x00\x85q\tU\x01b\x87q\nRq\x0b(K\x01K" + bytes([len(labels)]) + b"M\x00\x0c\x86"
    text += b"cnumpy\ndtype\nq\x0cU\x02u1q\rK\x00K\x01\x87q\x0eRq\x0f(K\x03U\x01|q\x10NNN"
    text += b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T" + struct.pack("<i", len(content))
    return text + content + b"q\x11tbU\tfilenamesq\x12]q\x13U\x07cat.pngq\x14au."


def check(found, records):
    labels, planes = records
    np.testing.assert_array_equal(found.labels, labels)
    np.testing.assert_array_equal(found.images, np.moveaxis(planes, 1, 3))
    assert found.images.dtype == np.uint8
    assert not found.are_codes


def test_the_original_pickle(records, tmp_path):
    content = original(records)
    assert pickle.loads(content, encoding="bytes").keys() == batch(records).keys()
    (tmp_path / "test_batch").write_bytes(content)
    check(read(tmp_path / "test_batch", "test"), records)


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_pickle_of_today(records, tmp_path, protocol, order):
    data = np.array(batch(records)[b"data"], order=order)
    named = {x.decode(): y for x, y in batch(records).items()}
    for content in (batch(records), named | {"data": data}):
        (tmp_path / "mine").write_bytes(pickle.dumps(content, protocol))
        check(read(tmp_path / "mine", "test"), records)


def test_a_binary_batch(records, tmp_path):
    labels, planes = records
    rows = np.concatenate([labels.astype(np.uint8)[:, None], planes.reshape(4, -1)], axis=1)
    (tmp_path / "test_batch.bin").write_bytes(rows.tobytes())
    check(read(tmp_path / "test_batch.bin", "test"), records)


@pytest.mark.parametrize("ending", ["", ".bin"])
def test_a_folder_holds_both_parts(records, tmp_path, ending):
    labels, planes = records
    for index, name in enumerate(["data_batch_1", "data_batch_2", "data_batch_10", "test_batch"]):
        one = (labels[index : index + 1], planes[index : index + 1])
        rows = bytes([one[0][0]]) + one[1].tobytes() if ending else pickle.dumps(batch(one), 2)
        (tmp_path / f"{name}{ending}").write_bytes(rows)
    check(read(tmp_path, "calibration"), (labels[:2], planes[:2]))
    check(read(tmp_path, "test"), (labels[3:], planes[3:]))


class Evil:
    def __reduce__(self):
        return eval, ("print('executed')",)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({b"data": Evil()}, f"{SAFE} it holds __builtin__.eval"),
        ({b"labels": None}, f"{SAFE} labels are no list of integers"),
        ({b"labels": [1, 2, 300, 4]}, f"{SAFE} labels are no bytes"),
        ({b"labels": [1, 2, 11, 4]}, "labels must be from 0 to 9, not 11"),
        ({b"labels": [1, 2]}, "must have data of the shape [2, 3072], not [4, 3072]"),
        ({b"data": np.zeros((4, 3072), np.float32)}, f"{SAFE} data are no bytes"),
        ({b"data": np.zeros((4, 3072), object)}, f"{SAFE} data are no bytes"),
        ({b"data": np.zeros(4, np.uint8)}, "must have data of the shape [4, 3072], not [4]"),
        ({b"data": b"bytes"}, f"{SAFE} 'bytes' object has no attribute 'bytes'"),
    ],
)
def test_a_pickle_of_something_else(records, tmp_path, refusal, capsys, changes, reason):
    path = tmp_path / "test_batch"
    path.write_bytes(pickle.dumps(batch(records) | changes, 2))
    assert refusal(read, path, "test") == f"data {path} {reason}"
    assert capsys.readouterr().out == ""


def test_a_batch_without_labels(records, tmp_path, refusal):
    path = tmp_path / "meta"
    path.write_bytes(pickle.dumps({b"fine_labels": [1], b"data": np.zeros((1, 3072), np.uint8)}, 2))
    assert refusal(read, path, "test") == f"data {path} {SAFE} 'labels'"


def test_a_memo_that_reaches_far_is_given_no_memory(tmp_path, refusal):
    path = tmp_path / "test_batch"
    path.write_bytes(b"\x80\x02}r\xff\xff\xff\x7f.")
    assert refusal(read, path, "test") == f"data {path} {SAFE} memo entry 2147483647"


def test_damage_anywhere_is_noticed_or_harmless(records, tmp_path):
    path = tmp_path / "test_batch"
    whole = original(records)
    marked = [x for x in range(len(whole)) if x < 230 or x > len(whole) - 60]
    messages = []
    for position in marked:
        for flipped in (1, 0x80, 0xFF):
            damaged = bytearray(whole)
            damaged[position] ^= flipped
            path.write_bytes(damaged)
            try:
                found = read(path, "test")
            except DataError as error:
                messages.append(str(error))
            else:
                assert found.images.shape[1:] == (32, 32, 3)
    assert len(messages) > len(marked)
    assert not any("\n" in message for message in messages)


@pytest.mark.parametrize("length", [0, 1, 50, 200, 5000])
def test_a_truncated_pickle(records, tmp_path, length):
    path = tmp_path / "test_batch"
    path.write_bytes(original(records)[:length])
    with pytest.raises(DataError, match=r"^data .+$"):
        read(path, "test")


@pytest.mark.parametrize("size", [0, 3072, 3074, 3073 * 2 - 1])
def test_a_binary_batch_of_another_size(tmp_path, refusal, size):
    path = tmp_path / "test_batch.bin"
    path.write_bytes(bytes(size))
    assert refusal(read, path, "test") == (
        f"data {path} must be a CIFAR-10 batch of 3073 bytes per image, but has {size} bytes"
    )


def test_binary_labels_that_are_none(tmp_path, refusal):
    path = tmp_path / "test_batch.bin"
    path.write_bytes(b"\x0a" + bytes(3072))
    line = f"data {path} labels must be from 0 to 9, not 10"
    assert refusal(read, path, "test") == line
