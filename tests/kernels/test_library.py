"""Compiled kernels are taken only where they fit."""

import os
import shutil

import pytest

from hwgen.kernels import library
from hwgen.kernels.layers import native

MODULE, SYMBOL = "hwgen.kernels.layers._native", "hwgen_layers_has"


@pytest.fixture
def built(monkeypatch, tmp_path):
    """A copy of the compiled kernels, in a folder of its own."""
    spec = library.find_spec(MODULE)
    if spec is None or not native.sets():
        pytest.skip("there are no compiled kernels")
    copy = tmp_path / "_native.so"
    shutil.copy(spec.origin, copy)
    monkeypatch.setattr(library, "find_spec", lambda name: type("Spec", (), {"origin": str(copy)}))
    return copy


def test_a_library_is_opened(built):
    assert library.open_library(MODULE, SYMBOL) is not None


def test_a_library_of_another_version_is_none(built):
    assert library.open_library(MODULE, "hwgen_function_of_tomorrow") is None


def test_a_library_of_another_machine_is_none(built):
    built.write_bytes(b"\x7fELF of something else")
    assert library.open_library(MODULE, SYMBOL) is None


def test_a_library_older_than_a_source_is_none(built):
    source = built.parent / "vectors" / "sum.h"
    source.parent.mkdir()
    source.write_text("/* edited */")
    later = built.stat().st_mtime + 5
    os.utime(source, (later, later))
    assert library.open_library(MODULE, SYMBOL) is None
    os.utime(built, (later, later))
    assert library.open_library(MODULE, SYMBOL) is not None


def test_a_library_that_was_not_built_is_none(monkeypatch):
    monkeypatch.setattr(library, "find_spec", lambda name: None)
    assert library.open_library(MODULE, SYMBOL) is None
