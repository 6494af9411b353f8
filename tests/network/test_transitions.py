import re

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.network.transitions import Transitions

GOOD = {
    "a_before": np.arange(4, dtype=np.uint8),
    "w_before": np.arange(4, dtype=np.int8),
    "a": np.arange(4, dtype=np.uint8),
    "w": np.arange(4, dtype=np.int8),
}


def test_a_trace_reads_back(tmp_path):
    np.savez(tmp_path / "t.npz", **GOOD)
    assert Transitions.load(tmp_path / "t.npz").digest == Transitions(**GOOD).digest


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"a": None}, " must hold the arrays a_before, w_before, a, w, not a_before, w_before, w"),
        ({"w": np.arange(4, dtype=np.uint8)}, " w must be int8, not uint8"),
        ({"a": GOOD["a"][:3]}, " a_before must be a list as long as a, and not empty, not of [4]"),
        (
            dict.fromkeys(("a", "a_before"), np.zeros((0,), np.uint8))
            | dict.fromkeys(("w", "w_before"), np.zeros((0,), np.int8)),
            " a_before must be a list as long as a, and not empty, not of [0]",
        ),
    ],
)
def test_a_trace_that_does_not_fit_is_refused(tmp_path, changes, rule):
    path = tmp_path / "t.npz"
    np.savez(path, **{k: v for k, v in (GOOD | changes).items() if v is not None})
    with pytest.raises(SpecError, match=f"^{re.escape(f'trace {path}{rule}')}$"):
        Transitions.load(path)
