import os
import re

import numpy as np
import pytest

from hwgen.arith.exact import Exact
from hwgen.arith.histogram import load_histograms, pair_probabilities
from hwgen.arith.metrics import measure
from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError

A, W = OperandKind(1, False), OperandKind(2, True)
SUM = "must hold integer counts, or probabilities that sum to 1 within 1e-06, "
BAD = "must hold finite numbers, none negative and not all 0, "


def test_nothing_given_is_uniform():
    assert pair_probabilities(A, W).tolist() == [[0.125] * 4] * 2


def test_counts_are_normalized_and_independent_operands_multiplied():
    found = pair_probabilities(A, W, a=[3, 1], w=[0, 2, 0, 6])
    assert found.tolist() == [[0, 0.1875, 0, 0.5625], [0, 0.0625, 0, 0.1875]]
    assert np.array_equal(pair_probabilities(A, W, joint=(16 * found).astype(int)), found)


def test_probabilities_may_miss_one_by_rounding():
    found = pair_probabilities(A, W, a=[0.25, 0.75 + 5e-7])
    assert found.sum() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    ("histograms", "message"),
    [
        ({"a": [1, 2, 3]}, "histogram a must have shape (2,), not (3,)"),
        ({"joint": [1, 2]}, "histogram joint must have shape (2, 4), not (2,)"),
        ({"a": [-1, 2]}, f"histogram a {BAD}not -1 to 2"),
        ({"w": [0, 0, 0, 0]}, f"histogram w {BAD}not 0 to 0"),
        ({"a": [np.nan, 1.0]}, f"histogram a {BAD}not nan to nan"),
        ({"a": [np.inf, 1.0]}, f"histogram a {BAD}not 1.0 to inf"),
        ({"a": ["x", "y"]}, "histogram a must hold numbers, not <U1"),
        (
            {"a": [0.5, 0.51]},
            f"histogram a {SUM}not to 1.01",
        ),
        (
            {"joint": np.ones((2, 4), int), "a": [1, 1]},
            "histogram joint must come alone, not with a or w",
        ),
    ],
)
def test_histograms_that_do_not_fit_are_refused(histograms, message):
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        pair_probabilities(A, W, **histograms)


def test_a_file_holds_what_measure_takes(tmp_path):
    path = tmp_path / "operands.npz"
    counts = np.arange(256)
    np.savez(path, a=counts)
    found = load_histograms(path)
    assert found.keys() == {"a"}
    assert measure(Exact(), **found) == measure(Exact(), a=counts)


@pytest.mark.parametrize(
    ("arrays", "held"), [({}, "none"), ({"W": [1]}, "W"), ({"a": [1], "b": [1]}, "a, b")]
)
def test_other_arrays_are_refused(tmp_path, arrays, held):
    path = tmp_path / "x.npz"
    np.savez(path, **arrays)
    line = f"histogram file {path} must hold arrays named a, w, joint and no others, not {held}"
    with pytest.raises(SpecError, match=f"^{re.escape(line)}$"):
        load_histograms(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, " cannot be read: No such file or directory"),
        (b"not an archive", " is not an .npz file, or is truncated"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path, content, reason):
    path = tmp_path / "x.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SpecError, match=f"^histogram file {re.escape(str(path))}{reason}$"):
        load_histograms(path)


def test_a_damaged_archive_is_refused(tmp_path):
    path = tmp_path / "x.npz"
    np.savez_compressed(path, a=np.random.default_rng(0).integers(0, 99, 256))
    data = bytearray(path.read_bytes())
    data[60:90] = bytes(30)
    path.write_bytes(bytes(data))
    with pytest.raises(SpecError, match=f"^histogram file {re.escape(str(path))} is damaged: .+$"):
        load_histograms(path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.npz")
    with pytest.raises(SpecError, match=r"x\.npz must be a regular file, not a pipe or a device$"):
        load_histograms(tmp_path / "x.npz")


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ([0.5, 0.51], f"{SUM}not to 1.01"),
        ([-1, 2], f"{BAD}not -1 to 2"),
        (["x"], "must hold numbers, not <U1"),
    ],
)
def test_a_refusal_names_the_file(tmp_path, values, rule):
    path = tmp_path / "x.npz"
    np.savez(path, a=values)
    with pytest.raises(SpecError, match=f"^{re.escape(f'histogram {path} a {rule}')}$"):
        load_histograms(path)
