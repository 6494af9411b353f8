"""NEON gives what the definition gives: cross-compiled, in an emulator, where these exist."""

import ctypes
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

from hwgen.kernels.layers import native
from hwgen.kernels.layers.elementwise.addition import Addition
from hwgen.kernels.layers.elementwise.pooling import Pooling
from hwgen.kernels.layers.factored import factored
from hwgen.kernels.layers.factored.factored import Factored
from hwgen.kernels.layers.lookup.lookup import Lookup, lookup_paths
from hwgen.kernels.layers.output import Output
from hwgen.kernels.layers.steps import requantize
from tests.kernels.layers import factored_cases, lookup_cases

FOLDER = Path(__file__).resolve().parent
KERNELS = FOLDER.parents[2] / "hwgen" / "kernels" / "layers"
COMPILER, EMULATOR = "aarch64-linux-gnu-gcc", "qemu-aarch64-static"

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(shutil.which(COMPILER) is None, reason=f"needs {COMPILER}"),
    pytest.mark.skipif(shutil.which(EMULATOR) is None, reason=f"needs {EMULATOR}"),
    pytest.mark.skipif("portable" not in lookup_paths(), reason="needs the compiled kernels"),
]


@pytest.fixture(scope="module")
def runner(tmp_path_factory):
    program = tmp_path_factory.mktemp("neon") / "runner"
    sources = [FOLDER / "runner.c", *sorted(KERNELS.rglob("*.c"))]
    options = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-static"]
    subprocess.run([COMPILER, *options, "-o", program, *sources], check=True)
    return program


def pointers(structure, where, arrays, first):
    """Blob, byte and target of each pointer of a structure."""
    numbers = {array.ctypes.data: first + i for i, array in enumerate(arrays)}
    return [
        (where, getattr(type(structure), name).offset, numbers[getattr(structure, name)])
        for name, kind in structure._fields_
        if kind is ctypes.c_void_p and getattr(structure, name) is not None
    ]


def run(runner, name, layer, arrays, codes, count, is_codes, shape, last=()):
    """What runner.c makes of a prepared layer."""
    raw, output = layer._raw, layer._raw_output
    blobs = [bytes(raw), bytes(output), *(x.tobytes() for x in (codes, *arrays, *last))]
    found = pointers(raw, 0, arrays, 3) + pointers(output, 1, arrays, 3)
    kind = np.dtype(np.uint8 if is_codes else np.int32)
    size = int(np.prod(shape)) * kind.itemsize
    numbers = (native.index("neon"), count, size, is_codes, len(blobs), len(found))
    parts = [struct.pack("<6q", *numbers)]
    parts += [struct.pack("<q", len(blob)) + blob for blob in blobs]
    data = b"".join(parts + [struct.pack("<3q", *pointer) for pointer in found])
    done = subprocess.run([EMULATOR, runner, name], input=data, capture_output=True, check=True)
    return np.frombuffer(done.stdout, kind).reshape(shape)


def check_convolution(runner, name, layer, codes, sums):
    for is_codes, wanted in ((False, sums), (True, requantize(sums, layer.output))):
        kept = layer._kept
        found = run(runner, name, layer, kept, codes, len(codes), is_codes, sums.shape)
        assert np.array_equal(found, wanted)


@pytest.mark.parametrize("limits", lookup_cases.TABLES)
@pytest.mark.parametrize("shape", lookup_cases.SHAPES)
def test_neon_looks_up_the_sums_of_the_definition(runner, shape, limits):
    layer, codes, sums = lookup_cases.case(shape, limits)
    check_convolution(runner, "lookup", Lookup(**layer, path="portable"), codes, sums)


@pytest.mark.parametrize("sides", ["none", "own"])
@pytest.mark.parametrize("shape", factored_cases.SHAPES)
def test_neon_multiplies_to_the_sums_of_the_definition(monkeypatch, runner, shape, sides):
    formats = {"portable": factored._FORMATS["neon"]}
    monkeypatch.setattr(factored, "_FORMATS", formats)
    layer, codes, sums = factored_cases.case(shape, "three", sides)
    check_convolution(runner, "factored", Factored(**layer, path="portable"), codes, sums)


@pytest.mark.parametrize("kind", factored_cases.KINDS)
def test_neon_multiplies_any_factors(monkeypatch, runner, kind):
    formats = {"portable": factored._FORMATS["neon"]}
    monkeypatch.setattr(factored, "_FORMATS", formats)
    layer, codes, sums = factored_cases.case("same", kind)
    check_convolution(runner, "factored", Factored(**layer, path="portable"), codes, sums)


@pytest.mark.parametrize("rounding", ["single", "double"])
def test_neon_adds(runner, rounding):
    rng = np.random.default_rng(0)
    first, second = (rng.integers(-(1 << 20), 1 << 20, 256).astype(np.int32) for _ in range(2))
    a, b = rng.integers(0, 256, (2, 1, 5000), dtype=np.uint8)
    layer = Addition(first, second, output_of(rounding, 14), "portable")
    arrays = [*layer._tables, *layer._kept]
    found = run(runner, "add", layer, arrays, a, a.size, True, a.shape, (b,))
    assert np.array_equal(
        found, requantize((first[a] + second[b])[..., None], layer.output)[..., 0]
    )


@pytest.mark.parametrize("kind", ["max", "average"])
def test_neon_pools(runner, kind):
    changes = {"channels": 20, "filters": 20, "groups": 20, "stride": (2, 2)}
    geometry, images = factored_cases.geometry_of(changes)
    shape = (images, *geometry.in_shape)
    codes = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    layer, wanted = (
        Pooling(geometry, kind, 7, output_of("single", 4), x) for x in ("portable", "numpy")
    )
    out = np.empty((images, *geometry.out_shape), np.uint8)
    wanted.run(codes, out)
    arrays = [layer._table, *layer._kept]
    assert np.array_equal(run(runner, "pool", layer, arrays, codes, images, True, out.shape), out)


def output_of(rounding, shift):
    extra = 31 if rounding == "single" else 0
    return Output(
        multiplier=np.array([1234567890]),
        left=np.array([0]),
        right=np.array([shift + extra]),
        rounding=rounding,
        zero_point=100,
        low=3,
        high=240,
    )
