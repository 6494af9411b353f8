"""Rows of invented multipliers."""

import pytest

from hwgen.figures.rows import Figures


@pytest.fixture
def row():
    """Function that makes a row; what is not given does not matter to the test."""

    def make(name="x", **fields):
        given = {
            "source": "hwgen",
            "a_kind": "u8",
            "w_kind": "s8",
            "mode": 0,
            "mode_name": "fixed",
            "mean": 0.0,
            "std": 1.0,
            "residual_std": 1.0,
            "mae": 1.0,
            "mae_percent": 0.1,
            "wce": 9,
            "mre": 0.01,
            "error_probability": 0.5,
            "is_zero_preserving": True,
            "technology": "hwgen_generic",
            "area_um2": 100.0,
            "delay_ns": 1.0,
            "leakage_nw": 1.0,
            "energy_pj": 1.0,
            "energy_moving_pj": 2.0,
        }
        return Figures(name=name, **given | fields)

    return make
